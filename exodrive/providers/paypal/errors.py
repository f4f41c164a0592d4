"""PayPal's error words, by what has to be done about them.

Sources: the 4xx schemas of Orders v2, Payments v2 and Invoicing v2, and
https://developer.paypal.com/api/rest/reference/orders/v2/errors/. Branch on `details[].issue`; descriptions
may change without notice. Nothing is turned into a success here: what is done already is read again by the
domain, which knows what it wanted.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from exodrive.providers import reading
from exodrive.providers.http import Answer, Later, Malformed, Problem


class Remedy(StrEnum):
    """Who can mend a refusal, as it stands in the log."""

    PAYER_AGAIN = "the payer goes back to PayPal"
    PAYER_OTHERWISE = "the payer needs another way to pay"
    READ_AGAIN = "it is done already: read and reconcile"
    NEW_HOLD = "the hold is gone: a new authorization or an invoice"
    STAFF = "staff"
    UNKNOWN = "not in the table"


# These pass by themselves. The one in progress carries our own key and may well be doing the work.
LATER: Final[dict[str, Later]] = {
    "PREVIOUS_REQUEST_IN_PROGRESS": Later(after=timedelta(seconds=5), unknown=True),
    "RATE_LIMIT_REACHED": Later(after=timedelta(minutes=1)),
    "INTERNAL_SERVER_ERROR": Later(unknown=True),
    "INTERNAL_SERVICE_ERROR": Later(unknown=True),
    "SERVICE_UNAVAILABLE": Later(unknown=True),
}

REMEDIES: Final[dict[str, Remedy]] = {
    "INSTRUMENT_DECLINED": Remedy.PAYER_AGAIN,
    "PAYER_ACTION_REQUIRED": Remedy.PAYER_AGAIN,
    "ORDER_NOT_APPROVED": Remedy.PAYER_AGAIN,
    "PAYER_CANNOT_PAY": Remedy.PAYER_OTHERWISE,
    "PAYER_ACCOUNT_RESTRICTED": Remedy.PAYER_OTHERWISE,
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": Remedy.PAYER_OTHERWISE,
    "TRANSACTION_REFUSED": Remedy.PAYER_OTHERWISE,
    "TRANSACTION_LIMIT_EXCEEDED": Remedy.PAYER_OTHERWISE,
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": Remedy.PAYER_OTHERWISE,
    "ORDER_ALREADY_AUTHORIZED": Remedy.READ_AGAIN,
    "AUTHORIZATION_ALREADY_CAPTURED": Remedy.READ_AGAIN,
    "PREVIOUSLY_VOIDED": Remedy.READ_AGAIN,
    "PREVIOUSLY_CAPTURED": Remedy.READ_AGAIN,
    "CAPTURE_FULLY_REFUNDED": Remedy.READ_AGAIN,
    "DUPLICATE_INVOICE_ID": Remedy.READ_AGAIN,
    "ORDER_ALREADY_COMPLETED": Remedy.READ_AGAIN,
    "ORDER_COMPLETED_OR_VOIDED": Remedy.READ_AGAIN,
    "AMOUNT_CHANGE_NOT_ALLOWED": Remedy.READ_AGAIN,
    "AUTHORIZATION_EXPIRED": Remedy.NEW_HOLD,
    "AUTHORIZATION_VOIDED": Remedy.NEW_HOLD,
    "AUTHORIZATION_DENIED": Remedy.NEW_HOLD,
    "ORDER_EXPIRED": Remedy.NEW_HOLD,
    "MAX_CAPTURE_AMOUNT_EXCEEDED": Remedy.STAFF,
    "MAX_CAPTURE_COUNT_EXCEEDED": Remedy.STAFF,
    "REFUND_AMOUNT_EXCEEDED": Remedy.STAFF,
    "REFUND_TIME_LIMIT_EXCEEDED": Remedy.STAFF,
    "REFUND_FAILED_INSUFFICIENT_FUNDS": Remedy.STAFF,
    "REFUND_NOT_ALLOWED": Remedy.STAFF,
    "REFUND_AMOUNT_TOO_LOW": Remedy.STAFF,
    "REFUND_IS_RESTRICTED": Remedy.STAFF,
    "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK": Remedy.STAFF,
    "PARTIAL_REFUND_NOT_ALLOWED": Remedy.STAFF,
    "MAX_NUMBER_OF_REFUNDS_EXCEEDED": Remedy.STAFF,
    "TRANSACTION_DISPUTED": Remedy.STAFF,
    "TRANSACTION_BLOCKED_BY_PAYEE": Remedy.STAFF,
    "TRANSACTION_RECEIVING_LIMIT_EXCEEDED": Remedy.STAFF,
    "COMPLIANCE_VIOLATION": Remedy.STAFF,
    "PENDING_CAPTURE": Remedy.STAFF,
    "AUTH_CAPTURE_NOT_ENABLED": Remedy.STAFF,
    "REAUTHORIZATION_TOO_SOON": Remedy.STAFF,
    "REAUTHORIZATION_NOT_SUPPORTED": Remedy.STAFF,
    "CANNOT_BE_VOIDED": Remedy.STAFF,
    # Invoicing
    "INVOICE_CANCELED_ALREADY": Remedy.READ_AGAIN,
    "CANNOT_REMIND_INVOICE": Remedy.READ_AGAIN,
    "CANNOT_CANCEL_PAID_INVOICE": Remedy.READ_AGAIN,
    "CANNOT_CANCEL_REFUNDED_INVOICE": Remedy.READ_AGAIN,
    "CANNOT_CANCEL_DRAFT_INVOICE": Remedy.STAFF,
    "CANNOT_CANCEL_SCHEDULED_INVOICE": Remedy.STAFF,
    "CANNOT_PROCESS_PAYMENTS": Remedy.READ_AGAIN,
    "CANNOT_PROCESS_REFUNDS": Remedy.READ_AGAIN,
    "PAYMENT_AMOUNT_GREATER_THAN_AMOUNT_DUE": Remedy.READ_AGAIN,
    "INVALID_REFUND_AMOUNT": Remedy.STAFF,
    "INVALID_INVOICE_TYPE": Remedy.STAFF,
    "USER_NOT_FOUND": Remedy.STAFF,
}


def remedy(code: str) -> Remedy:
    """What to do about `code`; everything about the payee is for staff, whose account it is."""
    return Remedy.STAFF if code.startswith("PAYEE_") else REMEDIES.get(code, Remedy.UNKNOWN)


def read_problem(answer: Answer) -> Problem:
    """PayPal's error body, or the OAuth shape that it uses for bad tokens. Raises Malformed.

    Of several issues the first counts, unless one that passes by itself is among them.
    """
    body = reading.mapping(answer.json())
    reference = reading.text_or_none(body, "debug_id")
    if "error" in body:
        code = reading.text(body, "error")
        return Problem(code, reading.text_or_none(body, "error_description") or "", reference)
    name = reading.text(body, "name")
    issues = [each["issue"] for each in reading.children(body, "details") if each.get("issue")]
    if not all(isinstance(each, str) for each in issues):
        raise Malformed("an issue is not a text")
    code = next((each for each in issues if each in LATER), (*issues, name)[0])
    return Problem(code, reading.text_or_none(body, "message") or "", reference)
