"""Messages: write the letter that an event calls for, once, and hand it to the mail provider."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from flask import current_app

from exodrive.bookings import attention, transitions
from exodrive.bookings.models import Attention
from exodrive.customers import register
from exodrive.house import queries as house
from exodrive.invoicing import issuing
from exodrive.kernel import clock, deliveries
from exodrive.kernel.actors import RESEND
from exodrive.kernel.db import session, transaction
from exodrive.kernel.deliveries import Work
from exodrive.kernel.errors import GatewayRejected
from exodrive.notifications import messages
from exodrive.notifications.models import Message
from exodrive.providers import factory
from exodrive.rendering import letters
from exodrive.rendering.letters import Typed
from exodrive.tasks.routes import MESSAGES
from exodrive.tasks.work import actor, step


class Occasion(NamedTuple):
    """Which letter an event calls for. `once_per` names the payload's field that tells two apart."""

    letter: str
    once_per: str = "booking_id"


OCCASIONS: dict[str, Occasion] = {
    "booking.ordered": Occasion("booking_received"),
    "booking.payment_link": Occasion("payment_link", "operation"),
    "booking.payment_declined": Occasion("payment_declined", "operation"),
    "booking.payment_stuck": Occasion("payment_stuck", "operation"),
    "booking.money_released": Occasion("money_released", "payment_id"),
    "booking.authorized": Occasion("payment_received"),
    "booking.prepayment_waived": Occasion("pay_later"),
    "booking.payment_asked": Occasion("pay_later", "wanted"),
    "contract.sent": Occasion("sign_agreement", "contract_id"),
    "contract.reminder_wanted": Occasion("sign_agreement", "wanted"),
    "contract.declined": Occasion("agreement_declined_or_expired", "contract_id"),
    "contract.expired": Occasion("agreement_declined_or_expired", "contract_id"),
    "booking.confirmed": Occasion("confirmed"),
    "booking.details_code_wanted": Occasion("details_code", "wanted"),
    "booking.paper_rejected": Occasion("paper_rejected", "wanted"),
    "booking.change_asked": Occasion("change_asked", "change_id"),
    "booking.change_declined": Occasion("change_declined", "operation"),
    "booking.changed": Occasion("changed", "change_id"),
    "booking.change_ended": Occasion("change_ended", "change_id"),
    "payment.asked_again": Occasion("approve_again", "once"),
    "payment.not_taken": Occasion("paid_otherwise", "approved"),
    "booking.deposit_asked": Occasion("deposit_request"),
    "booking.deposit_link": Occasion("deposit_link", "operation"),
    "booking.deposit_held": Occasion("deposit_held"),
    "booking.deposit_declined": Occasion("deposit_declined", "operation"),
    "deposit.released": Occasion("deposit_released"),
    "receipt.taken": Occasion("receipt", "receipt_id"),
    "receipt.given_back": Occasion("receipt", "receipt_id"),
    "receipt.corrected": Occasion("receipt", "receipt_id"),
    "booking.closed": Occasion("deposit_statement"),
    "booking.handed_over": Occasion("handed_over"),
    "booking.taken_back": Occasion("taken_back"),
    "booking.charges_added": Occasion("charges_added", "wanted"),
    "booking.objection_answered": Occasion("objection_answered", "wanted"),
    "invoice.ready": Occasion("invoice", "invoice_id"),
    "bill.sent": Occasion("bill", "once"),
    "bill.reminded": Occasion("bill_reminder", "once"),
    "bill.payment_received": Occasion("bill_payment", "once"),
    "bill.cancelled": Occasion("bill_cancelled", "once"),
    "review.wanted": Occasion("review_request"),
    "review.declined": Occasion("review_declined", "decision"),
    "booking.expired": Occasion("expired"),
    "booking.cancelled": Occasion("cancelled"),
    "booking.missed": Occasion("missed"),
    "booking.link_wanted": Occasion("booking_link", "wanted"),
    "booking.letter_wanted": Occasion("desk_letter", "wanted"),
}


@step("messages.write", queue=MESSAGES)
def write(work: Work) -> None:
    """Render the letter and queue it; a hold that nobody ordered has nobody to write to."""
    occasion = OCCASIONS[work.event]
    booking_id = UUID(work.payload["booking_id"])
    settings = current_app.config["SETTINGS"]
    site = letters.Site(settings.public_url, settings.secret_key)
    about = letters.About(
        typed=_typed(work),
        code=_id(work, "code"),
        paper=_id(work, "paper"),
        invoice=_id(work, "invoice_id"),
        receipt=_id(work, "receipt_id"),
        bill=_id(work, "bill_id"),
        charges=frozenset(UUID(each) for each in work.payload.get("charges", ())),
    )
    letter = letters.write(occasion.letter, booking_id, site=site, at=clock.now(), about=about)
    if letter is None:
        return
    messages.queue(
        f"{occasion.letter}/{work.payload[occasion.once_per]}",
        template=occasion.letter,
        to_email=letter.to_email,
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        booking_id=booking_id,
        attachment_id=_attachment(work),
        at=clock.now(),
    )


def _typed(work: Work) -> Typed | None:
    """What a member of staff wrote themselves."""
    if "text" not in work.payload:
        return None
    return Typed(work.payload["subject"], work.payload["text"])


def _id(work: Work, name: str) -> UUID | None:
    """What a letter is about, where it is not the booking alone."""
    return UUID(work.payload[name]) if name in work.payload else None


def _attachment(work: Work) -> UUID | None:
    """The file that goes with a letter: the invoice's."""
    if "invoice_id" not in work.payload:
        return None
    return issuing.invoice(UUID(work.payload["invoice_id"])).file_id


@actor("messages.send", queue=MESSAGES)
def send(work: Work) -> None:
    """Hand a message over under its own key: repeated, it is the same mail."""
    message_id = UUID(work.payload["message_id"])
    settings = current_app.config["SETTINGS"]
    with transaction():
        mail = messages.mail(message_id, sender=settings.mail_from, reply_to=house.house().email)
        if mail is None:
            deliveries.done(work)
            return
    try:
        provider_id = factory.mail_gateway().send(mail)
    except GatewayRejected as refusal:
        with transaction():
            messages.failed(message_id, note=f"{refusal.code}: {refusal}")
            deliveries.fail(work, error=f"{refusal.code}: {refusal}")
        return
    with transaction():
        messages.sent(message_id, provider_id=provider_id, at=clock.now())
        deliveries.done(work)


@step("messages.bounced", queue=MESSAGES)
def bounced(work: Work) -> None:
    """A mail came back: flag the customer and the booking, so that somebody calls."""
    message = session().get(Message, UUID(work.payload["message_id"]))
    if message is None:
        return
    if message.booking_id is not None:
        booking = transitions.lock(message.booking_id)
        attention.call_for(booking, Attention(booking.attention or Attention.MAIL_BOUNCED))
        transitions.note(booking, "message.bounced", by=RESEND, at=clock.now(), template=message.template)
    register.mark_bounced(message.to_email, at=clock.now())
