"""Quotes as rows: finding them, their secret links, and the one place that moves them on.

A quote is locked before everything else of its use case: before the car's turn, and before its booking.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from exodrive.bookings.quote.quote_models import Quote
from exodrive.bookings.quote.quote_states import EVENTS, NEXT, QuoteMove, QuoteState
from exodrive.fleet.models import Car
from exodrive.kernel import audit, cursors, outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound, Stale
from exodrive.kernel.ids import hash_secret, new_reference

WHOLE = (
    joinedload(Quote.car).joinedload(Car.category),
    joinedload(Quote.pickup_place),
    joinedload(Quote.return_place),
    joinedload(Quote.booking),
)
# The desk's saved views.
VIEWS: dict[str, tuple[QuoteState, ...]] = {
    "open": (QuoteState.OPEN,),
    "accepted": (QuoteState.ACCEPTED,),
    "ended": (QuoteState.DECLINED, QuoteState.WITHDRAWN, QuoteState.EXPIRED),
    "all": tuple(QuoteState),
}


class QuoteNotFound(NotFound):
    """There is no such quote, or its link was mistyped: which of them is not said."""

    code = "quote_not_found"


class QuoteSettled(Conflict):
    """The quote was accepted, declined or withdrawn, or its price does not stand any more."""

    code = "quote_settled"

    def __init__(self, state: QuoteState) -> None:
        super().__init__(state)
        self.state = state


def lock(quote_id: UUID, *, version: int | None = None) -> Quote:
    """The quote, locked until the transaction ends. Raises QuoteNotFound, or Stale for another version."""
    found = session().scalar(
        select(Quote)
        .where(Quote.id == quote_id)
        .options(*WHOLE)
        .with_for_update(of=Quote)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise QuoteNotFound(str(quote_id))
    if version is not None and found.version != version:
        raise Stale
    return found


def by_id(quote_id: UUID) -> Quote:
    """A quote, to be looked at. Raises QuoteNotFound."""
    return _one(select(Quote).where(Quote.id == quote_id))


def by_number(number: str) -> Quote:
    """The same by the number that people say. Raises QuoteNotFound."""
    return _one(select(Quote).where(Quote.number == number))


def by_secret(value: str) -> Quote:
    """The quote of a link. Raises QuoteNotFound."""
    return _one(select(Quote).where(Quote.link_hash == hash_secret(value)))


def of_booking(booking_id: UUID) -> Quote | None:
    """The quote that a booking came from."""
    return session().scalar(select(Quote).where(Quote.booking_id == booking_id))


def lock_open_of(booking_id: UUID) -> Quote | None:
    """The row of the quote that keeps this place for its customer, locked; None where there is none open."""
    return session().scalar(
        select(Quote)
        .where(Quote.booking_id == booking_id, Quote.state == QuoteState.OPEN)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def listing(
    *, view: str = "open", cursor: str | None = None, limit: int = 25
) -> tuple[list[Quote], str | None]:
    """Quotes, newest first, and the cursor of the next page. Raises CursorUnreadable."""
    query = select(Quote).options(*WHOLE)
    states = VIEWS.get(view, VIEWS["all"])
    if states != VIEWS["all"]:
        query = query.where(Quote.state.in_(states))
    if cursor:
        _sent_at, before = cursors.read(cursor)
        query = query.where(Quote.id < before)
    found = list(session().scalars(query.order_by(Quote.id.desc()).limit(limit + 1)))
    following = cursors.written(found[limit - 1].sent_at, found[limit - 1].id) if len(found) > limit else None
    return found[:limit], following


def due(*, at: datetime, limit: int = 50) -> list[UUID]:
    """Quotes whose price does not stand any more: for the sweep."""
    return list(
        session().scalars(
            select(Quote.id)
            .where(Quote.state == QuoteState.OPEN, Quote.valid_until <= at)
            .order_by(Quote.valid_until)
            .limit(limit)
        )
    )


def secret(key: str, quote_id: UUID) -> str:
    """The link's secret: 256 bits under the house's `key`, safe in an address; the row has only its hash."""
    digest = hmac.new(key.encode(), b"quote-link|" + quote_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()


def free_number(prefix: str) -> str:
    """A number that no quote has, such as `EXDQ-7K4M2Q`. The unique key refuses the second of two at once."""
    while True:
        number = new_reference(f"{prefix}Q")
        if session().scalar(select(Quote.id).where(Quote.number == number)) is None:
            return number


def begin(quote: Quote, *, by: Actor, at: datetime, reason: str | None = None, **data: Any) -> None:
    """Bring a new quote to life, open."""
    session().add(quote)
    _enter(quote, QuoteMove.SEND, before=None, by=by, at=at, reason=reason, data=data)


def apply(
    quote: Quote, move: QuoteMove, *, by: Actor, at: datetime, reason: str | None = None, **data: Any
) -> None:
    """Move a locked quote on. Raises QuoteSettled where the table knows no such row."""
    state = QuoteState(quote.state)
    if (state, move) not in NEXT:
        raise QuoteSettled(state)
    _enter(quote, move, before=state, by=by, at=at, reason=reason, data=data)


def note(quote: Quote, action: str, *, by: Actor, at: datetime, **data: Any) -> None:
    """Write down something that happened to a locked quote without moving it."""
    quote.version += 1
    session().flush()
    audit.record(action, subject=("quote", quote.id), by=by, at=at, **data)


def _enter(
    quote: Quote,
    move: QuoteMove,
    *,
    before: QuoteState | None,
    by: Actor,
    at: datetime,
    reason: str | None,
    data: dict[str, Any],
) -> None:
    quote.state = NEXT[before, move]
    quote.version = (quote.version or 0) + 1
    quote.settled_at = None if quote.state == QuoteState.OPEN else at
    session().flush()
    audit.record(
        EVENTS[move], subject=("quote", quote.id), by=by, at=at, reason=reason, before=before, **data
    )
    outbox.emit(EVENTS[move], subject_id=quote.id, quote_id=str(quote.id), once=f"{quote.id}/{quote.version}")


def _one(query: Select[Quote]) -> Quote:
    found = session().scalar(query.options(*WHOLE))
    if found is None:
        raise QuoteNotFound
    return found
