"""Every refusal of PayPal's that has words of its own for staff, and the words for the others.

https://developer.paypal.com/api/rest/reference/orders/v2/errors/ and the 4xx schemas of Payments v2 and
Invoicing v2.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from flask_babel import gettext as _

from exodrive.payments import refusals
from exodrive.payments.refusals import Turn

Say = Callable[[], str]


class Wanted(StrEnum):
    """What the house wanted of PayPal when it was refused."""

    TAKE = "take"  # an order, a hold, a renewal, a capture
    LET_GO = "let_go"
    GIVE_BACK = "give_back"
    BILL = "bill"
    NOTE = "note"  # that money of a bill came elsewhere: it counts here, whatever PayPal makes of it


def find(code: str | None) -> tuple[Say, Say | None]:
    """What a code means, and what helps where it needs an advice of its own."""
    if code in CODES:
        return CODES[code]
    if code is not None and code.startswith("PAYEE_"):
        return PAYEE
    return MEANINGS[refusals.turn(code)], None


MEANINGS: dict[Turn, Say] = {
    Turn.PAYER: lambda: _("PayPal wants the customer to approve again"),
    Turn.ANOTHER_WAY: lambda: _("The customer’s way to pay was declined"),
    Turn.GONE: lambda: _("PayPal’s hold has ended"),
    Turn.DONE: lambda: _("PayPal says that it was done before, and shows nothing of it"),
    Turn.STAFF: lambda: _("PayPal refuses the house"),
}
ADVICE: dict[Turn, Say] = {
    Turn.PAYER: lambda: _("It is the customer’s turn: their page leads them to PayPal again. Else bill it."),
    Turn.ANOTHER_WAY: lambda: _(
        "The customer needs another way to pay: their page leads them to PayPal again. Else take it at the "
        "desk, or bill it."
    ),
    Turn.GONE: lambda: _(
        "Nothing is held any more: only a new approval by the customer brings it back. Else take it at the "
        "desk, or bill it."
    ),
    Turn.DONE: lambda: _("Compare with PayPal’s own page, and ask again for what is missing there."),
    Turn.STAFF: lambda: _(
        "Ask PayPal about its code, with the debug id. Mend the cause, then try it again from here."
    ),
}


def _at_desk() -> str:
    return _("Hand it back at the desk or by bank transfer, and write it down here.")


def _note_by_hand() -> str:
    return _(
        "Here the money counts. Note it by hand at PayPal, on the page of the invoice: else the customer "
        "can pay it there once more."
    )


# Where the advice of a turn would mislead, since nobody has to pay.
INSTEAD: dict[tuple[Wanted, Turn], Say] = {
    (Wanted.GIVE_BACK, Turn.PAYER): _at_desk,
    (Wanted.GIVE_BACK, Turn.ANOTHER_WAY): _at_desk,
    (Wanted.GIVE_BACK, Turn.GONE): lambda: _(
        "Look for the payment on PayPal’s own page. What is not there is handed back at the desk or by bank "
        "transfer, and written down here."
    ),
    (Wanted.LET_GO, Turn.GONE): lambda: _(
        "Compare with PayPal’s own page: where it holds nothing, nothing has to be let go."
    ),
    (Wanted.BILL, Turn.GONE): lambda: _(
        "Compare with PayPal’s own page. What was deleted there is withdrawn here, and billed anew."
    ),
}
# Where one thing helps, whatever was wrong: nothing here makes such a call a second time.
ALWAYS: dict[Wanted, Say] = {Wanted.NOTE: _note_by_hand}


def _after_mending() -> str:
    return _("Sign in at PayPal and do what it asks for, then try it again from here.")


def _nonsense() -> str:
    return _("PayPal does not understand the request")


def _fault_of_ours() -> str:
    return _("Tell whoever looks after this system, with the debug id. No money has moved.")


def _blocked() -> str:
    return _("The house’s own settings at PayPal block this payment")


def _own_settings() -> str:
    return _("Sign in at PayPal, look at the filters against fraud, then try it again from here.")


def _not_found() -> str:
    return _("PayPal does not find what this is about")


def _not_now() -> str:
    return _("Nothing is lost: on its day the capture is tried all the same.")


PAYEE: tuple[Say, Say] = (lambda: _("PayPal has restricted the house’s own account"), _after_mending)
CODES: dict[str, tuple[Say, Say | None]] = {
    "INSTRUMENT_DECLINED": (lambda: _("The customer’s card or bank was declined"), None),
    "PAYER_ACTION_REQUIRED": (lambda: _("PayPal wants something of the customer first"), None),
    "ORDER_NOT_APPROVED": (lambda: _("The customer has not approved it at PayPal"), None),
    "PAYER_CANNOT_PAY": (lambda: _("The customer’s account cannot pay this"), None),
    "PAYER_ACCOUNT_RESTRICTED": (lambda: _("PayPal has restricted the customer’s account"), None),
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": (lambda: _("The customer’s account is locked or closed"), None),
    "TRANSACTION_LIMIT_EXCEEDED": (lambda: _("It is more than the customer’s account may pay"), None),
    "TRANSACTION_REFUSED": (lambda: _("PayPal’s own checks refused the customer’s payment"), None),
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": (lambda: _("The customer has tried too often"), None),
    "CAPTURE_DECLINED": (lambda: _("The customer’s bank did not pay"), None),
    "CAPTURE_FAILED": (lambda: _("The customer’s bank did not pay"), None),
    "AUTHORIZATION_EXPIRED": (lambda: _("PayPal’s hold has grown too old"), None),
    "AUTHORIZATION_VOIDED": (lambda: _("PayPal’s hold was let go"), None),
    "AUTHORIZATION_DENIED": (lambda: _("PayPal denied the hold after looking at it"), None),
    "ORDER_EXPIRED": (lambda: _("The customer took too long at PayPal"), None),
    "DUPLICATE_INVOICE_ID": (
        lambda: _("PayPal has had this call’s number before, and shows nothing of it"), None,
    ),
    "MAX_CAPTURE_AMOUNT_EXCEEDED": (
        lambda: _("It is more than PayPal lets the house take of this hold"),
        lambda: _("Capture what is held, and bill the rest."),
    ),
    "MAX_CAPTURE_COUNT_EXCEEDED": (
        lambda: _("PayPal lets nothing more be taken of this hold"),
        lambda: _("Bill what is missing."),
    ),
    "AUTH_CAPTURE_NOT_ENABLED": (
        lambda: _("PayPal lets the house’s account hold no money"),
        lambda: _("Have PayPal switch on authorizations, then try it again from here."),
    ),
    "REFUND_AMOUNT_EXCEEDED": (
        lambda: _("It is more than is left to give back"),
        lambda: _("Look at PayPal what went back already, then give back the rest."),
    ),
    "REFUND_TIME_LIMIT_EXCEEDED": (
        lambda: _("PayPal gives nothing back after 180 days"),
        _at_desk,
    ),
    "REFUND_FAILED_INSUFFICIENT_FUNDS": (
        lambda: _("The house’s PayPal account has too little to give it back"),
        lambda: _("Pay money in at PayPal, then try it again from here."),
    ),
    "REFUND_AMOUNT_TOO_LOW": (lambda: _("So little comes to nothing in the account’s currency"), _at_desk),
    "REFUND_IS_RESTRICTED": (
        lambda: _("PayPal lets only the system that took this payment give it back"),
        lambda: _("Give it back on PayPal’s own page, or at the desk, and write it down here."),
    ),
    "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK": (
        lambda: _("The customer’s bank has fetched this payment back already"),
        lambda: _("Answer the case at PayPal first: what the bank keeps is not given back twice."),
    ),
    "PARTIAL_REFUND_NOT_ALLOWED": (
        lambda: _("PayPal gives back only the whole of this payment"),
        lambda: _("Hand the part back at the desk or by bank transfer, and write it down here."),
    ),
    "MAX_NUMBER_OF_REFUNDS_EXCEEDED": (lambda: _("PayPal gives no further part of it back"), _at_desk),
    "REFUND_NOT_ALLOWED": (
        lambda: _("PayPal does not give this payment back"),
        _at_desk,
    ),
    "TRANSACTION_DISPUTED": (
        lambda: _("The customer has opened a case at PayPal about it"),
        lambda: _("Answer the case at PayPal first: until it ends, no part can be given back."),
    ),
    "PENDING_CAPTURE": (
        lambda: _("The customer’s bank has not paid yet"),
        lambda: _("Wait until PayPal has the money, then try it again from here."),
    ),
    "REAUTHORIZATION_TOO_SOON": (lambda: _("PayPal renews a hold from its fourth day on"), _not_now),
    "REAUTHORIZATION_NOT_SUPPORTED": (lambda: _("PayPal renews a hold only once"), _not_now),
    "CANNOT_BE_VOIDED": (
        lambda: _("PayPal lets go of a renewed hold only by its original"),
        lambda: _("Let go of the original at PayPal, or wait until its 29 days are over."),
    ),
    "PAYEE_BLOCKED_TRANSACTION": (_blocked, _own_settings),
    "TRANSACTION_BLOCKED_BY_PAYEE": (_blocked, _own_settings),
    "TRANSACTION_RECEIVING_LIMIT_EXCEEDED": (
        lambda: _("It is more than the house’s PayPal account may receive"), _after_mending,
    ),
    "COMPLIANCE_VIOLATION": (
        lambda: _("PayPal’s own rules forbid this payment"),
        lambda: _("Ask PayPal why, with the debug id. Else take it at the desk."),
    ),
    "ORDER_COMPLETED_OR_VOIDED": (lambda: _("The order is over at PayPal, and shows no hold"), None),
    "RESOURCE_NOT_FOUND": (_not_found, None),
    "INVALID_RESOURCE_ID": (_not_found, None),
    "NOT_AUTHORIZED": (lambda: _("The house’s account may not do this at PayPal"), _after_mending),
    "PERMISSION_DENIED": (lambda: _("The house’s account may not do this at PayPal"), _after_mending),
    "INVALID_REQUEST": (_nonsense, _fault_of_ours),
    "MALFORMED_REQUEST_JSON": (_nonsense, _fault_of_ours),
    "MISSING_REQUIRED_PARAMETER": (_nonsense, _fault_of_ours),
    "INVALID_PARAMETER_VALUE": (_nonsense, _fault_of_ours),
    "INVALID_PARAMETER_SYNTAX": (_nonsense, _fault_of_ours),
    "AMOUNT_MISMATCH": (_nonsense, _fault_of_ours),
    "DECIMAL_PRECISION": (_nonsense, _fault_of_ours),
    "DECIMALS_NOT_SUPPORTED": (_nonsense, _fault_of_ours),
    "INVALID_CURRENCY_CODE": (lambda: _("PayPal does not take this currency"), _fault_of_ours),
    "CURRENCY_NOT_SUPPORTED": (lambda: _("PayPal does not take this currency"), _fault_of_ours),
    "USER_NOT_FOUND": (
        lambda: _("PayPal sends no mail to this address"),
        lambda: _("Correct the address with the customer, then send it again."),
    ),
    "CANNOT_CANCEL_DRAFT_INVOICE": (
        lambda: _("PayPal has not mailed it yet, and withdraws only what is out"),
        lambda: _("Send it again, or delete the draft on PayPal’s own page, then withdraw it here."),
    ),
    "CANNOT_CANCEL_SCHEDULED_INVOICE": (
        lambda: _("PayPal is to mail it on a later day, and withdraws only what is out"),
        lambda: _("Take the day away on PayPal’s own page, then withdraw it here."),
    ),
    "INVALID_INVOICE_TYPE": (lambda: _("PayPal notes no payments of such a bill"), None),
    "INVALID_PAYMENT_METHOD": (lambda: _("PayPal knows no such way to pay"), None),
    "hold_lost": (lambda: _("PayPal’s hold has ended"), None),
}  # fmt: skip
