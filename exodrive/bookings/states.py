"""The life of a booking as a table: which move leads from which state to which. Read it from top to bottom.

Every change of a booking's state is one row here; `bookings.transitions` is the only code that applies one.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a booking stands, in the order of its life."""

    HELD = "held"
    AWAITING_PAYMENT = "awaiting_payment"
    AWAITING_SIGNATURE = "awaiting_signature"
    CONFIRMED = "confirmed"
    ON_RENT = "on_rent"
    RETURNED = "returned"
    CLOSED = "closed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Move(StrEnum):
    """What can happen to a booking."""

    HOLD = "hold"
    ORDER = "order"
    AUTHORIZE = "authorize"
    WAIVE = "waive"  # a manager decides that it stands without a payment in advance
    SIGN = "sign"
    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"
    SETTLE = "settle"
    EXPIRE = "expire"
    CANCEL = "cancel"
    MISS = "miss"


# What the car is kept for; the other states have given it up.
OCCUPYING = frozenset(
    {State.HELD, State.AWAITING_PAYMENT, State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT}
)
# Nobody has approved anything at PayPal yet.
UNPAID = frozenset({State.HELD, State.AWAITING_PAYMENT})
EXPIRABLE = (State.HELD, State.AWAITING_PAYMENT, State.AWAITING_SIGNATURE)
CANCELLABLE = (State.AWAITING_PAYMENT, State.AWAITING_SIGNATURE, State.CONFIRMED)
FINAL = frozenset({State.CLOSED, State.EXPIRED, State.CANCELLED, State.NO_SHOW})
OPEN = tuple(state for state in State if state not in FINAL)

NEXT: dict[tuple[State | None, Move], State] = {
    (None, Move.HOLD): State.HELD,
    (State.HELD, Move.ORDER): State.AWAITING_PAYMENT,
    (State.AWAITING_PAYMENT, Move.AUTHORIZE): State.AWAITING_SIGNATURE,
    (State.AWAITING_PAYMENT, Move.WAIVE): State.AWAITING_SIGNATURE,
    (State.AWAITING_SIGNATURE, Move.SIGN): State.CONFIRMED,
    (State.CONFIRMED, Move.HAND_OVER): State.ON_RENT,
    (State.ON_RENT, Move.TAKE_BACK): State.RETURNED,
    (State.RETURNED, Move.SETTLE): State.CLOSED,
    (State.CONFIRMED, Move.MISS): State.NO_SHOW,
    **{(state, Move.EXPIRE): State.EXPIRED for state in EXPIRABLE},
    **{(state, Move.CANCEL): State.CANCELLED for state in CANCELLABLE},
}

# The event that each move tells the world, in the past tense.
EVENTS: dict[Move, str] = {
    Move.HOLD: "booking.held",
    Move.ORDER: "booking.ordered",
    Move.AUTHORIZE: "booking.authorized",
    Move.WAIVE: "booking.prepayment_waived",
    Move.SIGN: "booking.confirmed",
    Move.HAND_OVER: "booking.handed_over",
    Move.TAKE_BACK: "booking.taken_back",
    Move.SETTLE: "booking.closed",
    Move.EXPIRE: "booking.expired",
    Move.CANCEL: "booking.cancelled",
    Move.MISS: "booking.missed",
}


def possible(state: State) -> frozenset[Move]:
    """The moves that a booking in this state allows."""
    return frozenset(move for (before, move) in NEXT if before == state)
