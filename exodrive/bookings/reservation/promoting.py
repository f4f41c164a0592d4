"""Promo codes on bookings: the price with one, its use while the booking has it, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import offers
from exodrive.bookings.reservation.offers import Desk, Offer
from exodrive.bookings.states import State
from exodrive.kernel.db import session
from exodrive.pricing import promotion_rules, promotion_uses
from exodrive.pricing.discounts import Discount, DiscountSource
from exodrive.pricing.promotion_models import Promotion, PromotionUse
from exodrive.pricing.promotion_rules import Asked, PromotionRefused
from exodrive.pricing.request import PriceRequest

GIVEN_UP = (State.HELD, State.AWAITING_PAYMENT, State.EXPIRED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Come:
    """What came of a code: its uses, and what the paid ones of these bookings cost in minor units."""

    uses: int
    revenue: dict[str, int]


def with_code(offer: Offer, typed: str, *, desk: Desk, at: datetime, promised: bool = False) -> Offer:
    """The offer at the price that a code makes of it; `promised`: however used up the code is by now.

    Raises PromotionRefused.
    """
    promotion = promotion_uses.named(typed) if promised else promotion_uses.look(typed)
    return _lowered(offer, promotion, desk=desk, at=at)


def all_with_code(found: Iterable[Offer], typed: str, *, desk: Desk, at: datetime) -> list[Offer]:
    """Offers beside the one that was asked for, each at the price that a code makes of it, if any."""
    plain = list(found)
    if not typed or not plain:
        return plain
    try:
        promotion = promotion_uses.look(typed)
    except PromotionRefused:
        return plain
    return [_lowered_if_it_fits(offer, promotion, desk=desk, at=at) for offer in plain]


def asked(request: PriceRequest, *, days: int, zone: str, at: datetime) -> Asked:
    """A rental as the conditions of a code see it; `zone` is the house's."""
    return Asked(
        booked_at=at,
        pickup_at=request.pickup_at,
        house_zone=zone,
        pickup_zone=request.zone,
        days=days,
        category=request.category,
        car_id=request.car_id,
        currency=request.day_rate.currency,
    )


def code_of(request: PriceRequest) -> str:
    """The promo code in a price; empty for none."""
    return next((row.code for row in request.discounts if row.source is DiscountSource.PROMOTION), "")


def same_code(request: PriceRequest, typed: str) -> bool:
    """Whether somebody typed the code that is in a price already."""
    return promotion_rules.key(code_of(request)) == promotion_rules.key(typed)


def hold_use(booking: Booking, *, at: datetime, email: str | None = None, promised: bool = False) -> None:
    """Have the use of a locked booking's code counted, or given back where it has none any more.

    `promised`: the price with the code was offered before and stands, however often others have used the code
    since. Raises PromotionRefused.
    """
    code = code_of(PriceRequest.from_json(booking.request))
    if code:
        promotion_uses.claim(code, booking_id=booking.id, at=at, email=email, promised=promised)
    else:
        promotion_uses.give_back(booking.id, at=at)


def let_go(booking: Booking, *, at: datetime) -> None:
    """Give the use back of a locked booking that was changed so that its code does not count any more."""
    if not code_of(PriceRequest.from_json(booking.request)):
        promotion_uses.give_back(booking.id, at=at)


def still_fits(booking: Booking, request: PriceRequest, *, days: int, zone: str) -> PromotionRefused | None:
    """Why a changed booking loses its code; None where it keeps it, or has none.

    What counts is the moment of the hold: a code that has ended since stays. So does one whose conditions
    were made stricter, until other dates or another car are asked for.
    """
    code, promised = code_of(request), PriceRequest.from_json(booking.request)
    asked_anew = (request.car_id, request.pickup_at, request.return_at)
    if not code or asked_anew == (promised.car_id, promised.pickup_at, promised.return_at):
        return None
    try:
        promotion = promotion_uses.named(code)
        promotion.conditions.check(asked(request, days=days, zone=zone, at=booking.held_at))
    except PromotionRefused as error:
        return error
    return None


def without_code(request: PriceRequest) -> PriceRequest:
    return replace(request, discounts=tuple(_others(request)))


def come_of(promotion_ids: Iterable[UUID]) -> dict[UUID, Come]:
    """What came of these codes so far."""
    rows = session().execute(
        select(
            PromotionUse.promotion_id,
            Booking.currency,
            func.count(),
            func.coalesce(func.sum(Booking.total).filter(Booking.state.not_in(GIVEN_UP)), 0),
        )
        .join(Booking, Booking.id == PromotionUse.booking_id)
        .where(PromotionUse.promotion_id.in_(list(promotion_ids)), PromotionUse.given_back_at.is_(None))
        .group_by(PromotionUse.promotion_id, Booking.currency)
    )
    found: dict[UUID, Come] = {}
    for promotion_id, currency, uses, revenue in rows:
        before = found.get(promotion_id, Come(0, {}))
        found[promotion_id] = Come(before.uses + uses, {**before.revenue, currency: int(revenue)})
    return found


def _lowered(offer: Offer, promotion: Promotion, *, desk: Desk, at: datetime) -> Offer:
    """Raises PromotionRefused."""
    promotion.conditions.check(asked(offer.request, days=offer.price.days, zone=desk.house.time_zone, at=at))
    request = replace(offer.request, discounts=(*_others(offer.request), promotion.discount))
    return offers.assemble(
        offer.car, offer.journey, request, offers.price_of(request, desk), policies=desk.policies
    )


def _lowered_if_it_fits(offer: Offer, promotion: Promotion, *, desk: Desk, at: datetime) -> Offer:
    try:
        return _lowered(offer, promotion, desk=desk, at=at)
    except PromotionRefused:
        return offer


def _others(request: PriceRequest) -> list[Discount]:
    """The discounts that are none of a code's."""
    return [row for row in request.discounts if row.source is not DiscountSource.PROMOTION]
