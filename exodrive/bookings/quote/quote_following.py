"""A quote whose kept place is changed at the desk: it offers from then on what its booking has become.

So the customer's page, the desk's list and the yes speak of one price. What was accepted is history, and
stays as it was offered.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.quote import quotes
from exodrive.bookings.states import State
from exodrive.kernel.actors import SYSTEM

FOLLOWED = "quote.followed"


def follow(booking_id: UUID, *, at: datetime) -> None:
    """Let the open quote of a booking that was changed offer the same; normal twice."""
    quote = quotes.lock_open_of(booking_id)
    if quote is None:
        return
    booking = transitions.lock(booking_id)
    if booking.state != State.HELD or (booking.price == quote.price and booking.request == quote.request):
        return
    before = quote.total
    quote.car_id = booking.car_id
    quote.pickup_place_id, quote.return_place_id = booking.pickup_place_id, booking.return_place_id
    quote.pickup_at, quote.return_at = booking.pickup_at, booking.return_at
    quote.delivery_address = booking.delivery_address or quote.delivery_address
    quote.request, quote.price, quote.currency = booking.request, booking.price, booking.currency
    quote.total, quote.deposit = booking.total, booking.deposit
    quotes.note(
        quote, FOLLOWED, by=SYSTEM, at=at, before=before, total=quote.total, currency=quote.currency,
        booking=booking.reference,
    )  # fmt: skip
