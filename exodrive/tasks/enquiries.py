"""Messages from the contact page: tell the house that one has come, and send what the desk answered."""

from __future__ import annotations

from uuid import UUID

from flask import current_app

from exodrive.enquiries import queries as enquiries
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.deliveries import Work
from exodrive.notifications import messages
from exodrive.rendering import enquiry_letters
from exodrive.rendering.letters import Letter
from exodrive.tasks.routes import MESSAGES
from exodrive.tasks.work import step


@step("enquiries.tell", queue=MESSAGES)
def tell(work: Work) -> None:
    """Write to the house's own address."""
    enquiry = enquiries.enquiry(UUID(work.payload["enquiry_id"]))
    public_url = current_app.config["SETTINGS"].public_url
    letter = enquiry_letters.to_the_house(enquiry, house=houses.house(), public_url=public_url)
    _queue(enquiry_letters.RECEIVED, enquiry.id, letter)


@step("enquiries.answer", queue=MESSAGES)
def answer(work: Work) -> None:
    """Write to whoever asked."""
    written = enquiries.answer(UUID(work.payload["answer_id"]))
    enquiry = enquiries.enquiry(written.enquiry_id)
    _queue(enquiry_letters.ANSWER, written.id, enquiry_letters.answer(enquiry, written, house=houses.house()))


def _queue(template: str, subject_id: UUID, letter: Letter) -> None:
    """Once: a second delivery of the same event finds its key used."""
    messages.queue(
        f"{template}/{subject_id}",
        template=template,
        to_email=letter.to_email,
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        at=clock.now(),
    )
