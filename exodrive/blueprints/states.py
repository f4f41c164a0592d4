"""How each state is shown: tone, icon and word, never colour alone.

Keyed by the kind of thing and the state's own value in lower case, so that this module needs to know
no aggregate and serves rows of the database and messages of a provider alike.
"""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Shown(NamedTuple):
    """`tone` names a colour token: wait, go, info, sign, stop or idle. `icon` names an outline icon."""

    tone: str
    icon: str
    word: LazyString


BOOKING = {
    "held": Shown("wait", "clock", _l("Held")),
    "awaiting_payment": Shown("wait", "credit-card", _l("Awaiting payment")),
    "awaiting_signature": Shown("sign", "signature", _l("Awaiting signature")),
    "confirmed": Shown("go", "circle-check", _l("Confirmed")),
    "on_rent": Shown("info", "steering-wheel", _l("On rent")),
    "returned": Shown("idle", "car-garage", _l("Returned")),
    "closed": Shown("idle", "archive", _l("Closed")),
    "expired": Shown("idle", "clock-off", _l("Expired")),
    "cancelled": Shown("idle", "ban", _l("Cancelled")),
    "no_show": Shown("stop", "user-off", _l("No-show")),
}

PAYMENT = {
    "opened": Shown("idle", "circle-dashed", _l("Opened")),
    "ordered": Shown("wait", "external-link", _l("Ordered")),
    "approved": Shown("wait", "check", _l("Approved")),
    "authorized": Shown("info", "shield-check", _l("Authorized")),
    "partially_captured": Shown("go", "cash", _l("Partially captured")),
    "captured": Shown("go", "cash", _l("Captured")),
    "partially_refunded": Shown("idle", "receipt-refund", _l("Partially refunded")),
    "refunded": Shown("idle", "receipt-refund", _l("Refunded")),
    "voided": Shown("idle", "ban", _l("Voided")),
    "expired": Shown("idle", "clock-off", _l("Expired")),
    "failed": Shown("stop", "alert-triangle", _l("Failed")),
    "at_desk": Shown("go", "cash", _l("Paid at the desk")),
}

CONTRACT = {
    "draft": Shown("idle", "file", _l("Draft")),
    "sent": Shown("wait", "send", _l("Sent")),
    "viewed": Shown("sign", "eye", _l("Viewed")),
    "signed": Shown("go", "file-check", _l("Signed")),
    "declined": Shown("stop", "file-x", _l("Declined")),
    "expired": Shown("idle", "clock-off", _l("Expired")),
    "voided": Shown("idle", "ban", _l("Voided")),
}

BILL = {
    "draft": Shown("idle", "clock", _l("On its way")),
    "sent": Shown("wait", "send", _l("Sent")),
    "pending": Shown("wait", "clock", _l("With the bank")),
    "partly_paid": Shown("wait", "cash", _l("Paid in part")),
    "paid": Shown("go", "circle-check", _l("Paid")),
    "cancelled": Shown("idle", "ban", _l("Withdrawn")),
    "written_off": Shown("idle", "archive", _l("Written off")),
    "refunded": Shown("idle", "receipt-refund", _l("Given back")),
}

DIFFERENCE = {
    "open": Shown("stop", "alert-triangle", _l("Open")),
    "taken_over": Shown("go", "check", _l("Taken over")),
    "gone": Shown("idle", "circle-check", _l("Gone")),
    "explained": Shown("info", "message-2", _l("Explained")),
}

REVIEW = {
    "written": Shown("wait", "clock", _l("Waiting")),
    "published": Shown("go", "circle-check", _l("Published")),
    "declined": Shown("stop", "eye-off", _l("Declined")),
    "withdrawn": Shown("idle", "ban", _l("Withdrawn")),
}

QUOTE = {
    "open": Shown("wait", "send", _l("Open")),
    "accepted": Shown("go", "circle-check", _l("Accepted")),
    "declined": Shown("stop", "ban", _l("Declined")),
    "withdrawn": Shown("idle", "ban", _l("Withdrawn")),
    "expired": Shown("idle", "clock-off", _l("Expired")),
}

MESSAGE = {
    "queued": Shown("idle", "clock", _l("Queued")),
    "sent": Shown("wait", "send", _l("Sent")),
    "delivered": Shown("go", "circle-check", _l("Delivered")),
    "opened": Shown("go", "mail-opened", _l("Opened")),
    "clicked": Shown("go", "external-link", _l("Link opened")),
    "delayed": Shown("wait", "clock", _l("Delayed")),
    "bounced": Shown("stop", "mail-x", _l("Bounced")),
    "complained": Shown("stop", "mail-x", _l("Marked as spam")),
    "suppressed": Shown("stop", "mail-x", _l("Address blocked")),
    "failed": Shown("stop", "alert-triangle", _l("Failed")),
    "cancelled": Shown("idle", "ban", _l("Cancelled")),
}

# A delivery of the outbox: work still to be done, as the desk sees it.
DELIVERY = {
    "pending": Shown("wait", "clock", _l("Queued")),
    "dispatched": Shown("wait", "clock", _l("Handed out")),
    "running": Shown("info", "send", _l("Under way")),
    "done": Shown("go", "circle-check", _l("Done")),
    "failed": Shown("stop", "alert-triangle", _l("Failed")),
    "resolved": Shown("idle", "user-check", _l("Settled by hand")),
}

# A webhook in the inbox.
WEBHOOK = {
    "unverified": Shown("wait", "shield-question", _l("Not verified yet")),
    "received": Shown("wait", "clock", _l("Received")),
    "processed": Shown("go", "circle-check", _l("Processed")),
    "ignored": Shown("idle", "circle-dashed", _l("Nothing to do")),
    "refused": Shown("stop", "shield-x", _l("Forged")),
}

KINDS = {
    "booking": BOOKING,
    "payment": PAYMENT,
    "contract": CONTRACT,
    "bill": BILL,
    "difference": DIFFERENCE,
    "quote": QUOTE,
    "message": MESSAGE,
    "review": REVIEW,
    "delivery": DELIVERY,
    "webhook": WEBHOOK,
}


def shown(kind: str, state: object) -> Shown:
    """How a state of `kind` looks, given as enum member or name. Raises KeyError for an unknown one."""
    value = getattr(state, "value", state)
    return KINDS[kind][str(value).lower()]
