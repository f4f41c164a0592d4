"""Submitters: one signer of one agreement.

https://www.docuseal.com/docs/api#submitters
"""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.docuseal import lifecycle
from exodrive.simulators.docuseal.access import invalid, json_body, page
from exodrive.simulators.docuseal.records import (
    SUBMITTER,
    save_submitter,
    submission_of,
    submitter_document,
    submitter_of,
    submitter_with_events,
    submitter_with_template,
)
from exodrive.simulators.docuseal.requesting import check_contact, fill
from exodrive.simulators.docuseal.templates import load
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time
from exodrive.simulators.world import world

api = Blueprint("docuseal_submitters", __name__)

KEPT = ("name", "email", "phone", "external_id", "metadata", "completed_redirect_url")


@api.get("/submitters")
def list_submitters() -> ResponseReturnValue:
    shown, pagination = page([one for one in world().store.find(SUBMITTER) if _asked_for(one)])
    return {"data": [submitter_with_events(one) for one in shown], "pagination": pagination}


def _asked_for(submitter: Record) -> bool:
    asked = request.args
    completed = submitter["completed_at"]
    contacts = " ".join(submitter[name] or "" for name in ("name", "email", "phone")).lower()
    return (
        all(
            asked[name] == str(submitter[name])
            for name in ("external_id", "slug", "submission_id")
            if asked.get(name)
        )
        and asked.get("q", "").lower() in contacts
        and (
            not asked.get("completed_after")
            or bool(completed and read_time(completed) >= read_time(asked["completed_after"]))
        )
        and (
            not asked.get("completed_before")
            or bool(completed and read_time(completed) <= read_time(asked["completed_before"]))
        )
    )


@api.get("/submitters/<int:submitter_id>")
def show(submitter_id: int) -> ResponseReturnValue:
    return submitter_with_template(submitter_of(submitter_id))


@api.put("/submitters/<int:submitter_id>")
def change(submitter_id: int) -> ResponseReturnValue:
    """Correct a signer, or with `send_email` write to them again."""
    submitter, body = submitter_of(submitter_id), json_body()
    if submitter["completed_at"]:
        raise invalid("Submitter has already completed the submission.")
    if submitter["declined_at"]:
        raise invalid("Submitter has already declined the submission.")
    check_contact(body, "`submitter`")
    submission = submission_of(submitter["submission_id"])
    submitter.update({name: body[name] for name in KEPT if name in body})
    fill(submitter, load(submission["template_id"]), body)
    save_submitter(submitter)
    if body.get("completed"):
        name = submitter["name"] or submitter["email"] or submitter["phone"]
        lifecycle.complete(submitter, signature=name, by="api_complete_form")
    elif body.get("send_email"):
        lifecycle.send_request(submitter, body.get("message") or submission["message"])
    return submitter_document(submitter, urls=True)
