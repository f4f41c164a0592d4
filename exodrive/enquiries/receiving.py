"""Taking a message in: once, and put aside where no person seems to have written it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from exodrive.enquiries.models import Enquiry, EnquiryState
from exodrive.enquiries.rules import Suspicion
from exodrive.kernel import outbox
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id, read_reference

RECEIVED = "enquiry.received"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote. `form` tells one opened form from another; "" where it was none of ours."""

    name: str
    email: str
    phone: str
    reference: str
    message: str
    form: str

    @property
    def key(self) -> str:
        """The same for the same words from the same form: a second click, or a browser's second try."""
        parts = (self.form, self.name, self.email.lower(), self.phone, self.reference, self.message)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def receive(said: Said, *, suspected: Suspicion | None, at: datetime) -> None:
    """Keep a message, and have the house told unless it is put aside; one that came before is left alone."""
    enquiry_id = session().scalar(
        insert(Enquiry)
        .values(
            id=new_id(),
            key=said.key,
            name=said.name,
            email=said.email.lower(),
            phone=said.phone,
            reference=read_reference(said.reference),
            message=said.message,
            state=EnquiryState.SPAM if suspected else EnquiryState.NEW,
            suspected=suspected,
            version=1,
            created_at=at,
            moved_at=at,
            moved_by=CUSTOMER.name,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Enquiry.id)
    )
    if enquiry_id is not None and suspected is None:
        outbox.emit(RECEIVED, subject_id=enquiry_id, enquiry_id=str(enquiry_id))
