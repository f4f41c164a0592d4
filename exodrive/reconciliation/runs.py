"""Runs: what is read, in slices, by workers. See `tasks/reconciling.py`.

A run lists what it reads once, and whoever has read one of it takes it off the list.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from exodrive.billing import states as bill_states
from exodrive.billing.models import Bill, BillOperation
from exodrive.billing.models import OperationState as BillOperationState
from exodrive.kernel import audit, outbox
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.ids import new_id
from exodrive.payments.models import Operation, OperationState, Order, Payment
from exodrive.payments.states import PaymentState
from exodrive.reconciliation import reading
from exodrive.reconciliation.models import Difference, Run, SubjectKind, Waiting
from exodrive.reconciliation.reading import Sought
from exodrive.reconciliation.states import DifferenceState

WANTED = "reconciliation.wanted"
SLICE = 10  # payments and bills of one delivery: some seconds of reading, far below its lease
EVERY = timedelta(hours=23)  # daily, whatever the minute the sweep comes by
# Refunds and reversals in PayPal's own pages come soon after the money moved, if at all.
WATCHED = timedelta(days=45)
# A run that long was left by its workers: what it has not read is read by the next one.
LEFT_BEHIND = timedelta(hours=12)
# What a demo house was filled with has ids that are PayPal's in name only: nobody there knows them.
MADE_UP = "DEMO"
OPEN_STATES = (
    PaymentState.ORDERED, PaymentState.APPROVED, PaymentState.AUTHORIZED, PaymentState.PARTIALLY_CAPTURED
)  # fmt: skip


class RunNotFound(NotFound):
    code = "reconciliation_not_found"


def begin(*, by: Actor, at: datetime, booking_id: UUID | None = None) -> Run:
    """Begin to read all that is open, or one booking's; a run that is under way is returned as it is."""
    _end_left_behind(booking_id, at=at)
    run_id = session().scalar(
        insert(Run)
        .values(id=new_id(), booking_id=booking_id, asked_by=by.name, total=0, done=0, started_at=at)
        .on_conflict_do_nothing()
        .returning(Run.id)
    )
    run = session().scalars(select(Run).where(*_running(booking_id))).one()
    if run_id is None:
        return run
    for kind, query in (
        (SubjectKind.PAYMENT, select(Payment.id).where(*_payments(booking_id, at=at))),
        (SubjectKind.BILL, select(Bill.id).where(*_bills(booking_id, at=at))),
    ):
        rows = query.add_columns(literal(run.id), literal(str(kind)))
        session().execute(insert(Waiting).from_select(["subject_id", "run_id", "kind"], rows))
    run.total = _left(run.id)
    audit.record(
        "reconciliation.begun",
        subject=("reconciliation", run.id),
        by=by,
        at=at,
        total=run.total,
        booking=str(booking_id) if booking_id else None,
    )
    _go_on(run, at=at)
    return run


def begin_if_due(*, at: datetime) -> Run | None:
    """The daily run; None where the last one is not a day old."""
    last = session().scalar(select(func.max(Run.started_at)).where(Run.booking_id.is_(None)))
    return begin(by=SYSTEM, at=at) if last is None or last <= at - EVERY else None


def slice_of(run_id: UUID) -> list[Sought]:
    """What a run has to read next."""
    rows = session().scalars(
        select(Waiting)
        .where(Waiting.run_id == run_id)
        .order_by(Waiting.run_id, Waiting.subject_id)
        .limit(SLICE)
    )
    return [found for row in rows.all() if (found := reading.sought(row.kind, row.subject_id)) is not None]


def read(run_id: UUID, subject_id: UUID) -> None:
    """Take what was read off the list of a run."""
    session().execute(delete(Waiting).where(Waiting.run_id == run_id, Waiting.subject_id == subject_id))


def advance(run_id: UUID, *, at: datetime) -> None:
    """Go on with the next slice, or end the run. Raises RunNotFound."""
    _go_on(one(run_id, lock=True), at=at)


def one(run_id: UUID, *, lock: bool = False) -> Run:
    """A run. Raises RunNotFound."""
    found = session().get(Run, run_id, with_for_update=lock or None, populate_existing=True)
    if found is None:
        raise RunNotFound(str(run_id))
    return found


def _go_on(run: Run, *, at: datetime) -> None:
    left = _left(run.id)
    run.done = run.total - left
    if run.finished_at is not None:
        return
    if left:
        outbox.emit(WANTED, subject_id=run.booking_id, run_id=str(run.id), left=left)
    else:
        run.finished_at = at
    session().flush()


def _left(run_id: UUID) -> int:
    return session().scalar(select(func.count()).select_from(Waiting).where(Waiting.run_id == run_id)) or 0


def _end_left_behind(booking_id: UUID | None, *, at: datetime) -> None:
    query = select(Run).where(*_running(booking_id), Run.started_at < at - LEFT_BEHIND)
    for run in session().scalars(query.with_for_update()):
        session().execute(delete(Waiting).where(Waiting.run_id == run.id))
        run.finished_at = at
    session().flush()


def _running(booking_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    return Run.finished_at.is_(None), Run.booking_id.is_not_distinct_from(booking_id)


def _payments(booking_id: UUID | None, *, at: datetime) -> tuple[ColumnElement[bool], ...]:
    there = select(Order.id).where(
        Order.payment_id == Payment.id, ~Order.paypal_id.startswith(MADE_UP, autoescape=True)
    )
    ordered = there.exists()
    if booking_id is not None:
        return (ordered, Payment.booking_id == booking_id)
    unsettled = select(Operation.payment_id).where(Operation.state == OperationState.CALLED)
    differs = select(Difference.payment_id).where(
        Difference.state == DifferenceState.OPEN, Difference.payment_id.is_not(None)
    )
    return (
        ordered,
        or_(
            Payment.state.in_(OPEN_STATES),
            Payment.updated_at > at - WATCHED,
            Payment.id.in_(unsettled),
            Payment.id.in_(differs),
        ),
    )


def _bills(booking_id: UUID | None, *, at: datetime) -> tuple[ColumnElement[bool], ...]:
    if booking_id is not None:
        return (Bill.booking_id == booking_id,)
    unsettled = select(BillOperation.bill_id).where(BillOperation.state == BillOperationState.CALLED)
    differs = select(Difference.bill_id).where(
        Difference.state == DifferenceState.OPEN, Difference.bill_id.is_not(None)
    )
    return (
        or_(
            Bill.state.in_(bill_states.OPEN),
            Bill.checked_at > at - WATCHED,
            Bill.id.in_(unsettled),
            Bill.id.in_(differs),
        ),
    )
