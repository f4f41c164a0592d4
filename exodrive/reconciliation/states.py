"""The life of a difference as a table, why two sides can differ, and what mends each of it."""

from __future__ import annotations

from enum import StrEnum


class DifferenceState(StrEnum):
    OPEN = "open"
    TAKEN_OVER = "taken_over"  # PayPal's word counts here too, as it was read
    GONE = "gone"  # a later reading found both sides alike
    EXPLAINED = "explained"  # a person knows why, and said so


class Move(StrEnum):
    FIND = "find"
    TAKE_OVER = "take_over"
    AGREE = "agree"
    EXPLAIN = "explain"


NEXT: dict[tuple[DifferenceState | None, Move], DifferenceState] = {
    (None, Move.FIND): DifferenceState.OPEN,
    (DifferenceState.OPEN, Move.TAKE_OVER): DifferenceState.TAKEN_OVER,
    (DifferenceState.OPEN, Move.AGREE): DifferenceState.GONE,
    (DifferenceState.OPEN, Move.EXPLAIN): DifferenceState.EXPLAINED,
}


class Cause(StrEnum):
    AUTHORIZATION_UNKNOWN = "authorization_unknown"  # PayPal has it and we do not
    CAPTURE_UNKNOWN = "capture_unknown"
    REFUND_UNKNOWN = "refund_unknown"  # as one that was made in PayPal's own pages
    BILL_PAYMENT_UNKNOWN = "bill_payment_unknown"
    AUTHORIZATION_MISSING = "authorization_missing"  # we have it and PayPal does not
    CAPTURE_MISSING = "capture_missing"
    REFUND_MISSING = "refund_missing"
    BILL_MISSING = "bill_missing"
    BILL_PAYMENT_MISSING = "bill_payment_missing"
    AUTHORIZATION_GONE = "authorization_gone"  # PayPal holds nothing any more where we think it does
    STATUS_DIFFERS = "status_differs"
    AMOUNT_DIFFERS = "amount_differs"
    FEE_MISSING = "fee_missing"
    FEE_DIFFERS = "fee_differs"
    BOOKS_DIFFER = "books_differ"  # the ledger has other sums than our own tree
    OUTCOME_UNKNOWN = "outcome_unknown"  # a call whose answer never came is still not settled
    HOLD_FORGOTTEN = "hold_forgotten"  # PayPal holds money of a booking that has ended


class Remedy(StrEnum):
    """What the button beside a difference does."""

    TAKE_OVER = "take_over"  # have PayPal's figure here too, in the payment and in the books
    POST = "post"  # have the books say what the payment says
    ASK_AGAIN = "ask_again"  # have PayPal read, or asked, once more
    LET_GO = "let_go"  # have PayPal release what it holds


# Money that somebody moved at PayPal itself: a person decides that it counts here too.
BY_HAND = frozenset({Cause.CAPTURE_UNKNOWN, Cause.REFUND_UNKNOWN})
REMEDIES: dict[Cause, Remedy] = {
    **dict.fromkeys(Cause, Remedy.ASK_AGAIN),
    **dict.fromkeys(BY_HAND, Remedy.TAKE_OVER),
    Cause.STATUS_DIFFERS: Remedy.TAKE_OVER,
    Cause.AMOUNT_DIFFERS: Remedy.TAKE_OVER,
    Cause.BOOKS_DIFFER: Remedy.POST,
    Cause.HOLD_FORGOTTEN: Remedy.LET_GO,
}
# What a bill asks for is the house's own word, and never PayPal's to say.
OURS_ALONE = frozenset({Cause.AMOUNT_DIFFERS, Cause.STATUS_DIFFERS})


def remedy(cause: str, *, of_bill: bool) -> Remedy:
    """What mends a difference of this cause."""
    found = Cause(cause)
    return Remedy.ASK_AGAIN if of_bill and found in OURS_ALONE else REMEDIES[found]
