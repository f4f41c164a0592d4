"""What happened to a booking, in words: the audit trail as people read it.

The trail keeps codes and figures. Each code has an icon and a sentence here; a code without one is shown as
it is, since a deed must never be missing from the page for want of words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _

from exodrive.kernel.actors import ActorKind
from exodrive.kernel.audit import AuditEntry
from exodrive.rendering import charge_words, formats

Data = Mapping[str, Any]


class Deed(NamedTuple):
    """One line of the timeline, as the macro wants it."""

    at: datetime
    icon: str
    text: str
    detail: str
    tone: str


class Look(NamedTuple):
    icon: str
    text: Callable[[Data], str]
    tone: str = ""


def deeds(history: Iterable[AuditEntry]) -> list[Deed]:
    """The trail's entries in words, in their order."""
    return [_deed(entry) for entry in history]


def codes() -> frozenset[str]:
    """The codes that have words."""
    return frozenset(LOOKS)


def attention(code: str) -> str:
    """Why somebody must look at a booking, in a few words."""
    words = ATTENTION_WORDS.get(code)
    return words() if words else code


def operation(kind: str) -> str:
    """What PayPal is asked to do, in one word."""
    words = OPERATION_WORDS.get(kind)
    return words() if words else kind


def _deed(entry: AuditEntry) -> Deed:
    look = LOOKS.get(entry.action)
    detail = ". ".join(part.rstrip(".") for part in _details(entry) if part)
    if look is None:
        return Deed(entry.at, "circle-dashed", _plain(entry.action), detail, "")
    return Deed(entry.at, look.icon, look.text(entry.data), detail, look.tone)


def _plain(action: str) -> str:
    """`booking.dates_changed` as `Booking: dates changed`."""
    area, _dot, what = action.replace("_", " ").partition(".")
    return f"{area.capitalize()}: {what}" if what else area.capitalize()


def _details(entry: AuditEntry) -> Iterator[str]:
    """The quieter line: who, why, and what a provider said."""
    if entry.actor_kind == ActorKind.STAFF:
        yield _("By %(name)s", name=entry.actor_name)
    elif entry.actor_kind == ActorKind.CUSTOMER:
        yield _("By the customer")
    if entry.reason:
        yield entry.reason
    data = entry.data
    if data.get("why"):
        yield str(data["why"])
    if data.get("code"):
        yield _("PayPal says %(code)s", code=data["code"])
    if data.get("paypal_id"):
        yield _("PayPal %(id)s", id=data["paypal_id"])
    if data.get("submission_id"):
        yield _("DocuSeal %(id)s", id=data["submission_id"])
    yield from _dropped(data)


def _dropped(data: Data) -> Iterator[str]:
    """Charges that staff let go at the settlement."""
    for kind, amount in data.get("dropped", ()):
        name = charge_words.in_words(kind, {}, currency=data["currency"]).name
        yield _(
            "Not charged: %(name)s, %(amount)s", name=name, amount=formats.amount(amount, data["currency"])
        )


def _words(sentence: Callable[[], str]) -> Callable[[Data], str]:
    """A sentence that needs nothing of the entry's data."""
    return lambda _data: sentence()


def _amount(data: Data, name: str = "amount") -> str:
    return formats.amount(data[name], data["currency"])


def _money(rental: Callable[[str], str], deposit: Callable[[str], str]) -> Callable[[Data], str]:
    """A sentence about the rental's money or the deposit's, by the payment's purpose."""
    return lambda data: (deposit if data["purpose"] == "deposit" else rental)(_amount(data))


def _handed_over(data: Data) -> str:
    return _("Keys given at %(miles)s miles", miles=formats.number(data["odometer"]))


def _taken_back(data: Data) -> str:
    return _("Car taken back at %(miles)s miles", miles=formats.number(data["odometer"]))


def _cancelled(data: Data) -> str:
    fee = data.get("fee")
    if fee:
        return _("Cancelled for a fee of %(fee)s", fee=_amount(data, "fee"))
    return _("Cancelled free of charge")


def _settling(data: Data) -> str:
    if data["take"]:
        return _("Settlement: %(amount)s from the deposit, the rest released", amount=_amount(data, "take"))
    return _("Settlement: the whole deposit released")


def _looked_at(data: Data) -> str:
    return _("Seen and done: %(what)s", what=attention(data["attention"]))


def _retried(data: Data) -> str:
    return _("Asked PayPal again: %(what)s", what=operation(data["kind"]))


def _letter(data: Data) -> str:
    return _("Mail came back: %(letter)s", letter=str(data["template"]).replace("_", " "))


def _delivery(sentence: Callable[[str], str]) -> Callable[[Data], str]:
    return lambda data: sentence(f"{data['event']} → {data['actor']}")


OPERATION_WORDS: dict[str, Callable[[], str]] = {
    "create_order": lambda: _("make the order"),
    "authorize": lambda: _("authorize"),
    "capture": lambda: _("capture"),
    "reauthorize": lambda: _("reauthorize"),
    "void": lambda: _("release"),
    "refund": lambda: _("refund"),
}

