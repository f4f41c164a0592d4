"""The life of a bill as a table, and what PayPal's words mean in it. Pure.

PayPal's words: https://developer.paypal.com/docs/api/invoicing/v2/. Its message PAID also comes for a part of
the amount, so a message decides nothing here: what was paid is read, and the amounts choose the move.
"""

from __future__ import annotations

from enum import StrEnum


class BillState(StrEnum):
    DRAFT = "draft"  # wanted, and not with the customer yet
    SENT = "sent"
    PENDING = "pending"  # the customer paid, and the bank thinks about it
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    CANCELLED = "cancelled"  # withdrawn: nobody pays it at PayPal any more
    WRITTEN_OFF = "written_off"  # the house gave up the rest
    REFUNDED = "refunded"  # all that was paid went back


class Move(StrEnum):
    """What can happen to a bill."""

    SEND = "send"
    PEND = "pend"
    PAY_PART = "pay_part"
    PAY = "pay"
    CANCEL = "cancel"
    WRITE_OFF = "write_off"
    REFUND = "refund"


S, M = BillState, Move
WAITING = (S.SENT, S.PENDING, S.PARTLY_PAID)  # the customer's turn, or their bank's
OPEN = (S.DRAFT, *WAITING)

NEXT: dict[tuple[BillState, Move], BillState] = {
    (S.DRAFT, M.SEND): S.SENT,
    (S.PENDING, M.SEND): S.SENT,  # the bank said no: it is the customer's turn again
    **{(state, M.PEND): S.PENDING for state in (S.DRAFT, S.SENT, S.PARTLY_PAID)},
    **{(state, M.PAY_PART): S.PARTLY_PAID for state in (S.DRAFT, S.SENT, S.PENDING)},
    # What is paid is paid, even after it was withdrawn or given up: PayPal's page may have been open.
    **{(state, M.PAY): S.PAID for state in (*OPEN, S.CANCELLED, S.WRITTEN_OFF)},
    **{(state, M.CANCEL): S.CANCELLED for state in (S.DRAFT, S.SENT)},
    **{(state, M.WRITE_OFF): S.WRITTEN_OFF for state in (S.DRAFT, S.SENT, S.PARTLY_PAID, S.CANCELLED)},
    **{(state, M.REFUND): S.REFUNDED for state in (S.PARTLY_PAID, S.PAID)},
}

# Words after which the bill is no longer a draft at PayPal.
WITH_CUSTOMER = frozenset({"SENT", "UNPAID", "PARTIALLY_PAID", "PAYMENT_PENDING", "PAID", "MARKED_AS_PAID"})
DRAFT_WORD, PENDING_WORD, CANCELLED_WORD = "DRAFT", "PAYMENT_PENDING", "CANCELLED"


def allowed(state: str, move: Move) -> bool:
    return (BillState(state), move) in NEXT


def move_for(state: str, *, word: str | None, amount: int, paid: int, refunded: int) -> Move | None:
    """The move that PayPal's `word` and the amounts ask for; None where the bill stands where it should.

    `amount` is what it asks for, less what was credited; `paid` counts what was paid at the desk too. All
    are in minor units. A part that went back leaves the bill paid: it lowers what the house keeps, and nobody
    owes it again.
    """
    wanted = _wanted(word, amount=amount, paid=paid, refunded=refunded)
    if wanted is None or not allowed(state, wanted) or NEXT[BillState(state), wanted] == state:
        return None
    return wanted


def _wanted(word: str | None, *, amount: int, paid: int, refunded: int) -> Move | None:
    if paid and refunded >= paid:
        return Move.REFUND
    if paid >= amount:
        return Move.PAY if paid else Move.CANCEL
    if word == PENDING_WORD:
        return Move.PEND
    if paid:
        return Move.PAY_PART
    if word == CANCELLED_WORD:
        return Move.CANCEL
    return Move.SEND if word in WITH_CUSTOMER else None
