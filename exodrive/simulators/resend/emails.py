"""The API: send one mail or many, show, cancel.

https://resend.com/docs/api-reference/emails/send-email
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.resend import checks, mailbox
from exodrive.simulators.resend.access import Refused
from exodrive.simulators.resend.mailbox import MAIL
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time, spell
from exodrive.simulators.world import world

REMEMBERED = timedelta(hours=24)
LONGEST_KEY = 256
MOST_IN_BATCH = 100
PAGE = 20
LARGEST_PAGE = 100
FACTS = ("id", "message_id", "to", "from", "created_at", "subject", "html", "text", "cc", "bcc", "reply_to")


def send() -> ResponseReturnValue:
    return _once("emails", _send_one)


def _send_one(asked: Any) -> dict[str, Any]:
    checks.check(asked)
    return {"id": mailbox.take(asked)["id"]}


def send_batch() -> ResponseReturnValue:
    return _once("batch", _send_many)


def _send_many(asked: Any) -> dict[str, Any]:
    """Attachments and schedules are left out of batches, as at Resend."""
    if not isinstance(asked, list) or not 1 <= len(asked) <= MOST_IN_BATCH:
        raise checks.invalid(f"A batch is a list of 1 to {MOST_IN_BATCH} emails.")
    for one in asked:
        checks.check(one)
    left_out = ("attachments", "scheduled_at")
    kept = [{name: value for name, value in one.items() if name not in left_out} for one in asked]
    return {"data": [{"id": mailbox.take(one)["id"]} for one in kept]}


def _once(operation: str, work: Callable[[Any], dict[str, Any]]) -> ResponseReturnValue:
    """Answer a repeated Idempotency-Key with what it was answered, for 24 hours.

    https://resend.com/docs/dashboard/emails/idempotency-keys
    """
    here = world()
    asked = request.get_json(silent=True)
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work(asked)
    if not 1 <= len(key) <= LONGEST_KEY:
        message = f"The idempotency key must be between 1 and {LONGEST_KEY} characters."
        raise Refused(400, "invalid_idempotency_key", message)
    payload = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    kept = here.store.get("resend.request", f"{operation}:{key}")
    if kept and here.clock.now() < read_time(kept["until"]):
        if kept["payload"] != payload:
            message = "This idempotency key has been used with a different request payload."
            raise Refused(409, "invalid_idempotent_request", message)
        return dict(kept["answer"])
    answer = work(asked)
    until = spell(here.clock.now() + REMEMBERED)
    record = {"payload": payload, "answer": answer, "until": until}
    here.store.put("resend.request", f"{operation}:{key}", record)
    return answer


def list_emails() -> ResponseReturnValue:
    """Newest first; `after` and `before` are ids."""
    found = [_document(one) for one in reversed(world().store.find(MAIL)) if not one["silent"]]
    ids = [one["id"] for one in found]
    after, before = request.args.get("after"), request.args.get("before")
    if after in ids:
        found = found[ids.index(after) + 1 :]
    elif before in ids:
        found = found[: ids.index(before)]
    size = min(max(request.args.get("limit", PAGE, type=int), 1), LARGEST_PAGE)
    return {"object": "list", "has_more": len(found) > size, "data": found[:size]}


def show(email_id: str) -> ResponseReturnValue:
    return {"object": "email", **_document(_load(email_id))}


def cancel(email_id: str) -> ResponseReturnValue:
    mail = _load(email_id)
    if mail["last_event"] != "scheduled":
        raise checks.invalid("Only scheduled emails can be canceled.")
    mailbox.cancel(mail)
    return {"object": "email", "id": email_id}


def _load(email_id: str) -> Record:
    mail = world().store.get(MAIL, email_id)
    if mail is None or mail["silent"]:
        raise Refused(404, "not_found", "Email not found")
    return mail


def _document(mail: Record) -> Record:
    shown = {name: mail[name] for name in FACTS if mail[name] is not None}
    return {**shown, "last_event": mail["last_event"]}


def blueprint() -> Blueprint:
    """A blueprint of its own for each app, since each app counts requests for itself."""
    api = Blueprint("resend_emails", __name__)
    api.post("/emails")(send)
    api.post("/emails/batch")(send_batch)
    api.get("/emails")(list_emails)
    api.get("/emails/<email_id>")(show)
    api.post("/emails/<email_id>/cancel")(cancel)
    return api
