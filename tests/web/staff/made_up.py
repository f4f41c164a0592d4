"""Bookings straight into the tables, many at once: for lists, where only what is listed matters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from exodrive.bookings.models import Booking, Driver
from exodrive.bookings.reservation import ordering
from exodrive.contracts.models import Contract
from exodrive.fleet.models import Car
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from exodrive.payments.models import Authorization, Order, Payment
from exodrive.pricing.price import Price
from tests import rental

NAMES = ("Maya Okafor", "José Núñez", "Ruth Lindqvist", "Priya Nair")


def bookings(count: int, *, state: str = "confirmed", start: int = 0) -> list[UUID]:
    """So many bookings of one state, a day apart, each with renter, payment and agreement."""
    with transaction():
        at = clock.now()
        offer = rental.offer()
        car = session().scalars(select(Car).where(Car.slug == "aurelia-gt")).one()
        versions = houses.rulebook(at).versions
        made = [
            _booking(number, state, offer.price, offer.request.to_json(), car, versions)
            for number in range(start, start + count)
        ]
        session().add_all(made)
        session().flush()
        for booking in made:
            booking.search = ordering.searchable(booking)
            session().add(_held(booking, at))
            session().add(
                Contract(
                    booking_id=booking.id, state="signed", values={}, signer_name="x",
                    signer_email="x@x.example", expires_at=at, created_at=at,
                )
            )  # fmt: skip
        return [booking.id for booking in made]


def _held(booking: Booking, at: datetime) -> Payment:
    """PayPal holds the whole price."""
    mark = booking.id.hex[-12:].upper()
    held = Authorization(
        paypal_id=f"A{mark}", status="CREATED", amount=booking.total, currency="USD", created_at=at
    )
    order = Order(paypal_id=f"O{mark}", status="COMPLETED", created_at=at, authorizations=[held])
    return Payment(
        booking_id=booking.id, purpose="rental", amount=booking.total, currency="USD", state="authorized",
        created_at=at, updated_at=at, orders=[order],
    )  # fmt: skip


def _booking(
    number: int, state: str, price: Price, request: dict[str, object], car: Car, versions: dict[str, int]
) -> Booking:
    pickup_at = rental.next_weekday_at_ten(10) + timedelta(days=number)
    place = houses.place("rockville")
    name = NAMES[number % len(NAMES)]
    return Booking(
        id=new_id(),
        reference=f"EXD-0{number:03d}K1",
        state=state,
        visitor=None,
        link_hash=new_id().bytes,
        car=car,
        pickup_place=place,
        return_place=place,
        pickup_at=pickup_at,
        return_at=pickup_at + timedelta(days=3),
        held_at=clock.now(),
        request=request,
        price=price.to_json(),
        currency="USD",
        total=price.total.amount,
        deposit=5000_00,
        policies=dict(versions),
        extras={},
        drivers=[_driver(name, number)],
        charges=[],
    )


def _driver(name: str, number: int) -> Driver:
    return Driver(
        position=0,
        name=name,
        email=f"person{number}@mail.example",
        phone="+13015550123",
        address="4 Elm Street",
        born_on=date(1990, 1, 1),
        licence_number=f"L{number}",
        licence_region="MD",
        licence_since=date(2010, 1, 1),
        licence_until=date(2040, 1, 1),
    )
