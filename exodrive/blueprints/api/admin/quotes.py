"""Quotes for the staff's programs: sending one, reading how it stands, extending and withdrawing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app

from exodrive.availability.occupancies import CarBusy, CarTaken
from exodrive.blueprints import counter as counters
from exodrive.blueprints.api import answers, driver_shapes, journeys
from exodrive.blueprints.api.admin.gifts import TakenOff
from exodrive.blueprints.api.admin.quote_shapes import (
    AdminQuoteWish,
    Extending,
    QuoteFilters,
    QuoteRows,
    SentQuote,
    Withdrawing,
)
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls import callers
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, Seen, operation
from exodrive.blueprints.api.refusals import AddressMissing, DetailsRefused
from exodrive.bookings.by_hand.purse import NoAmount
from exodrive.bookings.change.gifts import GiftBeyondLimit, GiftTooSmall
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.quote import quotes, quoting
from exodrive.bookings.quote.quotes import QuoteNotFound, QuoteSettled
from exodrive.bookings.quote.quoting import Draft, GiftUnexplained, QuoteTooLong
from exodrive.bookings.reservation.holding import CarWithdrawn
from exodrive.customers import phones
from exodrive.fleet import queries as fleet
from exodrive.fleet.queries import CarNotFound
from exodrive.house import queries as houses
from exodrive.house.queries import PlaceNotFound
from exodrive.kernel.cursors import CursorUnreadable
from exodrive.pricing.discounts import Discount, DiscountSource
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.pricing.rules import ExtraQuantity, ExtraUnknown

TAG = "Desk: quotes"


def _lock(quote_id: UUID, **_: Any) -> None:
    quotes.lock(quote_id)


def _look(quote_id: UUID, **_: Any) -> SentQuote:
    return SentQuote.of(quotes.by_id(quote_id))


MADE = {200: Says(SentQuote, "As it stands now.")}
SEEN = Seen(_lock, _look)


@operation(
    "GET",
    "/admin/quotes",
    tag=TAG,
    summary="List quotes",
    answers={200: Says(QuoteRows, "A page of quotes, newest first.")},
    errors=(CursorUnreadable,),
)
def admin_list_quotes(_call: Call, *, query: QuoteFilters) -> Answer:
    """What was offered and to whom, with whether they have looked at it."""
    rows, following = quotes.listing(view=query.view, cursor=query.cursor, limit=query.limit)
    return Answer(QuoteRows(items=tuple(map(SentQuote.of, rows)), next=following))


@operation(
    "GET",
    "/admin/quotes/<uuid:quote_id>",
    tag=TAG,
    summary="Read a quote",
    answers={200: Says(SentQuote, "How it stands.")},
    errors=(QuoteNotFound,),
)
def admin_read_quote(_call: Call, *, quote_id: UUID) -> Answer:
    """One quote with its price."""
    return Answer(_look(quote_id))


@operation(
    "POST",
    "/admin/quotes",
    tag=TAG,
    summary="Send a quote",
    answers={201: Says(SentQuote, "Sent: the customer gets the link by mail.")},
    errors=(
        DetailsRefused, AddressMissing, DatesRefused, CarTaken, CarBusy, CarWithdrawn, CarNotFound,
        PlaceNotFound, ExtraUnknown, ExtraQuantity, QuoteTooLong, QuoteNotFound,
        GiftBeyondLimit, GiftTooSmall, GiftUnexplained, NoAmount, PromotionRefused,
    ),
    key_required=True,
)  # fmt: skip
def admin_send_quote(call: Call, *, body: AdminQuoteWish) -> Answer:
    """Price a rental for somebody, for a time. They accept it on the page that the mail leads to.

    A promo code lowers the price for as long as that stands, whoever uses the code meanwhile.
    It keeps no car unless `hold_hours` says so.
    """
    home = houses.house().country
    if faults := list(driver_shapes.contact_faults("", email=body.email, phone=body.phone, home=home)):
        raise DetailsRefused(faults)
    car = fleet.any_car(body.car)
    desk = counters.desk(at=call.at, currencies={car.currency})
    journey = journeys.journey(
        pickup_place=body.pickup_place,
        return_place=body.return_place,
        pickup_at=body.pickup_at,
        return_at=body.return_at,
        desk=desk,
    )
    places = (journey.pickup_place, journey.return_place)
    address = journeys.delivery_address(places, body.delivery_address)
    quote, _ = quoting.send(
        Draft(
            car=car,
            journey=journey,
            name=body.name,
            email=body.email,
            phone=phones.dialled(body.phone, home=home) or body.phone,
            note=body.note,
            extras=body.extras,
            additional_drivers=body.additional_drivers,
            delivery_address=address,
            days=body.valid_days,
            hold_hours=body.hold_hours,
            promo_code=body.promo_code or "",
            gift=_gift(body.gift, currency=car.currency),
            gift_reason=body.reason or "",
        ),
        desk=desk,
        prefix=desk.house.reference_prefix,
        key=current_app.config["SECRET_KEY"],
        by=call.caller.actor,
        at=call.at,
        by_manager=callers.decides(call.caller),
    )
    where = {"Location": answers.address("admin_read_quote", quote_id=quote.id)}
    return Answer(SentQuote.of(quotes.by_id(quote.id)), 201, where)


@operation(
    "POST",
    "/admin/quotes/<uuid:quote_id>/resend",
    tag=TAG,
    summary="Mail a quote again",
    answers=MADE,
    errors=(QuoteNotFound, QuoteSettled),
    matches=SEEN,
)
def admin_resend_quote(call: Call, *, quote_id: UUID) -> Answer:
    """The same link once more."""
    return Answer(SentQuote.of(quoting.send_again(quote_id, by=call.caller.actor, at=call.at)))


@operation(
    "POST",
    "/admin/quotes/<uuid:quote_id>/extend",
    tag=TAG,
    summary="Let a price stand longer",
    answers=MADE,
    errors=(QuoteNotFound, QuoteSettled, QuoteTooLong, DatesRefused),
    matches=SEEN,
)
def admin_extend_quote(call: Call, *, quote_id: UUID, body: Extending) -> Answer:
    """From now, even where it has expired. The customer is told by mail."""
    rules = houses.rulebook(call.at).booking
    made = quoting.extend(quote_id, days=body.valid_days, rules=rules, by=call.caller.actor, at=call.at)
    return Answer(SentQuote.of(made))


@operation(
    "POST",
    "/admin/quotes/<uuid:quote_id>/withdraw",
    tag=TAG,
    summary="Withdraw a quote",
    answers=MADE,
    errors=(QuoteNotFound, QuoteSettled),
    matches=SEEN,
)
def admin_withdraw_quote(call: Call, *, quote_id: UUID, body: Withdrawing) -> Answer:
    """Take it back, with the car that was kept for it. The customer is told by mail."""
    made = quoting.withdraw(quote_id, reason=body.reason, by=call.caller.actor, at=call.at)
    return Answer(SentQuote.of(made))


def _gift(taken: TakenOff | None, *, currency: str) -> Discount | None:
    """Raises NoAmount for one in another currency than the car's."""
    if taken is not None and taken.amount is not None and taken.amount.plain().currency != currency:
        raise NoAmount
    return taken.discount(DiscountSource.GIFT) if taken is not None else None
