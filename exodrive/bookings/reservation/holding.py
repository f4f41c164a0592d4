"""Holding a car: the first moment of a booking, where two people may want the same place."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from exodrive.availability import occupancies
from exodrive.availability.rules import OccupancyKind
from exodrive.bookings import links, search, transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import expiry, promoting
from exodrive.bookings.reservation.offers import Offer
from exodrive.bookings.states import State
from exodrive.house.rules import Rulebook
from exodrive.kernel.actors import CUSTOMER, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.kernel.ids import new_id, new_reference


class CarWithdrawn(Refused):
    """The house does not rent this car out at present."""

    code = "car_withdrawn"


def hold(
    offer: Offer,
    *,
    policies: Rulebook,
    prefix: str,
    visitor: str | None,
    key: str,
    at: datetime,
    by: Actor = CUSTOMER,
    source: str = "web",
    promised: bool = False,
) -> tuple[Booking, str]:
    """Hold the offered car; returns the booking and the secret of its page link.

    `visitor` is whoever asks, and holds one car at a time: an earlier hold of theirs is given up, unless it
    is for this very offer, as after a second click; then it is returned. `key` is the house's secret key,
    `prefix` that of its references; a price that was `promised` keeps its promo code. Raises CarTaken,
    CarBusy, CarWithdrawn or PromotionRefused.
    """
    if not (offer.car.available and offer.car.visible):
        raise CarWithdrawn
    # The order that nobody can deadlock in: visitor, cars, the visitor's own bookings, what is in the way.
    mine = _turn_of(visitor) if visitor is not None else []
    occupancies.queue_for(offer.car.id, *(car_id for _, car_id in mine))
    earlier = [transitions.lock(booking_id) for booking_id, _ in mine]
    for booking in earlier:
        if _holds(booking, offer, at=at):
            return booking, links.secret(key, booking.id, booking.link_version)
    for booking in earlier:
        _give_up_earlier(booking, at=at)
    expiry.clear(offer.car.id, offer.period, at=at)
    booking = _new(offer, policies=policies, prefix=prefix, visitor=visitor, at=at, source=source)
    secret = links.issue(booking, key=key)
    transitions.begin(booking, by=by, at=at, total=booking.total, currency=booking.currency)
    occupancies.occupy(offer.car.id, offer.period, kind=OccupancyKind.HOLD, booking_id=booking.id, at=at)
    promoting.hold_use(booking, at=at, promised=promised)
    return booking, secret


def give_up(booking_id: UUID, *, at: datetime, by: Actor = CUSTOMER) -> None:
    """The customer does not want the held car after all; normal twice."""
    booking = transitions.lock(booking_id)
    if booking.state == State.HELD:
        expiry.expire(booking, at=at, by=by, reason="given_up")


def live_hold(visitor: str, *, at: datetime) -> Booking | None:
    """The hold that a visitor has now."""
    return (
        session()
        .scalars(
            select(Booking).where(
                Booking.visitor == visitor, Booking.state == State.HELD, Booking.expires_at > at
            )
        )
        .first()
    )


def unfinished(visitor: str, car_id: UUID, *, at: datetime) -> Booking | None:
    """What a visitor has begun with a car and not paid for yet: for those who came back to look at it."""
    return (
        session()
        .scalars(
            select(Booking)
            .where(
                Booking.visitor == visitor,
                Booking.car_id == car_id,
                Booking.state.in_((State.HELD, State.AWAITING_PAYMENT)),
                Booking.expires_at > at,
            )
            .order_by(Booking.held_at.desc())
        )
        .first()
    )


def begun(visitor: str, *, at: datetime) -> dict[UUID, Booking]:
    """What a visitor has begun and not paid for yet, by car; the newest of each."""
    found = session().scalars(
        select(Booking)
        .where(
            Booking.visitor == visitor,
            Booking.state.in_((State.HELD, State.AWAITING_PAYMENT)),
            Booking.expires_at > at,
        )
        .order_by(Booking.held_at)
    )
    return {booking.car_id: booking for booking in found}


def _turn_of(visitor: str) -> list[tuple[UUID, UUID]]:
    """Wait until no other tab of this visitor is holding a car; returns (booking, car) of what they hold.

    Their cars are queued for too: two visitors who swap cars would otherwise each wait for the time that the
    other is giving back.
    """
    session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"visitor:{visitor}", 0))))
    rows = session().execute(
        select(Booking.id, Booking.car_id).where(Booking.visitor == visitor, Booking.state == State.HELD)
    )
    return [(row.id, row.car_id) for row in rows]


def _holds(booking: Booking, offer: Offer, *, at: datetime) -> bool:
    """Whether a locked booking is a live hold of the same car, times and places at the same price."""
    journey = offer.journey
    held = (booking.pickup_at, booking.return_at, booking.pickup_place_id, booking.return_place_id)
    return (
        booking.state == State.HELD
        and not expiry.due(booking, at=at)
        and held == (journey.pickup_at, journey.return_at, journey.pickup_place.id, journey.return_place.id)
        and (booking.request, booking.price) == (offer.request.to_json(), offer.price.to_json())
    )


def _give_up_earlier(booking: Booking, *, at: datetime) -> None:
    if booking.state == State.HELD:
        expiry.expire(booking, at=at, reason="replaced")


def _new(
    offer: Offer, *, policies: Rulebook, prefix: str, visitor: str | None, at: datetime, source: str
) -> Booking:
    reference = free_reference(prefix)
    return Booking(
        id=new_id(),
        reference=reference,
        source=source,
        visitor=visitor,
        link_version=1,
        version=0,
        car_id=offer.car.id,
        pickup_place_id=offer.journey.pickup_place.id,
        return_place_id=offer.journey.return_place.id,
        pickup_at=offer.journey.pickup_at,
        return_at=offer.journey.return_at,
        held_at=at,
        expires_at=at + timedelta(minutes=policies.booking.hold_minutes),
        request=offer.request.to_json(),
        price=offer.price.to_json(),
        currency=offer.price.currency,
        total=offer.price.total.amount,
        deposit=offer.deposit.amount,
        policies=dict(policies.versions),
        extras={},
        search=search.stored([reference, offer.car.name], plate=offer.car.plate),
        drivers=[],
        charges=[],
    )


def free_reference(prefix: str) -> str:
    """A reference that no booking has. Two at once may draw the same: the unique key refuses the second."""
    while True:
        reference = new_reference(prefix)
        if session().scalar(select(Booking.id).where(Booking.reference == reference)) is None:
            return reference
