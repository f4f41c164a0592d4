"""Webhooks: settle a signature that the web could not, find what the message is about, and have it re-read.

A message is only a hint that something changed. What it says of amounts and states is never believed; the
resource is read at the provider, so order and repetition do not matter.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from exodrive.billing import queries as bills
from exodrive.contracts import queries as contracts
from exodrive.kernel import certificates, clock, deliveries, envelopes, failpoints, inbox, outbox
from exodrive.kernel.db import transaction
from exodrive.kernel.deliveries import Work
from exodrive.kernel.failpoints import Place
from exodrive.kernel.inbox import InboxMessage, MessageState
from exodrive.notifications import messages
from exodrive.payments import queries as payments
from exodrive.providers import factory
from exodrive.tasks import webhook_subjects as subjects
from exodrive.tasks.routes import PAYMENTS
from exodrive.tasks.work import actor

# A message may overtake the answer that tells us the id it speaks of.
PATIENCE = timedelta(minutes=2)
AGAIN = timedelta(seconds=5)
UNKNOWN_YET = "what it is about is not known yet"


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a message, in plain words for staff. `acted` is false where nothing was to be done."""

    note: str
    acted: bool = False


NO_USE = Reading("a type of message that this version has no use for; kept for a later one")
NOT_OURS = Reading("about nothing that this house has a record of")
# Types that are known, and that ask for nothing, by the beginning of their names.
QUIET: dict[str, dict[str, Reading]] = {
    "paypal": {
        "CUSTOMER.DISPUTE.": Reading("a dispute: it is answered at PayPal, by a person"),
        "RISK.DISPUTE.": Reading("a dispute: it is answered at PayPal, by a person"),
    },
    "docuseal": {"template.": Reading("about a template: it changes no agreement that was sent")},
    "resend": {
        "contact.": Reading("about Resend's list of contacts, which the house does not keep"),
        "domain.": Reading("about the house's domain at Resend: `exodrive doctor` says how it stands"),
    },
}
# The beginnings of the types that are acted on.
READ: dict[str, tuple[str, ...]] = {
    "paypal": ("CHECKOUT.ORDER.", "PAYMENT.", "INVOICING."),
    "docuseal": ("form.", "submission."),
    "resend": ("email.",),
}


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
                event_key=inbox.key_of(envelopes.read("paypal", headers, body).event_id, body),
                note=str(judgement.verdict.why or ""),
            )
        failpoints.reach(Place.WEBHOOK_VERIFIED)
    with transaction():
        message = inbox.lock(message_id)
        if message.state == MessageState.RECEIVED:
            found = _read(message)
            if found is None and clock.real_now() < message.received_at + PATIENCE:
                # However many tries fit into the patience: it ends by itself, and not as a failure.
                deliveries.put_off(work, error=UNKNOWN_YET, after=AGAIN)
                return
            reading = found or NOT_OURS
            inbox.processed(message, at=clock.now(), note=reading.note, ignored=not reading.acted)
        deliveries.done(work)


def known_types() -> dict[str, tuple[str, ...]]:
    """How the types begin that this version knows, by provider; there is no use for the others yet."""
    return {provider: (*READ[provider], *QUIET[provider]) for provider in READ}


def _read(message: InboxMessage) -> Reading | None:
    """What is to be done about a message; None where what it is about is not known, or not known yet."""
    event: dict[str, Any] = json.loads(message.body)  # an object: the door lets nothing else in
    provider, event_type = message.provider, message.event_type
    if event_type.startswith(READ[provider]):
        note = HANDLERS[provider](event, event_type)
        return None if note is None else Reading(note, acted=True)
    return next((why for begins, why in QUIET[provider].items() if event_type.startswith(begins)), NO_USE)


def paypal(event: dict[str, Any], event_type: str) -> str | None:
    """Have re-read what a PayPal event speaks of; returns what was found, None for nothing."""
    return _bill(event) if event_type.startswith("INVOICING.") else _payment(event)


def _bill(event: dict[str, Any]) -> str | None:
    """An invoice there. That it was PAID may mean a part of it, or money that has not come yet."""
    ids, numbers = subjects.paypal_bill(event)
    found = bills.by_paypal(ids, numbers) if ids or numbers else None
    if found is None:
        return None
    outbox.emit("bill.check", subject_id=found.booking_id, bill_id=str(found.id))
    return f"bill {found.id}"


def _payment(event: dict[str, Any]) -> str | None:
    ids = subjects.paypal_ids(event)
    found = payments.by_paypal_ids(ids) if ids else None
    if found is None:
        return None
    outbox.emit(
        "payment.check",
        subject_id=found.booking_id,
        payment_id=str(found.payment_id),
        order_id=str(found.order_id),
    )
    return f"payment {found.payment_id}"


def docuseal(event: dict[str, Any], event_type: str) -> str | None:
    """Have the agreement re-read that a DocuSeal event speaks of."""
    named = subjects.docuseal_agreement(event, event_type)
    found = contracts.by_provider(named.submission_id, named.external_ids)
    if found is None:
        return None
    outbox.emit("contract.check", subject_id=found.booking_id, contract_id=str(found.id))
    return f"contract {found.id}"


def resend(event: dict[str, Any], event_type: str) -> str | None:
    """Take over what became of a mail. Its word is final: there is nothing behind it to re-read."""
    mail = subjects.resend_mail(event)
    if not mail.email_id:
        return None
    word = event_type.removeprefix("email.")
    message = messages.reported(mail.email_id, word, at=clock.now(), marked=mail.marked)
    return None if message is None else f"message {message.id}"


HANDLERS: dict[str, Callable[[dict[str, Any], str], str | None]] = {
    "paypal": paypal,
    "docuseal": docuseal,
    "resend": resend,
}
