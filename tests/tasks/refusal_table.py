"""Every refusal of PayPal's, by the call that it can come to, with what staff and the payer read of it.

The tests of refusals go through these rows, each said by the simulator over HTTP; `test_refusal_table.py`
holds them against the classes of the client and against PayPal's published lists.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """A refusal as PayPal says it; `meaning` and `advice` are read by staff.

    Without them it is settled by reading, and nobody has to look.
    """

    issue: str
    meaning: str
    advice: str
    answer: int = 422
    asks: bool = False  # the customer is asked to approve again


class PayerRow(NamedTuple):
    """A refusal that the payer can put right. `page` and `way` are theirs, `meaning` is read by staff."""

    issue: str
    page: str
    way: str
    meaning: str
    answer: int = 422


ASK_PAYPAL = "Ask PayPal about its code, with the debug id"
COMPARE = "Compare with PayPal’s own page"
SIGN_IN = "Sign in at PayPal"
TELL = "Tell whoever looks after"
AT_DESK = "Hand it back at the desk or by bank transfer"
NEW_APPROVAL = "only a new approval by the customer"
TURN = "their page leads them to PayPal again"
NOTE_BY_HAND = "Here the money counts. Note it by hand at PayPal"
BY_DAY = "the capture is tried all the same"
NONSENSE = "does not understand the request"
DECLINED, ONCE_MORE = "PayPal declined the payment.", "PayPal needs your approval once more."
CLOSED = "The way to PayPal has closed"
ANOTHER_ACCOUNT = "PayPal lets this account pay nothing just now: use another account"
ANOTHER_WAY = "Try another way to pay."

# What any call can come to, since it is about the house and its program.
HOUSE = [
    Row("PAYEE_ACCOUNT_RESTRICTED", "restricted the house’s own account", SIGN_IN),
    Row("PAYEE_ACCOUNT_LOCKED_OR_CLOSED", "restricted the house’s own account", SIGN_IN),
    Row("PERMISSION_DENIED", "may not do this at PayPal", SIGN_IN, 403),
    Row("INVALID_PARAMETER_VALUE", NONSENSE, TELL, 400),
    Row("A_WORD_OF_TOMORROW", "PayPal refuses the house", ASK_PAYPAL),
]
RECEIVING = [
    Row("AUTH_CAPTURE_NOT_ENABLED", "hold no money", "switch on authorizations"),
    Row("PAYEE_BLOCKED_TRANSACTION", "own settings at PayPal block", "filters against fraud"),
    Row("TRANSACTION_BLOCKED_BY_PAYEE", "own settings at PayPal block", "filters against fraud"),
    Row("TRANSACTION_RECEIVING_LIMIT_EXCEEDED", "PayPal account may receive", SIGN_IN),
    Row("COMPLIANCE_VIOLATION", "PayPal’s own rules forbid", "Ask PayPal why, with the debug id"),
]
USED_UP = Row("DUPLICATE_INVOICE_ID", "had this call’s number before", COMPARE)
DISPUTED = Row("TRANSACTION_DISPUTED", "opened a case at PayPal", "Answer the case at PayPal first")
PENDING = Row("PENDING_CAPTURE", "bank has not paid yet", "Wait until PayPal has the money")
LOCKED = "is locked or closed"

# The payer, by the order or its authorization.
PAYER = [
    PayerRow("INSTRUMENT_DECLINED", DECLINED, ANOTHER_WAY, "card or bank was declined"),
    PayerRow("TRANSACTION_REFUSED", DECLINED, ANOTHER_WAY, "own checks refused"),
    PayerRow("PAYER_CANNOT_PAY", DECLINED, ANOTHER_ACCOUNT, "account cannot pay this"),
    PayerRow("PAYER_ACCOUNT_RESTRICTED", DECLINED, ANOTHER_ACCOUNT, "restricted the customer’s account"),
    PayerRow("PAYER_ACCOUNT_LOCKED_OR_CLOSED", DECLINED, ANOTHER_ACCOUNT, LOCKED),
    PayerRow("TRANSACTION_LIMIT_EXCEEDED", DECLINED, "more than this account may pay", "account may pay"),
    PayerRow("MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", DECLINED, "seen too many tries", "tried too often"),
]
APPROVER = [
    *PAYER,
    PayerRow("PAYER_ACTION_REQUIRED", ONCE_MORE, "Approve it once more at PayPal.", "wants something of"),
    PayerRow("ORDER_NOT_APPROVED", ONCE_MORE, "Approve it once more at PayPal.", "has not approved it"),
    PayerRow("ORDER_EXPIRED", CLOSED, "The link was open for too long.", "took too long"),
    PayerRow("INVALID_RESOURCE_ID", CLOSED, "The link was open for too long.", "does not find what", 404),
]

# A capture or a renewal: after these the customer is asked to approve again.
ASKED_AGAIN = [
    Row("PAYER_ACCOUNT_LOCKED_OR_CLOSED", LOCKED, TURN, asks=True),
    Row("PAYER_CANNOT_PAY", "account cannot pay this", TURN, asks=True),
    Row("TRANSACTION_REFUSED", "own checks refused", TURN, asks=True),
    Row("AUTHORIZATION_EXPIRED", "has grown too old", NEW_APPROVAL, asks=True),
]

REFUSED: dict[str, list[Row]] = {
    "orders.create": [*HOUSE, *RECEIVING, USED_UP, Row("DECIMAL_PRECISION", NONSENSE, TELL)],
    "orders.patch": [
        *HOUSE,
        Row("AMOUNT_CHANGE_NOT_ALLOWED", "", ""),
        Row("ORDER_ALREADY_COMPLETED", "", ""),
        Row("INVALID_RESOURCE_ID", "", "", 404),
    ],
    "orders.authorize": [
        *HOUSE,
        *RECEIVING,
        USED_UP,
        Row("ORDER_ALREADY_AUTHORIZED", "shows nothing of it", COMPARE),
        Row("ORDER_COMPLETED_OR_VOIDED", "is over at PayPal", COMPARE),
    ],
    "authorizations.capture": [
        *HOUSE,
        Row("AUTH_CAPTURE_NOT_ENABLED", "hold no money", "switch on authorizations"),
        Row("MAX_CAPTURE_AMOUNT_EXCEEDED", "more than PayPal lets the house take", "bill the rest"),
        Row("MAX_CAPTURE_COUNT_EXCEEDED", "nothing more be taken of this hold", "Bill what is missing"),
        DISPUTED,
        PENDING,
        # Said to be done, and PayPal shows nothing of it: money is not taken for taken.
        USED_UP,
        Row("AUTHORIZATION_ALREADY_CAPTURED", "shows nothing of it", COMPARE),
        Row("AUTHORIZATION_VOIDED", "PayPal’s hold was let go", COMPARE),
        *ASKED_AGAIN,
        Row("AUTHORIZATION_DENIED", "denied the hold", NEW_APPROVAL, asks=True),
        Row("INVALID_RESOURCE_ID", "does not find what", NEW_APPROVAL, 404, asks=True),
        Row("INSTRUMENT_DECLINED", "card or bank was declined", TURN, asks=True),
        Row("PAYER_ACTION_REQUIRED", "wants something of the customer", TURN, asks=True),
    ],
    "authorizations.reauthorize": [
        *HOUSE,
        Row("REAUTHORIZATION_TOO_SOON", "from its fourth day on", BY_DAY),
        Row("REAUTHORIZATION_NOT_SUPPORTED", "renews a hold only once", BY_DAY),
        Row("AUTHORIZATION_ALREADY_CAPTURED", "shows nothing of it", COMPARE),
        Row("AUTHORIZATION_VOIDED", "PayPal’s hold was let go", COMPARE),
        *ASKED_AGAIN,
        Row("INVALID_RESOURCE_ID", "does not find what", NEW_APPROVAL, 404, asks=True),
    ],
    "authorizations.void": [
        *HOUSE,
        Row("CANNOT_BE_VOIDED", "only by its original", "wait until its 29 days are over"),
        Row("PREVIOUSLY_VOIDED", "shows nothing of it", COMPARE),
        Row("PREVIOUSLY_CAPTURED", "shows nothing of it", COMPARE),
        Row("INVALID_RESOURCE_ID", "does not find what", "nothing has to be let go", 404),
    ],
    "captures.refund": [
        *HOUSE,
        USED_UP,
        DISPUTED,
        PENDING,
        Row("CAPTURE_FULLY_REFUNDED", "shows nothing of it", COMPARE),
        Row("REFUND_AMOUNT_EXCEEDED", "more than is left to give back", "give back the rest"),
        Row("REFUND_TIME_LIMIT_EXCEEDED", "after 180 days", AT_DESK),
        Row("REFUND_FAILED_INSUFFICIENT_FUNDS", "has too little to give it back", "Pay money in at PayPal"),
        Row("REFUND_NOT_ALLOWED", "does not give this payment back", AT_DESK),
        Row("REFUND_AMOUNT_TOO_LOW", "comes to nothing", AT_DESK),
        Row("REFUND_IS_RESTRICTED", "only the system that took this", "Give it back on PayPal’s own page"),
        Row("REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", "fetched this payment back", "not given back twice"),
        Row("PARTIAL_REFUND_NOT_ALLOWED", "only the whole of this payment", "Hand the part back"),
        Row("MAX_NUMBER_OF_REFUNDS_EXCEEDED", "no further part of it", AT_DESK),
        # The payer need not pay: nobody is sent to PayPal for it.
        Row("PAYER_ACCOUNT_LOCKED_OR_CLOSED", LOCKED, AT_DESK),
        Row("INVALID_RESOURCE_ID", "does not find what", "Look for the payment on PayPal’s own page", 404),
    ],
    "invoices.create": [*HOUSE, Row("USER_NOT_FOUND", "takes no mail for this address", "Correct it with")],
    "invoices.send": [
        *HOUSE,
        Row("USER_NOT_FOUND", "takes no mail for this address", "Correct it with"),
        Row("INVALID_RESOURCE_ID", "does not find what", "withdrawn here, and billed anew", 404),
    ],
    "invoices.remind": [*HOUSE, Row("CANNOT_REMIND_INVOICE", "", "")],
    "invoices.cancel": [
        *HOUSE,
        Row("CANNOT_CANCEL_DRAFT_INVOICE", "has not mailed it yet", "Send it again, or delete the draft"),
        Row("CANNOT_CANCEL_SCHEDULED_INVOICE", "on a later day", "Take the day away"),
        Row("INVALID_RESOURCE_ID", "does not find what", "withdrawn here, and billed anew", 404),
        Row("CANNOT_CANCEL_PAID_INVOICE", "", ""),
        Row("CANNOT_CANCEL_REFUNDED_INVOICE", "", ""),
        Row("INVOICE_CANCELED_ALREADY", "", ""),
    ],
    "invoices.payments": [
        *(row._replace(advice=NOTE_BY_HAND) for row in HOUSE),
        Row("INVALID_INVOICE_TYPE", "notes no payments", NOTE_BY_HAND),
        Row("INVALID_PAYMENT_METHOD", "knows no such way to pay", NOTE_BY_HAND, 400),
        Row("CANNOT_PROCESS_PAYMENTS", "", ""),
        Row("PAYMENT_AMOUNT_GREATER_THAN_AMOUNT_DUE", "", ""),
    ],
}
TO_THE_PAYER: dict[str, list[PayerRow]] = {"orders.create": PAYER, "orders.authorize": APPROVER}
