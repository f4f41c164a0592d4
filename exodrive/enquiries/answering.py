"""What the desk does with a message: answer it by mail, mark it, put it aside, and each of these undone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from exodrive.enquiries.models import Enquiry, EnquiryAnswer, EnquiryState
from exodrive.enquiries.queries import EnquiryNotFound
from exodrive.kernel import audit, outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused, Stale
from exodrive.kernel.ids import new_id

ANSWERED = "enquiry.answered"
LONGEST_SUBJECT = 150
LONGEST_TEXT = 5000


class AnswerUnusable(Refused):
    """An answer has a subject and a text, neither endless. `field` says which is wrong."""

    code = "letter_unusable"

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def answer(enquiry_id: UUID, *, subject: str, text: str, version: int, by: Actor, at: datetime) -> UUID:
    """Have a letter sent to the writer, once; returns its id.

    Raises AnswerUnusable, EnquiryNotFound, Stale.
    """
    subject, text = " ".join(subject.split()), text.strip()
    for field, value, longest in (("subject", subject, LONGEST_SUBJECT), ("text", text, LONGEST_TEXT)):
        if not 0 < len(value) <= longest:
            raise AnswerUnusable(field)
    enquiry = _lock(enquiry_id, version=version)
    letter = EnquiryAnswer(
        id=new_id(), enquiry_id=enquiry.id, subject=subject, text=text, written_by=by.name, written_at=at
    )
    session().add(letter)
    _move(enquiry, EnquiryState.ANSWERED, action="enquiry.answered", by=by, at=at)
    outbox.emit(ANSWERED, subject_id=enquiry.id, answer_id=str(letter.id))
    return letter.id


def mark(enquiry_id: UUID, state: EnquiryState, *, version: int, by: Actor, at: datetime) -> None:
    """Say how a message stands; what it is already it stays. Raises EnquiryNotFound, Stale."""
    enquiry = _lock(enquiry_id, version=version)
    if enquiry.state != state:
        _move(enquiry, state, action="enquiry.marked", by=by, at=at)


def _lock(enquiry_id: UUID, *, version: int) -> Enquiry:
    query = select(Enquiry).where(Enquiry.id == enquiry_id).with_for_update()
    found = session().scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise EnquiryNotFound(str(enquiry_id))
    if found.version != version:
        raise Stale
    return found


def _move(enquiry: Enquiry, state: EnquiryState, *, action: str, by: Actor, at: datetime) -> None:
    before, enquiry.state = enquiry.state, state
    enquiry.moved_at, enquiry.moved_by = at, by.name
    enquiry.version += 1
    session().flush()
    audit.record(action, subject=("enquiry", enquiry.id), by=by, at=at, was=str(before), now=str(state))
