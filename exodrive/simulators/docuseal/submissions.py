"""Submissions: an agreement on its way to its signers.

https://www.docuseal.com/docs/api#submissions
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.docuseal import lifecycle
from exodrive.simulators.docuseal.access import invalid, json_body, page, switch
from exodrive.simulators.docuseal.records import (
    SUBMISSION,
    SUBMITTER,
    save_submission,
    signers,
    submission_brief,
    submission_document,
    submission_documents,
    submission_of,
    submission_status,
    submitter_document,
)
from exodrive.simulators.docuseal.requesting import check_parties, expiry, new_submission, new_submitter
from exodrive.simulators.docuseal.templates import TEMPLATE, load
from exodrive.simulators.store import Record
from exodrive.simulators.world import world

api = Blueprint("docuseal_submissions", __name__)


@api.post("/submissions")
def create() -> ResponseReturnValue:
    """Answers with the submitters alone."""
    return _parties(_create(json_body()))


@api.post("/templates/<int:template_id>/submissions")
def create_from_template(template_id: int) -> ResponseReturnValue:
    return _parties(_create({**json_body(), "template_id": template_id}))


@api.post("/submissions/init")
def initialize() -> ResponseReturnValue:
    """What the official SDKs call: the same, answered as an object."""
    submission = _create(json_body())
    names = ("id", "name", "slug", "source", "submitters_order", "expire_at", "created_at")
    shown = {name: submission[name] for name in names}
    return {**shown, "status": submission_status(submission), "submitters": _parties(submission)}


@api.post("/submissions/emails")
def create_from_emails() -> ResponseReturnValue:
    """One submission for each address."""
    body = json_body()
    emails = body.get("emails")
    addresses = emails.split(",") if isinstance(emails, str) else emails or []
    if not addresses:
        raise invalid("emails is required")
    made = [_create({**body, "submitters": [{"email": one.strip()}]}) for one in addresses]
    return [party for submission in made for party in _parties(submission)]


def _create(body: dict[str, Any]) -> Record:
    if not body.get("template_id"):
        raise invalid("template_id is required")
    if world().store.get(TEMPLATE, body["template_id"]) is None:
        raise invalid("Template not found")
    template = load(body["template_id"])
    parties = check_parties(body.get("submitters"), template)
    send_email = body.get("send_email", True) not in (False, "false")
    submission = new_submission(template, body, source="api")
    made = [new_submitter(submission, template, party, send_email=send_email) for party in parties]
    lifecycle.created(submission)
    invited = made[:1] if submission["submitters_order"] == "preserved" else made
    for submitter in invited:
        if submitter["preferences"]["send_email"]:
            lifecycle.send_request(submitter, submission["message"])
    for submitter, party in zip(made, parties, strict=True):
        if party.get("completed"):
            name = submitter["name"] or submitter["email"] or submitter["phone"]
            lifecycle.complete(submitter, signature=name, by="api_complete_form")
    return submission


def _parties(submission: Record) -> list[Record]:
    return [submitter_document(one, urls=True, documents=False) for one in signers(submission)]


@api.get("/submissions")
def list_submissions() -> ResponseReturnValue:
    asked = request.args
    found = [
        one
        for one in world().store.find(SUBMISSION)
        if bool(one["archived_at"]) == switch("archived")
        and asked.get("template_id", str(one["template_id"])) == str(one["template_id"])
        and asked.get("slug", one["slug"]) == one["slug"]
        and ("status" not in asked or asked["status"] == submission_status(one))
        and ("q" not in asked or _mentions(one, asked["q"]))
    ]
    shown, pagination = page(found)
    return {"data": [submission_brief(one) for one in shown], "pagination": pagination}


def _mentions(submission: Record, words: str) -> bool:
    contacts = (one[name] or "" for one in signers(submission) for name in ("name", "email", "phone"))
    return any(words.lower() in contact.lower() for contact in contacts)


@api.get("/submissions/<int:submission_id>")
def show(submission_id: int) -> ResponseReturnValue:
    return submission_document(submission_of(submission_id))


@api.get("/submissions/<int:submission_id>/documents")
def show_documents(submission_id: int) -> ResponseReturnValue:
    """Before completion these are previews: look at the status first."""
    submission = submission_of(submission_id)
    return {"id": submission_id, "documents": submission_documents(submission)}


@api.put("/submissions/<int:submission_id>")
def change(submission_id: int) -> ResponseReturnValue:
    """Rename, move the expiry, archive or bring back."""
    submission, body = submission_of(submission_id), json_body()
    if body.get("name"):
        submission["name"] = body["name"]
    if "expire_at" in body:
        submission["expire_at"] = expiry(body)
        lifecycle.plan_expiry(submission)
    save_submission(submission)
    if body.get("archived") and not submission["archived_at"]:
        lifecycle.archive(submission)
    elif body.get("archived") is False:
        submission["archived_at"] = None
        save_submission(submission)
    return submission_document(submission)


@api.delete("/submissions/<int:submission_id>")
def archive(submission_id: int) -> ResponseReturnValue:
    submission = submission_of(submission_id)
    if switch("permanently"):
        for submitter in signers(submission):
            world().store.delete(SUBMITTER, submitter["id"])
        world().store.delete(SUBMISSION, submission_id)
    else:
        lifecycle.archive(submission)
    return {"id": submission_id, "archived_at": submission["archived_at"]}
