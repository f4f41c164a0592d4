"""What PayPal's refusals mean, by whose turn it is after them.

https://developer.paypal.com/api/rest/reference/orders/v2/errors/
"""

from __future__ import annotations

from enum import StrEnum


class Turn(StrEnum):
    """Who can put a refusal right."""

    PAYER = "payer"  # by approving once more
    ANOTHER_WAY = "another_way"  # the payer, with another way to pay or another account
    GONE = "gone"  # the hold is over: only a new approval brings another
    DONE = "done"  # it was done already: read, and go on
    STAFF = "staff"  # a person of the house: the account, the amount or the count


PAYER = frozenset({"INSTRUMENT_DECLINED", "PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED"})
ANOTHER_WAY = frozenset(
    {
        "PAYER_CANNOT_PAY",
        "PAYER_ACCOUNT_RESTRICTED",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "TRANSACTION_REFUSED",
        "TRANSACTION_LIMIT_EXCEEDED",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
        # A capture that PayPal answered, and that the payer's bank has turned down.
        "CAPTURE_DECLINED",
        "CAPTURE_FAILED",
    }
)
# PayPal knows an order no more: nobody was declined, the way to PayPal has only closed.
LAPSED = frozenset({"ORDER_EXPIRED", "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"})
GONE = LAPSED | {
    "AUTHORIZATION_EXPIRED",
    "AUTHORIZATION_DENIED",
    "hold_lost",  # ours: it was found gone when its step was due
}
DONE = frozenset(
    {
        "ORDER_ALREADY_AUTHORIZED",
        "ORDER_COMPLETED_OR_VOIDED",
        "AUTHORIZATION_ALREADY_CAPTURED",
        "PREVIOUSLY_VOIDED",
        "PREVIOUSLY_CAPTURED",
        "AUTHORIZATION_VOIDED",
        "CAPTURE_FULLY_REFUNDED",
        "DUPLICATE_INVOICE_ID",
    }
)
# After these the customer is asked to approve again.
ASKS_AGAIN = frozenset({Turn.PAYER, Turn.ANOTHER_WAY, Turn.GONE})


def turn(code: str | None) -> Turn:
    """Whose turn it is after a refusal; a word that nobody has listed wants a person."""
    for codes, whose in (
        (PAYER, Turn.PAYER),
        (ANOTHER_WAY, Turn.ANOTHER_WAY),
        (GONE, Turn.GONE),
        (DONE, Turn.DONE),
    ):
        if code in codes:
            return whose
    return Turn.STAFF
