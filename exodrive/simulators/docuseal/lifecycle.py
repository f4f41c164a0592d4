"""What happens to an agreement: sent, opened, signed, declined, expired, archived."""

from __future__ import annotations

import hashlib
from typing import Any

from exodrive.simulators.docuseal import documents, notices
from exodrive.simulators.docuseal.records import (
    SUBMISSION,
    form_data,
    history,
    log,
    save_submission,
    save_submitter,
    sign_url,
    signers,
    submission_data,
    submission_of,
    submission_status,
)
from exodrive.simulators.resend import mailbox
from exodrive.simulators.store import File, Record
from exodrive.simulators.timekeeping import read_time, spell_finely
from exodrive.simulators.world import World, world

PDF = "application/pdf"


def attach(here: World) -> None:
    here.agenda.on("docuseal.expire", _expire)


def created(submission: Record) -> None:
    plan_expiry(submission)
    notices.send("submission.created", submission_data(submission))


def plan_expiry(submission: Record) -> None:
    if submission["expire_at"]:
        world().agenda.add("docuseal.expire", submission["id"], at=read_time(submission["expire_at"]))


def _expire(submission_id: str) -> None:
    """The date is looked at again, since it may have been moved meanwhile."""
    submission = world().store.get(SUBMISSION, submission_id)
    if submission is None or submission["archived_at"] or submission.get("expiry_told"):
        return
    if submission_status(submission) == "expired":
        submission["expiry_told"] = True
        save_submission(submission)
        notices.send("submission.expired", submission_data(submission))


def send_request(submitter: Record, message: dict[str, Any]) -> None:
    """Mail the signing link, if there is an address; in the sandbox it lands in the mailbox."""
    if not submitter["email"]:
        return
    submission = submission_of(submitter["submission_id"])
    body = message.get("body") or f"Please read and sign: {submission['name']}."
    url = sign_url(submitter)
    text = body.replace("{{submitter.link}}", url)
    mailbox.put_in(
        sender="DocuSeal <no-reply@docuseal.example>",
        to=submitter["email"],
        subject=message.get("subject") or f"You are invited to sign {submission['name']}",
        text=text if url in text else f"{text}\n\n{url}",
    )
    submitter["sent_at"] = submitter["sent_at"] or spell_finely(world().clock.now())
    save_submitter(submitter)
    log(submitter, "send_email", email=submitter["email"])


def opened(submitter: Record, *, ip: str, ua: str) -> None:
    """Somebody looks at the signing page; the first look is an event."""
    if submitter["opened_at"] or submitter["completed_at"] or submitter["declined_at"]:
        return
    submitter.update(opened_at=spell_finely(world().clock.now()), ip=ip, ua=ua)
    save_submitter(submitter)
    log(submitter, "view_form")
    notices.send("form.viewed", form_data(submitter))


def started(submitter: Record) -> None:
    """The signer begins to fill in; once."""
    if not submitter["started"]:
        submitter["started"] = True
        save_submitter(submitter)
        log(submitter, "start_form")
        notices.send("form.started", form_data(submitter))


def complete(submitter: Record, *, signature: str, by: str = "complete_form") -> None:
    """Sign: the agreement becomes a PDF that never changes, and the last signature closes the submission."""
    here = world()
    now = spell_finely(here.clock.now())
    submitter["values"]["Signed on"] = now[:10]
    submitter.update(signature=signature, completed_at=now, opened_at=submitter["opened_at"] or now)
    save_submitter(submitter)
    log(submitter, by)
    picture = File("signature.png", "image/png", documents.signature_png(signature))
    here.store.put_file(f"signature:{submitter['id']}", picture)
    submission = submission_of(submitter["submission_id"])
    parties = signers(submission)
    signed = documents.agreement_pdf(parties, submission)
    here.store.put_file(f"agreement:{submitter['id']}", File(f"{submission['name']}.pdf", PDF, signed))
    if all(one["completed_at"] for one in parties):
        submission["completed_at"] = now
        save_submission(submission)
        _keep_audit_log(submission, parties, signed)
    notices.send("form.completed", form_data(submitter))
    if submission["completed_at"]:
        notices.send("submission.completed", submission_data(submission))
    else:
        _invite_next(submission, parties)


def _keep_audit_log(submission: Record, parties: list[Record], signed: bytes) -> None:
    events = history(submission_id=submission["id"])
    audit = documents.audit_pdf(submission, parties, events, hashlib.sha256(signed).hexdigest())
    file = File(f"Audit Log - {submission['name']}.pdf", PDF, audit)
    world().store.put_file(f"audit:{submission['id']}", file)


def _invite_next(submission: Record, parties: list[Record]) -> None:
    """With the order preserved, the next signer is written to when the one before has signed."""
    waiting = [one for one in parties if not one["completed_at"] and not one["sent_at"]]
    if submission["submitters_order"] == "preserved" and waiting and waiting[0]["preferences"]["send_email"]:
        send_request(waiting[0], submission["message"])


def decline(submitter: Record, reason: str) -> None:
    submitter.update(declined_at=spell_finely(world().clock.now()), decline_reason=reason)
    save_submitter(submitter)
    log(submitter, "decline_form", reason=reason)
    notices.send("form.declined", form_data(submitter))


def archive(submission: Record) -> None:
    submission["archived_at"] = spell_finely(world().clock.now())
    save_submission(submission)
    notices.send("submission.archived", submission_data(submission))
