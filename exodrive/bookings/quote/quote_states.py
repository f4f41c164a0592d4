"""The life of a quote as a table: what staff offered, and what has come of it."""

from __future__ import annotations

from enum import StrEnum


class QuoteState(StrEnum):
    """How a quote stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class QuoteMove(StrEnum):
    """What can happen to a quote."""

    SEND = "send"
    EXTEND = "extend"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


NEXT: dict[tuple[QuoteState | None, QuoteMove], QuoteState] = {
    (None, QuoteMove.SEND): QuoteState.OPEN,
    (QuoteState.OPEN, QuoteMove.EXTEND): QuoteState.OPEN,
    (QuoteState.OPEN, QuoteMove.ACCEPT): QuoteState.ACCEPTED,
    (QuoteState.OPEN, QuoteMove.DECLINE): QuoteState.DECLINED,
    (QuoteState.OPEN, QuoteMove.WITHDRAW): QuoteState.WITHDRAWN,
    (QuoteState.OPEN, QuoteMove.EXPIRE): QuoteState.EXPIRED,
    # The customer calls a day late, and the house stands by its word.
    (QuoteState.EXPIRED, QuoteMove.EXTEND): QuoteState.OPEN,
    # What was accepted and not ordered in time is free again; while the price stands, it can be taken anew.
    (QuoteState.ACCEPTED, QuoteMove.ACCEPT): QuoteState.ACCEPTED,
}

# What each move is called in the trail and in the outbox.
EVENTS: dict[QuoteMove, str] = {
    QuoteMove.SEND: "quote.sent",
    QuoteMove.EXTEND: "quote.extended",
    QuoteMove.ACCEPT: "quote.accepted",
    QuoteMove.DECLINE: "quote.declined",
    QuoteMove.WITHDRAW: "quote.withdrawn",
    QuoteMove.EXPIRE: "quote.expired",
}


def possible(state: QuoteState) -> frozenset[QuoteMove]:
    """The moves that a quote in this state allows."""
    return frozenset(move for (before, move) in NEXT if before == state)
