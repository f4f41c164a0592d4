"""Sending a quote: a price that stands until a day, with the car kept for it where staff want that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from exodrive.availability import occupancies
from exodrive.availability import queries as availability
from exodrive.availability.occupancies import CarTaken
from exodrive.bookings import policy
from exodrive.bookings.change import gifts
from exodrive.bookings.quote import quotes
from exodrive.bookings.quote.quote_models import Quote
from exodrive.bookings.quote.quote_states import QuoteMove, QuoteState
from exodrive.bookings.reservation import expiry, holding, offers, promoting
from exodrive.bookings.reservation.holding import CarWithdrawn
from exodrive.bookings.reservation.offers import Desk, Journey, Offer
from exodrive.bookings.states import State
from exodrive.fleet.models import Car
from exodrive.house.rules import BookingRules
from exodrive.kernel import outbox
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.kernel.ids import hash_secret, new_id
from exodrive.pricing.discounts import Discount

SENT_AGAIN = "quote.sent_again"
RESENT = "quote.resent"


class QuoteTooLong(Refused):
    """The rules let a price stand for `days` days at most, and a quote keep a car for `hours` hours."""

    code = "quote_too_long"

    def __init__(self, *, days: int, hours: int) -> None:
        super().__init__(f"{days} days, {hours} hours")
        self.days = days
        self.hours = hours


class GiftUnexplained(Refused):
    """Whoever takes something off a quote says why."""

    code = "gift_unexplained"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is offered to whom.

    `days` is how long the price stands, None for as long as the rules say. `hold_hours` is how long the car
    is kept for it; 0 leaves it to whoever comes first. `promo_code` is one as it was typed, `gift` what the
    house takes off, for its reason.
    """

    car: Car
    journey: Journey
    name: str
    email: str
    phone: str
    note: str = ""
    extras: Mapping[str, int] = field(default_factory=dict)
    additional_drivers: int = 0
    delivery_address: str | None = None
    days: int | None = None
    hold_hours: int = 0
    promo_code: str = ""
    gift: Discount | None = None
    gift_reason: str = ""


def offer(draft: Draft, *, desk: Desk, at: datetime, promised: bool = False) -> Offer:
    """The price of a draft as it would be sent. Raises PromotionRefused, and what `offers.make` raises."""
    made = offers.make(
        draft.car,
        draft.journey,
        desk=desk,
        at=at,
        extras=draft.extras,
        additional_drivers=draft.additional_drivers,
    )
    if draft.promo_code:
        made = promoting.with_code(made, draft.promo_code, desk=desk, at=at, promised=promised)
    return lowered(made, draft.gift, desk=desk) if draft.gift is not None else made


def lowered(made: Offer, gift: Discount, *, desk: Desk) -> Offer:
    """The same offer with a gift taken off, beside what is off it already."""
    request = replace(made.request, discounts=(*made.request.discounts, gift))
    price = offers.price_of(request, desk)
    return offers.assemble(made.car, made.journey, request, price, policies=desk.policies)


def send(
    draft: Draft,
    *,
    desk: Desk,
    prefix: str,
    key: str,
    by: Actor,
    at: datetime,
    by_manager: bool = False,
    once: UUID | None = None,
) -> tuple[Quote, str]:
    """Send a quote; returns it and the secret of its page.

    `once` is the id that it gets: a second click of the same form finds the quote that the first has sent.
    Agents give away as much as the rules let them (`by_manager`: more). Raises CarTaken, CarBusy,
    CarWithdrawn, QuoteTooLong, GiftBeyondLimit, GiftTooSmall, GiftUnexplained, and what `offer` raises.
    """
    quote_id = once or new_id()
    occupancies.queue_for(draft.car.id)
    if (sent := session().get(Quote, quote_id)) is not None:
        # The car that it keeps may have the last use of its code.
        if _is(sent, draft, offer(draft, desk=desk, at=at, promised=True)):
            return sent, quotes.secret(key, sent.id)
        quote_id = new_id()  # the form was shown again by the browser, and something else is offered now
    offered = offer(draft, desk=desk, at=at)
    _check_gift(draft, offered, by_manager=by_manager, at=at)
    rules = desk.policies.booking
    until = _until(draft.days, draft.journey.pickup_at, rules=rules, at=at)
    if not 0 <= draft.hold_hours <= rules.quote_hold_hours:
        raise QuoteTooLong(days=rules.quote_days_most, hours=rules.quote_hold_hours)
    kept = None
    if draft.hold_hours:
        kept = _keep(draft, offered, until=until, desk=desk, prefix=prefix, key=key, by=by, at=at)
    else:
        _check_free(offered, at=at)
    quote = _new(quote_id, draft, offered, until=until, prefix=prefix, by=by, at=at)
    quote.booking_id = kept
    value = quotes.secret(key, quote.id)
    quote.link_hash = hash_secret(value)
    quotes.begin(
        quote, by=by, at=at, number=quote.number, total=quote.total, currency=quote.currency,
        valid_until=until.isoformat(), hold_hours=draft.hold_hours, reason=draft.gift_reason or None,
        gift=gifts.given(offered.price).amount,
    )  # fmt: skip
    return quote, value


