"""Booking for a customer who stands at the counter or is on the telephone: hold and order in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exodrive.bookings.models import Booking
from exodrive.bookings.money import prepayment
from exodrive.bookings.reservation import holding, offers, ordering, promoting
from exodrive.bookings.reservation.drivers import DriverDetails
from exodrive.bookings.reservation.offers import Desk, Journey
from exodrive.bookings.reservation.ordering import OrderDetails
from exodrive.fleet.models import Car
from exodrive.kernel.actors import Actor
from exodrive.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer wants. `agreed_total` is what they were told; None takes the price as it is.

    `promo_code` is one as it was typed; `unpaid` is a manager's reason to let it stand without payment in
    advance, None asks for the payment.
    """

    car: Car
    journey: Journey
    renter: DriverDetails
    accepted: bool
    agreed_total: Money | None = None
    delivery_address: str | None = None
    additional: tuple[DriverDetails, ...] = ()
    extras: Mapping[str, int] = field(default_factory=dict)
    promo_code: str = ""
    unpaid: str | None = None


def book(
    wish: Wish, *, desk: Desk, prefix: str, key: str, source: str, by: Actor, at: datetime
) -> tuple[Booking, str]:
    """Hold the car and order it; returns the booking and its page's secret.

    It waits for its payment, or for its signature where it stands unpaid. The same rules hold as in the shop.
    Raises PromotionRefused, and what `offers.make`, `holding.hold` and `ordering.place_order` raise.
    """
    offer = offers.make(
        wish.car,
        wish.journey,
        desk=desk,
        at=at,
        extras=wish.extras,
        additional_drivers=len(wish.additional),
    )
    if wish.promo_code:
        offer = promoting.with_code(offer, wish.promo_code, desk=desk, at=at)
    booking, secret = holding.hold(
        offer, policies=desk.policies, prefix=prefix, visitor=None, key=key, at=at, by=by, source=source
    )
    details = OrderDetails(
        renter=wish.renter,
        agreed_total=offer.price.total if wish.agreed_total is None else wish.agreed_total,
        accepted=wish.accepted,
        pickup_place=wish.journey.pickup_place,
        return_place=wish.journey.return_place,
        delivery_address=wish.delivery_address,
        additional=wish.additional,
        extras=wish.extras,
    )
    ordered = ordering.place_order(booking.id, details, desk=desk, at=at, by=by, pay=wish.unpaid is None)
    if wish.unpaid is not None:
        ordered = prepayment.waive(booking.id, reason=wish.unpaid, by=by, at=at)
    return ordered, secret
