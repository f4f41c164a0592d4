"""Holding a car: the first moment of a booking, where two people may want the same place."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from exodrive.availability import occupancies
from exodrive.availability.rules import OccupancyKind
from exodrive.bookings import expiry, links, search, transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.offers import Offer
from exodrive.bookings.states import Move, State
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
) -> tuple[Booking, str]:
    """Hold the offered car; returns the booking and the secret of its page link.

    `visitor` is whoever asks, and holds one car at a time: an earlier hold of theirs is given up. `key` is
    the house's secret key, `prefix` that of its references. Raises CarTaken, CarBusy or CarWithdrawn.
    """
    if not (offer.car.available and offer.car.visible):
        raise CarWithdrawn
    # Queue before locking bookings: everybody takes car, then bookings, so nobody waits in a circle.
    occupancies.queue_for(offer.car.id)
    expiry.clear(offer.car.id, offer.period, at=at)
    if visitor is not None:
        _give_up_earlier(visitor, at=at)
    booking = _new(offer, policies=policies, prefix=prefix, visitor=visitor, at=at, source=source)
    secret = links.issue(booking, key=key)
    transitions.begin(booking, by=by, at=at, total=booking.total, currency=booking.currency)
    occupancies.occupy(offer.car.id, offer.period, kind=OccupancyKind.HOLD, booking_id=booking.id, at=at)
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


def _give_up_earlier(visitor: str, *, at: datetime) -> None:
    earlier = session().scalars(
        select(Booking.id).where(Booking.visitor == visitor, Booking.state == State.HELD)
    )
    for booking_id in earlier.all():
        booking = transitions.lock(booking_id)
        if transitions.allowed(booking, Move.EXPIRE) and booking.state == State.HELD:
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
