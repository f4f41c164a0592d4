"""Webhooks: settle a signature that the web could not, find what the message is about, and have it re-read.

A message is only a hint that something changed. What it says of amounts and states is never believed; the
resource is read at the provider, so order and repetition do not matter.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from exodrive.contracts import queries as contracts
from exodrive.kernel import certificates, clock, deliveries, inbox, outbox
from exodrive.kernel.db import transaction
from exodrive.kernel.deliveries import Work
from exodrive.kernel.inbox import InboxMessage, MessageState
from exodrive.notifications import messages
from exodrive.payments import queries as payments
from exodrive.providers import factory
from exodrive.tasks.routes import PAYMENTS
from exodrive.tasks.work import actor

# A message may overtake the answer that tells us the id it speaks of.
PATIENCE = timedelta(minutes=2)
AGAIN = timedelta(seconds=5)
UNKNOWN_YET = "what it is about is not known yet"


@actor("webhooks.process", queue=PAYMENTS)
def process(work: Work) -> None:
    """Act on a stored message, once its signature is sure."""
    message_id = UUID(work.payload["message_id"])
    with transaction():
        message = inbox.lock(message_id)
        state, headers, body, received_at = (
            message.state, message.headers, message.body, message.received_at,
        )  # fmt: skip
        known = certificates.by_address()
    if state == MessageState.UNVERIFIED:
        judgement = factory.paypal_messages().judge(headers, body, certificates=known, at=received_at)
        with transaction():
            certificates.keep(judgement.fetched, at=clock.real_now())
            inbox.verified(
                inbox.lock(message_id),
                genuine=bool(judgement.verdict),
                event_key=str(json.loads(body).get("id")),
                note=str(judgement.verdict.why or ""),
            )
    with transaction():
        message = inbox.lock(message_id)
        if message.state == MessageState.RECEIVED:
            found = HANDLERS[message.provider](json.loads(message.body), message.event_type)
            if found is None and clock.real_now() < message.received_at + PATIENCE:
                # However many tries fit into the patience: it ends by itself, and not as a failure.
                deliveries.retry(work, error=UNKNOWN_YET, after=AGAIN, limit=deliveries.MAX_OUTAGES)
                return
            inbox.processed(message, at=clock.now(), note=found or "unknown", ignored=not found)
        deliveries.done(work)


def replay(message: InboxMessage) -> None:
    """Have a stored message processed once more."""
    if inbox.reopen(message):
        outbox.emit(inbox.RECEIVED, message_id=str(message.id))


def paypal(event: dict[str, Any], event_type: str) -> str | None:
    """Have the order re-read that a PayPal event speaks of; returns what was found, None for nothing yet."""
    if not event_type.startswith(("CHECKOUT.ORDER.", "PAYMENT.")):
        return ""  # invoices, disputes and what may come: kept and shown, nothing to do
    found = payments.by_paypal_ids(_paypal_ids(event.get("resource") or {}))
    if found is None:
        return None
    outbox.emit(
        "payment.check",
        subject_id=found.booking_id,
        payment_id=str(found.payment_id),
        order_id=str(found.order_id),
    )
    return f"payment {found.payment_id}"


def _paypal_ids(resource: dict[str, Any]) -> set[str]:
    """Every id by which a resource may be known to us: its own, those it relates to, that of its parent."""
    related = (resource.get("supplementary_data") or {}).get("related_ids") or {}
    ids = {str(value) for value in related.values()} | {str(resource.get("id", ""))}
    for link in resource.get("links") or []:
        if link.get("rel") == "up":
            ids.add(str(link.get("href", "")).rstrip("/").rpartition("/")[2])
    return ids - {""}


def docuseal(event: dict[str, Any], event_type: str) -> str | None:
    """Have the agreement re-read that a DocuSeal event speaks of."""
    if not event_type.startswith(("form.", "submission.")):
        return ""
    data = event.get("data") or {}
    submission_id = data.get("submission_id") if event_type.startswith("form.") else data.get("id")
    signers = data.get("submitters") or [data]
    found = contracts.by_provider(submission_id, {str(each.get("external_id")) for each in signers})
    if found is None:
        return None
    outbox.emit("contract.check", subject_id=found.booking_id, contract_id=str(found.id))
    return f"contract {found.id}"


def resend(event: dict[str, Any], event_type: str) -> str | None:
    """Take over what became of a mail. Its word is final: there is nothing behind it to re-read."""
    if not event_type.startswith("email."):
        return ""
    email_id = str((event.get("data") or {}).get("email_id", ""))
    message = messages.reported(email_id, event_type.removeprefix("email."))
    return None if message is None else f"message {message.id}"


HANDLERS: dict[str, Callable[[dict[str, Any], str], str | None]] = {
    "paypal": paypal,
    "docuseal": docuseal,
    "resend": resend,
}