def send_again(quote_id: UUID, *, by: Actor, at: datetime, version: int | None = None) -> Quote:
    """Mail an open quote once more. Raises QuoteSettled, Stale."""
    quote = quotes.lock(quote_id, version=version)
    if quote.state != QuoteState.OPEN or quote.valid_until <= at:
        raise quotes.QuoteSettled(QuoteState(quote.state))
    quotes.note(quote, SENT_AGAIN, by=by, at=at)
    outbox.emit(RESENT, subject_id=quote.id, quote_id=str(quote.id), once=f"{quote.id}/{quote.version}")
    return quote


def extend(
    quote_id: UUID, *, days: int, rules: BookingRules, by: Actor, at: datetime, version: int | None = None
) -> Quote:
    """Let the price stand for so many days from now; the customer is told by mail.

    Raises QuoteSettled, QuoteTooLong, DatesRefused, Stale.
    """
    quote = quotes.lock(quote_id, version=version)
    quote.valid_until = _until(days, quote.pickup_at, rules=rules, at=at)
    quotes.apply(quote, QuoteMove.EXTEND, by=by, at=at, valid_until=quote.valid_until.isoformat())
    return quote


def withdraw(quote_id: UUID, *, reason: str, by: Actor, at: datetime, version: int | None = None) -> Quote:
    """Take an open quote back, and give up the car that was kept for it. Raises QuoteSettled, Stale."""
    quote = quotes.lock(quote_id, version=version)
    quotes.apply(quote, QuoteMove.WITHDRAW, by=by, at=at, reason=reason)
    let_car_go(quote, by=by, at=at)
    return quote


def expire(quote_id: UUID, *, at: datetime) -> None:
    """End a quote whose price does not stand any more; nothing where it was settled or extended meanwhile."""
    quote = quotes.lock(quote_id)
    if quote.state == QuoteState.OPEN and quote.valid_until <= at:
        quotes.apply(quote, QuoteMove.EXPIRE, by=SYSTEM, at=at)
        let_car_go(quote, by=SYSTEM, at=at)


def let_car_go(quote: Quote, *, by: Actor, at: datetime) -> None:
    """Give up the place that was kept for a locked quote, if it is still one."""
    if quote.booking_id is not None and quote.booking is not None and quote.booking.state == State.HELD:
        holding.give_up(quote.booking_id, at=at, by=by)


def _until(days: int | None, pickup_at: datetime, *, rules: BookingRules, at: datetime) -> datetime:
    """How long the price stands: never longer than the rental could still be booked."""
    wanted = rules.quote_days if days is None else days
    if not 1 <= wanted <= rules.quote_days_most:
        raise QuoteTooLong(days=rules.quote_days_most, hours=rules.quote_hold_hours)
    until = min(at + timedelta(days=wanted), pickup_at - timedelta(hours=rules.notice_hours))
    if until <= at:
        raise policy.DatesRefused("too_soon", hours=rules.notice_hours)
    return until


def _keep(
    draft: Draft,
    offered: Offer,
    *,
    until: datetime,
    desk: Desk,
    prefix: str,
    key: str,
    by: Actor,
    at: datetime,
) -> UUID:
    """Keep the car: a hold like any other, which nobody has the link to before the quote is accepted."""
    booking, _ = holding.hold(
        offered, policies=desk.policies, prefix=prefix, visitor=None, key=key, at=at, by=by, source="quote"
    )
    booking.expires_at = min(at + timedelta(hours=draft.hold_hours), until)
    return booking.id


def _check_free(offered: Offer, *, at: datetime) -> None:
    """Nothing is offered that could not be had now. Raises CarWithdrawn, CarTaken."""
    if not (offered.car.available and offered.car.visible):
        raise CarWithdrawn
    expiry.clear(offered.car.id, offered.period, at=at)
    if not availability.is_free(offered.car.id, offered.period):
        raise CarTaken(offered.car.id)


def _check_gift(draft: Draft, offered: Offer, *, by_manager: bool, at: datetime) -> None:
    """Raises GiftUnexplained, GiftTooSmall, GiftBeyondLimit."""
    if draft.gift is None:
        return
    if not draft.gift_reason:
        raise GiftUnexplained
    given, most = gifts.given(offered.price), gifts.most_of_agents(offered.price, at=at)
    if not given:
        raise gifts.GiftTooSmall
    if given > most and not by_manager:
        raise gifts.GiftBeyondLimit(most)


def _is(quote: Quote, draft: Draft, offered: Offer) -> bool:
    """Whether a quote is what this draft would become."""
    same_price = (quote.request, quote.price) == (offered.request.to_json(), offered.price.to_json())
    return same_price and quote.email == draft.email.strip().lower() and quote.note == draft.note


def _new(
    quote_id: UUID, draft: Draft, offered: Offer, *, until: datetime, prefix: str, by: Actor, at: datetime
) -> Quote:
    journey = draft.journey
    return Quote(
        id=quote_id,
        number=quotes.free_number(prefix),
        version=0,
        name=draft.name,
        email=draft.email.strip().lower(),
        phone=draft.phone,
        car_id=draft.car.id,
        pickup_place_id=journey.pickup_place.id,
        return_place_id=journey.return_place.id,
        delivery_address=draft.delivery_address,
        pickup_at=journey.pickup_at,
        return_at=journey.return_at,
        request=offered.request.to_json(),
        price=offered.price.to_json(),
        currency=offered.price.currency,
        total=offered.price.total.amount,
        deposit=offered.deposit.amount,
        gift_reason=draft.gift_reason or None,
        note=draft.note,
        by=by.name,
        sent_at=at,
        valid_until=until,
        openings=0,
    )
