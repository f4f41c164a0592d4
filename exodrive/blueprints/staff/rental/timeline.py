"""What happened to a booking, in words: the audit trail as people read it.

The trail keeps codes and figures. Each code has an icon and a sentence here; a code without one is shown as
it is, since a deed must never be missing from the page for want of words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _

from exodrive.blueprints.staff.billing import bill_words
from exodrive.blueprints.staff.rental.history import course, money
from exodrive.blueprints.staff.rental.history.look import Data
from exodrive.kernel.actors import ActorKind
from exodrive.kernel.audit import AuditEntry
from exodrive.rendering import charge_words, formats, plan_words


class Deed(NamedTuple):
    """One line of the timeline, as the macro wants it."""

    at: datetime
    icon: str
    text: str
    detail: str
    tone: str


LOOKS = {**course.LOOKS, **money.LOOKS}


def deeds(history: Iterable[AuditEntry]) -> list[Deed]:
    """The trail's entries in words, in their order."""
    return [_deed(entry) for entry in history]


def codes() -> frozenset[str]:
    """The codes that have words."""
    return frozenset(LOOKS)


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
    if entry.actor_kind in (ActorKind.STAFF, ActorKind.PARTNER):
        yield _("By %(name)s", name=entry.actor_name)
    elif entry.actor_kind == ActorKind.CUSTOMER:
        yield _("By the customer")
    if entry.reason:
        yield entry.reason
    data = entry.data
    if data.get("why"):
        yield str(data["why"])
    if data.get("code"):
        yield from _said(entry.action, data["code"])
    if data.get("paypal_id"):
        yield _("PayPal %(id)s", id=data["paypal_id"])
    if data.get("submission_id"):
        yield _("DocuSeal %(id)s", id=data["submission_id"])
    yield from _dropped(data)


def _said(action: str, code: str) -> Iterator[str]:
    """What a refusal means, and PayPal's own word for it; codes in small letters are the house's."""
    if action.startswith("bill."):
        yield bill_words.cause(code)
    elif action.startswith("payment."):
        yield plan_words.cause(code)
        if code.isupper():
            yield _("PayPal says %(code)s", code=code)


def _dropped(data: Data) -> Iterator[str]:
    """Charges that staff let go at the settlement."""
    for kind, amount in data.get("dropped", ()):
        name = charge_words.in_words(kind, {}, currency=data["currency"]).name
        yield _(
            "Not charged: %(name)s, %(amount)s", name=name, amount=formats.amount(amount, data["currency"])
        )
