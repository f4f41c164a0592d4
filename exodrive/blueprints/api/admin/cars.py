"""The fleet for the staff's programs: hidden cars too, with VIN, plate and what they are taken for."""

from __future__ import annotations

from typing import Any, Self

from pydantic import ConfigDict

from exodrive.availability import queries as availability
from exodrive.availability.occupancies import Taken
from exodrive.availability.rules import FOREVER, OccupancyKind
from exodrive.blueprints.api import paging
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.car_shapes import EXAMPLE, Car
from exodrive.blueprints.api.operations import Says, Seen, operation
from exodrive.blueprints.api.paging import Paged
from exodrive.blueprints.api.shapes import Id, Moment, Shape
from exodrive.bookings import queries as bookings
from exodrive.fleet import models, showing
from exodrive.fleet import queries as fleet
from exodrive.fleet.queries import CarNotFound
from exodrive.kernel import clock
from exodrive.kernel.cursors import CursorUnreadable

TAG = "Desk: cars"
OWN_EXAMPLE: dict[str, Any] = {
    **EXAMPLE,
    "vin": "WAUZZZ4S0HN000001",
    "plate": "EXO 101",
    "odometer": 20150,
    "visible": True,
    "featured": False,
}
TAKEN_EXAMPLE: dict[str, Any] = {
    "kind": "booking",
    "starts_at": "2026-12-11T14:00:00Z",
    "ends_at": "2026-12-14T18:00:00Z",
    "booking_id": "019ab3f2-8d11-7a22-8f00-2f1f0c7c1a55",
    "reference": "EXD-7K4M2Q",
}


class OwnCar(Car):
    """A car as the house knows it."""

    model_config = ConfigDict(json_schema_extra={"examples": [OWN_EXAMPLE]})

    vin: str
    plate: str
    odometer: int
    """Miles, as read at the last hand-over or return."""
    visible: bool
    """Whether customers see it."""
    featured: bool

    @classmethod
    def of(cls, car: models.Car) -> Self:
        return cls(
            **dict(Car.of(car)),
            vin=car.vin,
            plate=car.plate,
            odometer=car.odometer,
            visible=car.visible,
            featured=car.featured,
        )


class CarTaking(Shape):
    """A stretch of time in which the car cannot be had, preparation and turnaround included."""

    kind: OccupancyKind
    starts_at: Moment
    ends_at: Moment | None
    """Null: until further notice."""
    booking_id: Id | None
    reference: str | None

    @classmethod
    def of(cls, taken: Taken, *, reference: str | None) -> Self:
        ends_at = taken.period.ends_at
        return cls(
            kind=taken.kind,
            starts_at=taken.period.starts_at,
            ends_at=None if ends_at >= FOREVER else ends_at,
            booking_id=taken.booking_id,
            reference=reference,
        )


class CarFile(Shape):
    """A car with what it is taken for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"car": OWN_EXAMPLE, "taken": [TAKEN_EXAMPLE]}]}
    )

    car: OwnCar
    taken: tuple[CarTaking, ...]
    """From now on, in order; the next hundred."""


class OwnCarPage(Shape):
    """A page of cars."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [OWN_EXAMPLE], "next": None}]})

    items: tuple[OwnCar, ...]
    next: str | None
    """The cursor of the next page; null on the last one."""


class CarChange(Shape):
    """What is to be another way. What is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"available": False, "reason": "In the body shop"}]}
    )

    visible: bool | None = None
    """Whether customers see it."""
    available: bool | None = None
    """Whether it can be rented. Bookings that it has stay."""
    featured: bool | None = None
    """Whether it stands first."""
    reason: Reason


class CarFilters(Paged):
    """Which page."""


def _look(slug: str, **_: Any) -> CarFile:
    car = fleet.any_car(slug)
    ahead = availability.ahead(car.id, at=clock.now())
    references = bookings.references([row.booking_id for row in ahead if row.booking_id])
    return CarFile(
        car=OwnCar.of(car),
        taken=tuple(
            CarTaking.of(row, reference=references.get(row.booking_id) if row.booking_id else None)
            for row in ahead
        ),
    )


def _lock(slug: str, **_: Any) -> None:
    fleet.any_car(slug, lock=True)


@operation(
    "GET",
    "/admin/cars",
    tag=TAG,
    summary="List all cars",
    answers={200: Says(OwnCarPage, "A page of cars, by their slugs.")},
    errors=(CursorUnreadable,),
)
def admin_list_cars(_call: Call, *, query: CarFilters) -> Answer:
    """Every car of the house, those that customers do not see as well."""
    after = paging.place(query.cursor, str)[0] if query.cursor else None
    found = fleet.all_cars(after=after, limit=query.limit + 1)
    shown, following = paging.cut(found, limit=query.limit, place_of=lambda car: (car.slug,))
    return Answer(
        OwnCarPage(
            items=tuple(OwnCar.of(car) for car in shown),
            next=following,
        )
    )


@operation(
    "GET",
    "/admin/cars/<slug>",
    tag=TAG,
    summary="Read a car",
    answers={200: Says(CarFile, "The car, and what it is taken for.")},
    errors=(CarNotFound,),
)
def admin_read_car(_call: Call, *, slug: str) -> Answer:
    """One car, and what it is taken for from now on."""
    return Answer(_look(slug))


@operation(
    "PATCH",
    "/admin/cars/<slug>",
    tag=TAG,
    summary="Show, hide or withdraw a car",
    answers={200: Says(CarFile, "How it is now.")},
    errors=(CarNotFound,),
    matches=Seen(_lock, _look),
)
def admin_change_car(call: Call, *, slug: str, body: CarChange) -> Answer:
    """Change whether customers see a car and can rent it."""
    car = fleet.any_car(slug)
    asked = {"visible": body.visible, "available": body.available, "featured": body.featured}
    flags = {name: value for name, value in asked.items() if value is not None}
    showing.change(car, flags, reason=body.reason, by=call.caller.actor, at=call.at)
    return Answer(_look(slug))
