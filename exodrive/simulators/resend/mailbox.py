"""A mail's way: taken, sent, delivered or bounced, opened. Time is the simulated clock's."""

from __future__ import annotations

import uuid
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from exodrive.simulators.resend import checks, notices
from exodrive.simulators.store import File, Record
from exodrive.simulators.timekeeping import read_time, spell_finely
from exodrive.simulators.world import World, world

MAIL = "resend.mail"
DELIVERY = timedelta(seconds=1)
# What becomes of a mail by the name before the @ (and a +label), as with Resend's own test addresses.
FATES = ("bounced", "complained", "suppressed")


def attach(here: World) -> None:
    here.agenda.on("resend.send", _send_scheduled)
    here.agenda.on("resend.settle", _settle)


def take(asked: dict[str, Any]) -> Record:
    """Accept a checked mail, and send it now or when it is scheduled."""
    here = world()
    mail_id = str(uuid.uuid4())
    scheduled_at = asked.get("scheduled_at")
    mail = {
        "id": mail_id,
        "message_id": f"<{mail_id}@mail.simulator>",
        "created_at": spell_finely(here.clock.now()),
        "from": asked["from"],
        **{name: checks.listed(asked.get(name)) for name in ("to", "cc", "bcc", "reply_to")},
        **{name: asked.get(name) for name in ("subject", "html", "text", "scheduled_at")},
        "headers": asked.get("headers") or {},
        "tags": asked.get("tags") or [],
        "attachments": [_attach(mail_id, one) for one in asked.get("attachments") or []],
        "last_event": "scheduled" if scheduled_at else "queued",
        "opened": False,
        "silent": False,
    }
    _save(mail)
    if scheduled_at:
        notices.send("email.scheduled", mail)
        here.agenda.add("resend.send", mail_id, at=read_time(scheduled_at))
    else:
        _send(mail)
    return mail


def put_in(*, sender: str, to: str, subject: str, text: str) -> None:
    """A mail that came another way than by Resend: it is shown, and Resend knows nothing of it."""
    mail_id = str(uuid.uuid4())
    mail: Record = {
        "id": mail_id,
        "message_id": f"<{mail_id}@mail.simulator>",
        "created_at": spell_finely(world().clock.now()),
        "from": sender,
        "to": [to],
        "subject": subject,
        "text": text,
        "html": None,
        "last_event": "delivered",
        "opened": False,
        "silent": True,
        "scheduled_at": None,
        "headers": {},
        **{name: [] for name in ("cc", "bcc", "reply_to", "tags", "attachments")},
    }
    _save(mail)


def _attach(mail_id: str, attachment: dict[str, Any]) -> Record:
    number = str(uuid.uuid4())
    content = checks.content(attachment)
    kind = attachment.get("content_type") or "application/octet-stream"
    world().store.put_file(f"mail:{mail_id}:{number}", File(attachment["filename"], kind, content))
    return {
        "id": number,
        "filename": attachment["filename"],
        "content_type": kind,
        "content_id": attachment.get("content_id"),
        "size": len(content),
    }


def _save(mail: Record) -> None:
    world().store.put(MAIL, mail["id"], mail)


def _send_scheduled(mail_id: str) -> None:
    mail = world().store.get(MAIL, mail_id)
    if mail and mail["last_event"] == "scheduled":
        _send(mail)


def _send(mail: Record) -> None:
    mail["last_event"] = "sent"
    _save(mail)
    notices.send("email.sent", mail)
    world().agenda.add("resend.settle", mail["id"], at=world().clock.now() + DELIVERY)


def _settle(mail_id: str) -> None:
    """The receiving side's answer, a moment after sending."""
    mail = world().store.get(MAIL, mail_id)
    if mail is None or mail["last_event"] not in ("sent", "opened"):
        return
    fate = next((f for f in map(_fate, mail["to"]) if f), "delivered")
    mail["last_event"] = fate if mail["last_event"] == "sent" else mail["last_event"]
    _save(mail)
    if fate == "bounced":
        notices.send("email.bounced", mail, bounce=BOUNCE)
    elif fate == "suppressed":
        notices.send("email.suppressed", mail, suppressed=SUPPRESSED)
    else:
        notices.send("email.delivered", mail)
        if fate == "complained":
            notices.send("email.complained", mail)


BOUNCE = {
    "diagnosticCode": ["smtp; 550 5.1.1 no such user here"],
    "message": "The recipient's mail server says that there is no such mailbox.",
    "subType": "General",
    "type": "Permanent",
}
SUPPRESSED = {
    "diagnosticCode": ["suppressed: an earlier mail bounced"],
    "message": "An earlier mail to this address bounced, so this one was not sent.",
    "reason": "previous_bounce",
    "type": "OnAccountSuppressionList",
}


def _fate(address: str) -> str | None:
    name = parseaddr(address)[1].partition("@")[0].partition("+")[0].lower()
    return name if name in FATES else None


def read(mail: Record) -> None:
    """Somebody looks at the mail; the first look is an event."""
    if mail["opened"] or mail["last_event"] not in ("sent", "delivered"):
        return
    mail.update(opened=True, last_event="opened")
    _save(mail)
    if not mail["silent"]:
        notices.send("email.opened", mail)


def cancel(mail: Record) -> None:
    mail["last_event"] = "canceled"
    _save(mail)
