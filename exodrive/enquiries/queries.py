"""Looking up messages: the desk's list in pages, one of them, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from exodrive.enquiries.models import Enquiry, EnquiryAnswer, EnquiryState
from exodrive.kernel.cursors import CursorUnreadable
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound


class EnquiryNotFound(NotFound):
    code = "enquiry_not_found"


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. `following` is the cursor of the next page; None on the last one."""

    rows: list[Enquiry]
    following: str | None


def listing(*, state: EnquiryState, cursor: str | None = None, limit: int = 25) -> Listing:
    """Messages that stand like this, newest first. Raises CursorUnreadable."""
    query = select(Enquiry).where(Enquiry.state == state).order_by(Enquiry.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(Enquiry.id < _read(cursor))
    found = list(session().scalars(query))
    return Listing(found[:limit], str(found[limit - 1].id) if len(found) > limit else None)


def counts() -> dict[str, int]:
    """How many messages are new; the other lists only grow."""
    new = session().scalar(select(func.count()).select_from(Enquiry).where(Enquiry.state == EnquiryState.NEW))
    return {EnquiryState.NEW: new or 0}


def enquiry(enquiry_id: UUID) -> Enquiry:
    """One message. Raises EnquiryNotFound."""
    found = session().get(Enquiry, enquiry_id)
    if found is None:
        raise EnquiryNotFound(str(enquiry_id))
    return found


def answers(enquiry_id: UUID) -> list[EnquiryAnswer]:
    """The letters that went back, newest first."""
    return list(
        session().scalars(
            select(EnquiryAnswer)
            .where(EnquiryAnswer.enquiry_id == enquiry_id)
            .order_by(EnquiryAnswer.id.desc())
        )
    )


def answer(answer_id: UUID) -> EnquiryAnswer:
    """One letter. Raises EnquiryNotFound."""
    found = session().get(EnquiryAnswer, answer_id)
    if found is None:
        raise EnquiryNotFound(str(answer_id))
    return found


def _read(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise CursorUnreadable from error
