"""A letter that staff write themselves to the renter of a booking."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.links import NobodyToWrite
from exodrive.kernel import outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Refused
from exodrive.kernel.ids import new_id

WANTED = "booking.letter_wanted"
LONGEST_SUBJECT = 150
LONGEST_TEXT = 5000


class LetterUnusable(Refused):
    """A letter has a subject and a text, neither endless. `field` says which is wrong."""

    code = "letter_unusable"

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def write(
    booking_id: UUID, *, subject: str, text: str, by: Actor, at: datetime, version: int | None = None
) -> UUID:
    """Have the letter sent; returns what its message is known by.

    The words stay plain: what looks like markup is shown as it was typed. Raises LetterUnusable,
    NobodyToWrite, Stale.
    """
    subject, text = " ".join(subject.split()), text.strip()
    for field, value, longest in (("subject", subject, LONGEST_SUBJECT), ("text", text, LONGEST_TEXT)):
        if not 0 < len(value) <= longest:
            raise LetterUnusable(field)
    booking = transitions.lock(booking_id, version=version)
    if booking.renter is None:
        raise NobodyToWrite
    wanted = new_id()
    transitions.note(booking, "message.written", by=by, at=at, title=subject)
    outbox.emit(
        WANTED, subject_id=booking.id, booking_id=str(booking.id), wanted=str(wanted), subject=subject,
        text=text,
    )  # fmt: skip
    return wanted
