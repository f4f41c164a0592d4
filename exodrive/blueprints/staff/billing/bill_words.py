"""What happens to a bill, in words: its calls to PayPal, how money came, and why a person has to look."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.billing import recording
from exodrive.billing.models import Bill, OperationKind
from exodrive.rendering import refusal_words
from exodrive.rendering.refusal_codes import Wanted

CALLS: dict[str, LazyString] = {
    "create": _l("Make it at PayPal"),
    "send": _l("Mail it"),
    "remind": _l("Remind"),
    "cancel": _l("Withdraw it"),
    "record_payment": _l("Note what was paid here, or credited"),
}
CALL_STATES: dict[str, LazyString] = {
    "wanted": _l("waits"),
    "called": _l("being asked"),
    "done": _l("done"),
    "rejected": _l("refused"),
    "dropped": _l("not needed any more"),
}
METHODS: dict[str, LazyString] = {
    "PAYPAL": _l("PayPal"),
    "CASH": _l("Cash"),
    "CREDIT_CARD": _l("Card"),
    "DEBIT_CARD": _l("Card"),
    "BANK_TRANSFER": _l("Bank transfer"),
    "WIRE_TRANSFER": _l("Bank transfer"),
    "CHECK": _l("Check"),
}
TROUBLES: dict[str, LazyString] = {
    recording.MISMATCH: _l(
        "The invoice at PayPal asks for another amount. Compare the two before anything else."
    ),
    recording.OVERPAID: _l("It was paid twice. Give back at PayPal or at the desk what is too much."),
    recording.WITHDRAWN: _l("Somebody withdrew it at PayPal. What it asked for is still owed."),
    "USER_NOT_FOUND": _l(
        "PayPal takes no mail for this address. Correct it with the customer, then send it again."
    ),
}

# What the timeline says of each thing that happened to a bill: icon, words with its number, and tone.
DEEDS: dict[str, tuple[str, Callable[[str], str], str]] = {
    "bill.opened": ("file-text", lambda n: _("Bill %(number)s opened", number=n), ""),
    "bill.sent": ("send", lambda n: _("Bill %(number)s mailed by PayPal", number=n), ""),
    "bill.sent_again": ("send", lambda n: _("Bill %(number)s sent again", number=n), ""),
    "bill.reminder_wanted": ("send", lambda n: _("Reminder of bill %(number)s", number=n), ""),
    "bill.reminded": ("send", lambda n: _("PayPal reminded of bill %(number)s", number=n), ""),
    "bill.pending": ("clock", lambda n: _("Payment of bill %(number)s is with the bank", number=n), ""),
    "bill.paid": ("cash", lambda n: _("Bill %(number)s paid at PayPal", number=n), ""),
    "bill.payment_recorded": ("cash", lambda n: _("Bill %(number)s paid at the desk", number=n), ""),
    "bill.noted": ("check", lambda n: _("PayPal knows what was paid of bill %(number)s", number=n), ""),
    "bill.cancel_wanted": ("ban", lambda n: _("Bill %(number)s is to be withdrawn", number=n), ""),
    "bill.cancelled": ("ban", lambda n: _("Bill %(number)s withdrawn", number=n), ""),
    "bill.credited": (
        "receipt-refund", lambda n: _("Bill %(number)s asks for less: a credit note", number=n), "",
    ),
    "bill.written_off": ("archive", lambda n: _("Rest of bill %(number)s given up", number=n), "stop"),
    "bill.refunded": (
        "receipt-refund", lambda n: _("Money of bill %(number)s given back at PayPal", number=n), "",
    ),
    "bill.trouble": ("alert-triangle", lambda n: _("Bill %(number)s needs somebody", number=n), "stop"),
}  # fmt: skip


def call(kind: str) -> str:
    return str(CALLS[kind])


def call_state(state: str) -> str:
    return str(CALL_STATES[state])


def method(name: str) -> str:
    """How money came; PayPal may have a way that we have no word for."""
    return str(METHODS.get(name, _("Another way")))


def trouble(bill: Bill) -> str:
    """Why a person has to look at a bill, and what helps; with PayPal's own word where it refused."""
    code = bill.trouble or ""
    if code in TROUBLES:
        return str(TROUBLES[code])
    refused = refusal_words.of(code, wanted=_wanted(bill, code))
    return _(
        "PayPal refused: %(meaning)s (%(code)s). %(advice)s",
        meaning=refused.meaning, code=code, advice=refused.advice,
    )  # fmt: skip


def cause(code: str) -> str:
    """Why somebody had to look, as the timeline tells it afterwards: without what would have helped then."""
    if code in TROUBLES:
        return str(TROUBLES[code])
    return _("PayPal refused: %(meaning)s (%(code)s)", meaning=refusal_words.of(code).meaning, code=code)


def _wanted(bill: Bill, code: str) -> Wanted:
    """What PayPal was asked for when it said `code`: the last such call counts."""
    kinds = [row.kind for row in bill.operations if row.code == code]
    return Wanted.NOTE if kinds and kinds[-1] == OperationKind.RECORD_PAYMENT else Wanted.BILL
