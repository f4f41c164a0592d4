"""What the customer does with a quote: look at it, accept it at exactly its price, or decline it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from exodrive.bookings import links, search, transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.quote import quotes, quoting
from exodrive.bookings.quote.quote_models import Quote
from exodrive.bookings.quote.quote_states import NEXT, QuoteMove, QuoteState
from exodrive.bookings.reservation import expiry, holding, offers
from exodrive.bookings.reservation.offers import Desk, Journey, Offer
from exodrive.bookings.states import State
from exodrive.house.rules import Rulebook
from exodrive.kernel.actors import CUSTOMER, Actor
from exodrive.pricing.price import Price
from exodrive.pricing.request import PriceRequest

FROM_QUOTE = "booking.from_quote"


def opened(quote_id: UUID, *, at: datetime) -> None:
    """Somebody who has the link has looked at it."""
    quote = quotes.lock(quote_id)
    quote.opened_at = quote.opened_at or at
    quote.last_opened_at = at
    quote.openings += 1


def stands(quote: Quote, *, at: datetime) -> bool:
    """Whether a quote can be accepted now."""
    if at >= quote.valid_until or (QuoteState(quote.state), QuoteMove.ACCEPT) not in NEXT:
        return False
    # Accepted before, it can be taken again only where its place ran out before it was ordered.
    became = quote.booking if quote.state == QuoteState.ACCEPTED else None
    return became is None or (became.state == State.EXPIRED and became.ordered_at is None)


def offer(quote: Quote, *, policies: Rulebook) -> Offer:
    """The rental at the price of the quote, which is not worked out again."""
    journey = Journey(quote.pickup_place, quote.return_place, quote.pickup_at, quote.return_at)
    request, price = PriceRequest.from_json(quote.request), Price.from_json(quote.price)
    made = offers.assemble(quote.car, journey, request, price, policies=policies)
    return replace(made, deposit=quote.deposit_money)


def accept(
    quote_id: UUID, *, desk: Desk, prefix: str, key: str, at: datetime, by: Actor = CUSTOMER
) -> tuple[Booking, str]:
    """Hold the car at the price of the quote; returns the booking and the secret of its page.

    Normal twice: who presses again gets to their booking. Raises QuoteSettled, CarTaken, CarBusy,
    CarWithdrawn.
    """
    quote = quotes.lock(quote_id)
    became = quote.booking if quote.state == QuoteState.ACCEPTED else None
    if became is not None and became.state != State.EXPIRED:
        return became, links.secret(key, became.id, became.link_version)
    if not stands(quote, at=at):
        raise quotes.QuoteSettled(_ended(quote, at=at))
    booking = _kept(quote, at=at)
    if booking is None:
        made = offer(quote, policies=desk.policies)
        booking, _ = holding.hold(
            made, policies=desk.policies, prefix=prefix, visitor=None, key=key, at=at, by=by, source="quote",
            promised=True,
        )  # fmt: skip
    _follow(booking, quote, minutes=desk.policies.booking.payment_minutes, by=by, at=at)
    quote.booking_id = booking.id
    quotes.apply(quote, QuoteMove.ACCEPT, by=by, at=at, reference=booking.reference)
    return booking, links.secret(key, booking.id, booking.link_version)


def decline(quote_id: UUID, *, reason: str | None, at: datetime, by: Actor = CUSTOMER) -> Quote:
    """The customer does not want it; normal twice. Raises QuoteSettled."""
    quote = quotes.lock(quote_id)
    if quote.state != QuoteState.DECLINED:
        quotes.apply(quote, QuoteMove.DECLINE, by=by, at=at, reason=reason or None)
        quoting.let_car_go(quote, by=by, at=at)
    return quote


def _ended(quote: Quote, *, at: datetime) -> QuoteState:
    """How a quote stands that cannot be accepted: over before the sweep has said so, too."""
    open_and_late = quote.state == QuoteState.OPEN and at >= quote.valid_until
    return QuoteState.EXPIRED if open_and_late else QuoteState(quote.state)


def _kept(quote: Quote, *, at: datetime) -> Booking | None:
    """The place that was kept for a locked quote, locked, while it is one."""
    if quote.booking_id is None or quote.booking is None or quote.booking.state != State.HELD:
        return None
    booking = transitions.lock_with_car(quote.booking_id)
    live = booking.state == State.HELD and not expiry.due(booking, at=at)
    return booking if live else None


def _follow(booking: Booking, quote: Quote, *, minutes: int, by: Actor, at: datetime) -> None:
    """Whoever accepts has the whole time of an order for the details, and finds what was agreed."""
    booking.expires_at = max(at + timedelta(minutes=minutes), booking.expires_at or at)
    booking.delivery_address = quote.delivery_address
    words = [booking.reference, quote.car.name, quote.number, f"{quote.name} {quote.email} {quote.phone}"]
    booking.search = search.stored(words, plate=quote.car.plate)
    transitions.note(booking, FROM_QUOTE, by=by, at=at, number=quote.number)
