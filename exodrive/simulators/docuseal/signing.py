"""The signer's page: read the agreement, sign it or decline it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.docuseal import agreement, documents, lifecycle
from exodrive.simulators.docuseal.records import (
    SUBMISSION,
    SUBMITTER,
    audit_log_url,
    expired,
    signers,
    submission_documents,
    submission_of,
    submission_status,
)
from exodrive.simulators.docuseal.templates import load
from exodrive.simulators.store import Record
from exodrive.simulators.world import world

pages = Blueprint("docuseal_signing", __name__)

LONGEST_NAME = 60


@pages.get("/s/<slug>")
def show(slug: str) -> ResponseReturnValue:
    submitter, submission = _parties(slug)
    closed = _closed(submitter, submission)
    if closed is None:
        lifecycle.opened(submitter, ip=request.remote_addr or "", ua=request.user_agent.string)
    return _page(submitter, submission, closed=closed)


@pages.post("/s/<slug>")
def sign(slug: str) -> ResponseReturnValue:
    """Sign with a typed name; what is missing is said on the same page."""
    submitter, submission = _parties(slug)
    closed = _closed(submitter, submission)
    if closed:
        return _page(submitter, submission, closed=closed, status=409)
    lifecycle.opened(submitter, ip=request.remote_addr or "", ua=request.user_agent.string)
    lifecycle.started(submitter)
    errors = _read(submitter, submission)
    if errors:
        return _page(submitter, submission, errors=errors, status=422)
    lifecycle.complete(submitter, signature=request.form["signature"].strip())
    return redirect(_next_address(submitter, submission), 303)


@pages.post("/s/<slug>/decline")
def decline(slug: str) -> ResponseReturnValue:
    submitter, submission = _parties(slug)
    closed = _closed(submitter, submission)
    if closed:
        return _page(submitter, submission, closed=closed, status=409)
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _page(submitter, submission, errors={"reason": "Say why you decline."}, status=422)
    lifecycle.decline(submitter, reason)
    return redirect(f"/docuseal/s/{slug}", 303)


@pages.get("/e/<slug>")
def preview(slug: str) -> ResponseReturnValue:
    """The agreement for whoever sent it; looking here is not opening it as a signer."""
    found = world().store.find(SUBMISSION, slug=slug)
    if not found:
        abort(404)
    return _page(signers(found[0])[0], found[0], closed="preview")


def _parties(slug: str) -> tuple[Record, Record]:
    found = world().store.find(SUBMITTER, slug=slug)
    if not found:
        abort(404)
    return found[0], submission_of(found[0]["submission_id"])


def _closed(submitter: Record, submission: Record) -> str | None:
    """Why this signer cannot sign (any more, or yet), or None."""
    if submitter["completed_at"]:
        return "completed"
    if submission["archived_at"]:
        return "archived"
    if submission_status(submission) == "declined":
        return "declined"
    if expired(submission):
        return "expired"
    before = [one for one in signers(submission) if one["id"] < submitter["id"]]
    if submission["submitters_order"] == "preserved" and not all(one["completed_at"] for one in before):
        return "waiting"
    return None


def _open_fields(submitter: Record, submission: Record) -> list[Record]:
    """Fields that the signer fills in: their own, not read-only, and nothing that signing itself fills."""
    signed = [name for name, _ in agreement.SIGNED]
    return [
        field
        for field in load(submission["template_id"])["fields"]
        if field["submitter_uuid"] == submitter["uuid"]
        and field["name"] not in (*submitter["readonly"], *signed)
        and (field["required"] or field["name"] in submitter["values"])
    ]


def _read(submitter: Record, submission: Record) -> dict[str, str]:
    """Take what was typed; returns what is wrong by the name of its control."""
    errors = {}
    for field in _open_fields(submitter, submission):
        typed = request.form.get(field["uuid"], submitter["values"].get(field["name"], "")).strip()
        submitter["values"][field["name"]] = typed
        if field["required"] and not typed:
            errors[field["uuid"]] = f"Fill in {field['name']}."
    name = request.form.get("signature", "").strip()
    if not name or len(name) > LONGEST_NAME:
        errors["signature"] = "Type your full name, of 60 letters at most."
    if not request.form.get("agreed"):
        errors["agreed"] = "Tick the box to agree."
    return errors


def _next_address(submitter: Record, submission: Record) -> str:
    own = f"/docuseal/s/{submitter['slug']}"
    return str(submitter["completed_redirect_url"] or submission["completed_redirect_url"] or own)


def _page(
    submitter: Record,
    submission: Record,
    *,
    closed: str | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    parties = signers(submission)
    context: dict[str, Any] = {
        "sections": documents.reading(parties),
        "signers": parties,
        "open_fields": [] if closed else _open_fields(submitter, submission),
        "long": agreement.LONG,
    }
    if submission["completed_at"]:
        context["downloads"] = submission_documents(submission)
        context["audit_log"] = audit_log_url(submission)
    page = render_template(
        "docuseal/sign.html",
        submitter=submitter,
        submission=submission,
        closed=closed,
        errors=errors or {},
        **context,
    )
    return page, status