ATTENTION_WORDS: dict[str, Callable[[], str]] = {
    "amount_mismatch": lambda: _("PayPal’s amount is not ours"),
    "payment_refused": lambda: _("PayPal refused a call"),
    "money_without_place": lambda: _("money came without a place"),
    "hold_lost": lambda: _("PayPal ended the hold of the money"),
    "agreement_declined": lambda: _("agreement declined"),
    "agreement_expired": lambda: _("agreement expired"),
    "mail_bounced": lambda: _("mail came back"),
}

LOOKS: dict[str, Look] = {
    "booking.held": Look("clock", _words(lambda: _("Held online"))),
    "booking.ordered": Look("file-text", _words(lambda: _("Ordered, with driver and licence"))),
    "booking.payment_delayed": Look("clock", _words(lambda: _("PayPal is slow: payment link by mail"))),
    "booking.authorized": Look("shield-check", _words(lambda: _("Paid for: the car is reserved"))),
    "booking.confirmed": Look("circle-check", _words(lambda: _("Signed: the rental stands"))),
    "booking.deposit_asked": Look(
        "shield-lock", lambda data: _("Deposit of %(amount)s asked for", amount=_amount(data))
    ),
    "booking.handed_over": Look("key", _handed_over),
    "booking.taken_back": Look("car-garage", _taken_back),
    "booking.settling": Look("calculator", _settling),
    "booking.closed": Look("archive", _words(lambda: _("Settled and closed"))),
    "booking.expired": Look("clock-off", _words(lambda: _("Expired: the car is free again"))),
    "booking.cancelled": Look("ban", _cancelled),
    "booking.missed": Look("user-off", _words(lambda: _("Nobody came")), "stop"),
    "booking.attention_cleared": Look("check", _looked_at),
    "booking.link_sent_again": Look("send", _words(lambda: _("Page link sent again"))),
    "booking.link_replaced": Look("refresh", _words(lambda: _("Old page link ended, new one sent"))),
    "contract.sent": Look("send", _words(lambda: _("Agreement sent for signature"))),
    "contract.viewed": Look("eye", _words(lambda: _("Agreement opened"))),
    "contract.signed": Look("signature", _words(lambda: _("Agreement signed and kept"))),
    "contract.declined": Look("file-x", _words(lambda: _("Agreement declined")), "stop"),
    "contract.expired": Look("clock-off", _words(lambda: _("Agreement expired"))),
    "contract.voided": Look("ban", _words(lambda: _("Agreement withdrawn"))),
    "contract.reissued": Look("refresh", _words(lambda: _("New agreement issued"))),
    "contract.sent_again": Look("send", _words(lambda: _("Agreement sent again"))),
    "deposit.waived": Look("shield-x", _words(lambda: _("Keys allowed without a deposit"))),
    "message.bounced": Look("mail-x", _letter, "stop"),
    "payment.ordered": Look(
        "external-link",
        _money(
            lambda amount: _("PayPal order made for %(amount)s", amount=amount),
            lambda amount: _("PayPal order made for the deposit, %(amount)s", amount=amount),
        ),
    ),
    "payment.approved": Look(
        "check",
        _money(
            lambda amount: _("Approved at PayPal: %(amount)s", amount=amount),
            lambda amount: _("Deposit approved at PayPal: %(amount)s", amount=amount),
        ),
    ),
    "payment.authorized": Look(
        "shield-check",
        _money(
            lambda amount: _("PayPal authorized %(amount)s", amount=amount),
            lambda amount: _("PayPal holds the deposit, %(amount)s", amount=amount),
        ),
    ),
    "payment.in_review": Look("shield-question", _words(lambda: _("PayPal reviews the authorization"))),
    "payment.declined": Look("credit-card-off", _words(lambda: _("PayPal declined the payment")), "stop"),
    "payment.mismatch": Look(
        "alert-triangle", _words(lambda: _("PayPal’s amount is not the one we asked for")), "stop"
    ),
    "payment.reauthorized": Look("refresh", _words(lambda: _("PayPal renewed the authorization"))),
    "payment.captured": Look(
        "cash", _money(lambda _amount: _("Rental captured"), lambda _amount: _("Taken from the deposit"))
    ),
    "payment.voided": Look(
        "shield-off",
        _money(lambda _amount: _("Authorization released"), lambda _amount: _("Deposit released")),
    ),
    "payment.refunded": Look("receipt-refund", _words(lambda: _("Refunded by PayPal"))),
    "payment.rejected": Look("alert-triangle", _words(lambda: _("PayPal refused")), "stop"),
    "payment.retried": Look("refresh", _retried),
    "delivery.retried": Look(
        "refresh", _delivery(lambda what: _("Tried again by hand: %(what)s", what=what))
    ),
    "delivery.resolved": Look("check", _delivery(lambda what: _("Settled by hand: %(what)s", what=what))),
}
