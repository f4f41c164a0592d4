"""Submissions and submitters as DocuSeal's API and webhooks show them."""

from __future__ import annotations

from typing import Any

from exodrive.simulators.docuseal.access import Refused
from exodrive.simulators.docuseal.documents import PREVIEW, file_url
from exodrive.simulators.docuseal.templates import AUTHOR, brief, load
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time, spell_finely
from exodrive.simulators.world import world

SUBMISSION, SUBMITTER, EVENT = "docuseal.submission", "docuseal.submitter", "docuseal.event"


def submission_of(submission_id: int | str) -> Record:
    found = world().store.get(SUBMISSION, submission_id)
    if found is None:
        raise Refused(404, "Submission not found")
    return found


def submitter_of(submitter_id: int | str) -> Record:
    found = world().store.get(SUBMITTER, submitter_id)
    if found is None:
        raise Refused(404, "Submitter not found")
    return found


def signers(submission: Record) -> list[Record]:
    return world().store.find(SUBMITTER, submission_id=submission["id"])


def save_submission(submission: Record) -> None:
    submission["updated_at"] = spell_finely(world().clock.now())
    world().store.put(SUBMISSION, submission["id"], submission)


def save_submitter(submitter: Record) -> None:
    submitter["updated_at"] = spell_finely(world().clock.now())
    world().store.put(SUBMITTER, submitter["id"], submitter)


def log(submitter: Record, event_type: str, **data: Any) -> None:
    """Keep one line of the submission's history."""
    number = world().store.number(EVENT)
    line = {
        "id": number,
        "submission_id": submitter["submission_id"],
        "submitter_id": submitter["id"],
        "event_type": event_type,
        "event_timestamp": spell_finely(world().clock.now()),
        "data": data,
    }
    world().store.put(EVENT, number, line)


def history(**which: Any) -> list[Record]:
    lines = world().store.find(EVENT, **which)
    return [{name: value for name, value in line.items() if name != "submission_id"} for line in lines]


def status(submitter: Record) -> str:
    for name in ("declined", "completed", "opened", "sent"):
        if submitter[f"{name}_at"]:
            return name
    return "awaiting"


def submission_status(submission: Record) -> str:
    parties = signers(submission)
    if all(one["completed_at"] for one in parties):
        return "completed"
    if any(one["declined_at"] for one in parties):
        return "declined"
    return "expired" if expired(submission) else "pending"


def expired(submission: Record) -> bool:
    return bool(submission["expire_at"]) and world().clock.now() >= read_time(submission["expire_at"])


def _values(submitter: Record) -> list[dict[str, Any]]:
    """Filled fields by name; a signature is the address of its picture."""
    shown = dict(submitter["values"])
    if submitter["signature"]:
        shown["Signature"] = file_url(f"signature:{submitter['id']}", "signature.png")
    return [{"field": name, "value": value} for name, value in shown.items()]


def _documents(submitter: Record) -> list[dict[str, str]]:
    if not submitter["completed_at"]:
        return []
    name = submission_of(submitter["submission_id"])["name"]
    return [{"name": name, "url": file_url(f"agreement:{submitter['id']}", f"{name}.pdf")}]


def submission_documents(submission: Record) -> list[dict[str, str]]:
    """The signed agreement once all have signed; until then a preview with what is filled in."""
    if submission["completed_at"]:
        last = max(signers(submission), key=lambda one: one["completed_at"])
        return _documents(last)
    name = submission["name"]
    return [{"name": name, "url": file_url(f"{PREVIEW}:{submission['id']}", f"{name}.pdf")}]


def audit_log_url(submission: Record) -> str | None:
    if not submission["completed_at"]:
        return None
    return file_url(f"audit:{submission['id']}", f"Audit Log - {submission['name']}.pdf")


FACTS = (
    "id",
    "submission_id",
    "uuid",
    "email",
    "slug",
    "sent_at",
    "opened_at",
    "completed_at",
    "declined_at",
    "created_at",
    "updated_at",
    "name",
    "phone",
    "external_id",
    "metadata",
    "preferences",
    "role",
)


def submitter_document(submitter: Record, *, urls: bool = False, documents: bool = True) -> Record:
    """A submitter; `urls` adds the signing address, as answers to writes do."""
    shown = {name: submitter[name] for name in FACTS}
    shown |= {"status": status(submitter), "values": _values(submitter)}
    if documents:
        shown["documents"] = _documents(submitter)
    if urls:
        shown["embed_src"] = sign_url(submitter)
    return shown


def sign_url(submitter: Record) -> str:
    return f"{world().public_url}/docuseal/s/{submitter['slug']}"


def submitter_with_events(submitter: Record) -> Record:
    """As the list of submitters shows it."""
    events = history(submitter_id=submitter["id"])
    return {**submitter_document(submitter), "submission_events": events}


def submitter_with_template(submitter: Record) -> Record:
    """As `GET /submitters/{id}` shows it."""
    template = load(submission_of(submitter["submission_id"])["template_id"])
    names = ("id", "name", "created_at", "updated_at")
    return {**submitter_with_events(submitter), "template": {name: template[name] for name in names}}


def submission_brief(submission: Record) -> Record:
    """As lists show it: without values and documents."""
    names = ("id", "name", "source", "slug", "submitters_order", "created_at", "updated_at", "archived_at")
    parties = [
        {name: value for name, value in submitter_document(one, documents=False).items() if name != "values"}
        for one in signers(submission)
    ]
    return {
        **{name: submission[name] for name in names},
        "status": submission_status(submission),
        "completed_at": submission["completed_at"],
        "audit_log_url": audit_log_url(submission),
        "combined_document_url": None,
        "submitters": parties,
        "template": brief(load(submission["template_id"])),
        "created_by_user": AUTHOR,
    }


def submission_document(submission: Record) -> Record:
    """As `GET /submissions/{id}` shows it."""
    hidden = ("metadata", "preferences")
    parties = [
        {name: value for name, value in submitter_document(one).items() if name not in hidden}
        for one in signers(submission)
    ]
    return {
        **submission_brief(submission),
        "submitters": parties,
        "submission_events": history(submission_id=submission["id"]),
        "documents": submission_documents(submission) if submission["completed_at"] else [],
        "metadata": {},
    }


def form_data(submitter: Record) -> Record:
    """The `data` of form.* webhooks: the submitter, with its submission inside."""
    submission = submission_of(submitter["submission_id"])
    url = f"{world().public_url}/docuseal/e/{submission['slug']}"
    hidden = ("uuid", "slug", "submission_id")
    shown = {name: value for name, value in submitter_document(submitter).items() if name not in hidden}
    return {
        **shown,
        "ua": submitter["ua"],
        "ip": submitter["ip"],
        "decline_reason": submitter["decline_reason"],
        "audit_log_url": audit_log_url(submission),
        "submission_url": url,
        "submission_id": submission["id"],
        "template": brief(load(submission["template_id"])),
        "submission": {
            "id": submission["id"],
            "audit_log_url": audit_log_url(submission),
            "combined_document_url": None,
            "status": submission_status(submission),
            "url": url,
            "variables": submission["variables"],
            "created_at": submission["created_at"],
        },
    }


def submission_data(submission: Record) -> Record:
    """The `data` of submission.* webhooks."""
    return {
        **submission_document(submission),
        "submitters": [submitter_document(one) for one in signers(submission)],
        "expire_at": submission["expire_at"],
        "variables": submission["variables"],
    }
