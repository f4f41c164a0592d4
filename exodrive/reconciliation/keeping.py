"""What is kept of what differs: the one place that sets a difference's state.

What reading mends by itself is kept too, as taken over, so that nothing changes unseen.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from exodrive.billing.models import Bill
from exodrive.kernel import audit
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound
from exodrive.kernel.ids import new_id
from exodrive.payments import tree
from exodrive.payments.models import Payment
from exodrive.reconciliation.differences import Differs
from exodrive.reconciliation.models import Difference
from exodrive.reconciliation.states import NEXT, Cause, DifferenceState, Move


class DifferenceNotFound(NotFound):
    code = "difference_not_found"


class DifferenceSolved(Conflict):
    """Somebody or a later reading has solved it."""

    code = "difference_solved"


def conclude(
    of: Payment | Bill,
    before: Collection[Differs],
    after: Collection[Differs],
    *,
    at: datetime,
    run_id: UUID | None = None,
) -> None:
    """Keep what differed: what is left of it open, and what the reading has mended as taken over."""
    left, there = {each.key for each in after}, {each.key for each in before}
    known = {(row.cause, row.subject): row for row in _open(of)}
    for key, row in known.items():
        row.asked_at = None
        if key not in left:
            apply(row, Move.TAKE_OVER if key in there else Move.AGREE, by=SYSTEM, at=at)
    for each in {one.key: one for one in (*before, *after)}.values():
        if each.key in known:
            _as_read(known[each.key], each)
        elif each.key not in left:
            apply(_kept(of, each, run_id=run_id, at=at), Move.TAKE_OVER, by=SYSTEM, at=at)
        elif not _explained(of, each):
            _kept(of, each, run_id=run_id, at=at)
    session().flush()


def lock(difference_id: UUID) -> Difference:
    """An open difference, locked. Raises DifferenceNotFound or DifferenceSolved."""
    row = session().get(Difference, difference_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise DifferenceNotFound(str(difference_id))
    if row.state != DifferenceState.OPEN:
        raise DifferenceSolved
    return row


def explain(difference_id: UUID, *, reason: str, by: Actor, at: datetime) -> Difference:
    """A person knows why it differs; the very same figures are not told again.

    Raises DifferenceNotFound or DifferenceSolved.
    """
    row = lock(difference_id)
    apply(row, Move.EXPLAIN, by=by, at=at, reason=reason)
    session().flush()
    return row


def after_call(owner_id: UUID, operation_id: UUID, *, at: datetime) -> None:
    """A call about a payment or bill has its outcome: see what was unknown about it, or held for nothing.

    Both are locked by the caller.
    """
    owner = or_(Difference.payment_id == owner_id, Difference.bill_id == owner_id)
    for row in _locked(owner, Difference.cause.in_((Cause.OUTCOME_UNKNOWN, Cause.HOLD_FORGOTTEN))):
        row.asked_at = None
        settled = row.cause == Cause.OUTCOME_UNKNOWN and row.subject == str(operation_id)
        if settled or (row.cause == Cause.HOLD_FORGOTTEN and _let_go(owner_id)):
            apply(row, Move.AGREE, by=SYSTEM, at=at)
    session().flush()


def _let_go(payment_id: UUID) -> bool:
    return tree.live_authorization(tree.lock(payment_id)) is None


def apply(row: Difference, move: Move, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Move a difference on; only an open one has moves. Raises DifferenceSolved."""
    after = NEXT.get((DifferenceState(row.state), move))
    if after is None:
        raise DifferenceSolved
    row.state = after
    # Who pressed its button has solved it, whatever has done the work.
    row.solved_by = row.asked_by if by == SYSTEM and row.asked_by else by.name
    row.solved_at, row.reason, row.asked_at = at, reason, None
    note(f"reconciliation.{after}", row, by=by, at=at, reason=reason)


def note(action: str, row: Difference, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Write into the booking's trail what happened to a difference."""
    audit.record(
        action, subject=("booking", row.booking_id), by=by, at=at, reason=reason, cause=row.cause,
        subject_id=row.subject, currency=row.currency, ours=row.ours, theirs=row.theirs,
    )  # fmt: skip


def _open(of: Payment | Bill) -> list[Difference]:
    owner = Difference.bill_id if isinstance(of, Bill) else Difference.payment_id
    return _locked(owner == of.id)


def _locked(*which: ColumnElement[bool]) -> list[Difference]:
    query = select(Difference).where(Difference.state == DifferenceState.OPEN, *which)
    return list(session().scalars(query.with_for_update().execution_options(populate_existing=True)))


def _as_read(row: Difference, each: Differs) -> None:
    """Both sides as they were read last."""
    if row.state == DifferenceState.OPEN:
        row.ours, row.theirs = each.ours, each.theirs
        row.our_word, row.their_word = each.our_word, each.their_word


def _explained(of: Payment | Bill, differs: Differs) -> bool:
    """Whether a person has explained the very same difference before: the same figures and words."""
    owner = Difference.bill_id if isinstance(of, Bill) else Difference.payment_id
    row = (
        session()
        .scalars(
            select(Difference)
            .where(
                owner == of.id,
                Difference.cause == differs.cause,
                Difference.subject == differs.subject,
                Difference.state == DifferenceState.EXPLAINED,
            )
            .order_by(Difference.solved_at.desc())
            .limit(1)
        )
        .first()
    )
    return row is not None and (row.ours, row.theirs, row.our_word, row.their_word) == (
        differs.ours, differs.theirs, differs.our_word, differs.their_word
    )  # fmt: skip


def _kept(of: Payment | Bill, differs: Differs, *, run_id: UUID | None, at: datetime) -> Difference:
    row = Difference(
        id=new_id(), run_id=run_id, booking_id=of.booking_id, currency=of.currency,
        payment_id=of.id if isinstance(of, Payment) else None,
        bill_id=of.id if isinstance(of, Bill) else None,
        cause=differs.cause, subject=differs.subject, ours=differs.ours, theirs=differs.theirs,
        our_word=differs.our_word, their_word=differs.their_word, state=DifferenceState.OPEN, found_at=at,
    )  # fmt: skip
    session().add(row)
    note("reconciliation.differs", row, by=SYSTEM, at=at)
    return row
