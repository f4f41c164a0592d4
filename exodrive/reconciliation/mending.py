"""Pressing a difference's button: what is wanted is written down here, and a worker asks PayPal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.billing import operations as bill_operations
from exodrive.bookings import transitions
from exodrive.kernel import outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.payments import operations, tree, wishes
from exodrive.reconciliation import keeping, reading
from exodrive.reconciliation.models import Difference, SubjectKind
from exodrive.reconciliation.reading import Sought
from exodrive.reconciliation.states import Cause, DifferenceState, Remedy

WANTED = "difference.mending_wanted"


def mend(difference_id: UUID, *, by: Actor, at: datetime) -> Difference:
    """Have a difference mended the way its cause asks for; a second press while it is under way is none.

    Raises DifferenceNotFound or DifferenceSolved.
    """
    row = lock(difference_id)
    if row.asked_at is not None:
        return row
    row.asked_at, row.asked_by = at, by.name
    keeping.note("reconciliation.mending_wanted", row, by=by, at=at)
    if row.remedy is Remedy.LET_GO and row.payment_id is not None:
        wishes.release(tree.lock(row.payment_id), at=at, reason="hold_forgotten", again=True)
    elif row.cause == Cause.OUTCOME_UNKNOWN:
        event = bill_operations.WANTED if row.bill_id else operations.WANTED
        outbox.emit(event, subject_id=row.booking_id, operation_id=row.subject)
    else:
        outbox.emit(WANTED, subject_id=row.booking_id, difference_id=str(row.id))
    session().flush()
    return row


def lock(difference_id: UUID) -> Difference:
    """An open difference, under the locks of its booking and its payment, which come first in their order.

    Raises DifferenceNotFound or DifferenceSolved.
    """
    row = session().get(Difference, difference_id)
    if row is None:
        raise keeping.DifferenceNotFound(str(difference_id))
    transitions.lock(row.booking_id)
    if row.payment_id is not None:
        tree.lock(row.payment_id)
    return keeping.lock(difference_id)


def sought(difference_id: UUID) -> tuple[Difference, Sought] | None:
    """What a worker has to read to mend it; None where it was solved meanwhile."""
    row = session().get(Difference, difference_id, populate_existing=True)
    if row is None or row.state != DifferenceState.OPEN:
        return None
    owner = row.bill_id or row.payment_id
    kind = SubjectKind.BILL if row.bill_id else SubjectKind.PAYMENT
    found = reading.sought(kind, owner) if owner else None
    return None if found is None else (row, found)
