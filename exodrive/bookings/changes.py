"""The changes of a booking as rows: finding them, and the one place that moves them on.

The booking is locked before its change; a change's payment after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from exodrive.availability import occupancies
from exodrive.bookings import transitions
from exodrive.bookings.change_models import Change
from exodrive.bookings.change_states import NEXT, ChangeMove, ChangeState, Fault
from exodrive.bookings.models import Booking
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound
from exodrive.kernel.ids import new_id
from exodrive.payments import tree, wishes
from exodrive.payments.models import Payment
from exodrive.payments.states import Purpose


class ChangeNotFound(NotFound):
    code = "change_not_found"


class ChangeOpen(Conflict):
    """Another change of the booking waits for its payment: it is paid or withdrawn first."""

    code = "change_open"


class ChangeSettled(Conflict):
    """The change does not wait any more: it was applied, withdrawn or given up."""

    code = "change_settled"


def begin(
    booking_id: UUID,
    move: ChangeMove,
    *,
    wanted: dict[str, Any],
    impact: dict[str, Any],
    fault: Fault,
    by: Actor,
    reason: str | None,
    at: datetime,
) -> Change:
    """Write down what somebody said yes to. The booking must be locked by the caller."""
    last = session().scalar(select(func.max(Change.number)).where(Change.booking_id == booking_id))
    state = NEXT[None, move]
    change = Change(
        id=new_id(),
        booking_id=booking_id,
        number=(last or 0) + 1,
        state=state,
        fault=fault,
        by=by.name,
        reason=reason,
        wanted=wanted,
        impact=impact,
        created_at=at,
        settled_at=None if state is ChangeState.AWAITING_PAYMENT else at,
    )
    session().add(change)
    session().flush()
    return change


def settle(change: Change, move: ChangeMove, *, at: datetime) -> None:
    """Move a locked change on to its end, and give back what was kept for it. Raises ChangeSettled."""
    following = NEXT.get((ChangeState(change.state), move))
    if following is None:
        raise ChangeSettled
    occupancies.let_go(change.id)
    change.state = following
    change.expires_at = None
    change.settled_at = at
    session().flush()


def lock(change_id: UUID) -> Change:
    """The change, locked; its booking is locked before it. Raises ChangeNotFound."""
    found = session().scalar(
        select(Change)
        .where(Change.id == change_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise ChangeNotFound(str(change_id))
    return found


def one(change_id: UUID) -> Change:
    """A change, to be looked at. Raises ChangeNotFound."""
    found = session().get(Change, change_id)
    if found is None:
        raise ChangeNotFound(str(change_id))
    return found


def waiting(booking_id: UUID) -> Change | None:
    """The change of a booking that waits for its payment."""
    return session().scalar(
        select(Change).where(Change.booking_id == booking_id, Change.state == ChangeState.AWAITING_PAYMENT)
    )


def of_payment(payment_id: UUID) -> Change | None:
    """The change that a payment is for, locked."""
    return session().scalar(
        select(Change)
        .where(Change.payment_id == payment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def of_booking(booking_id: UUID) -> list[Change]:
    """Every change of a booking that somebody said yes to, in order."""
    return list(
        session().scalars(select(Change).where(Change.booking_id == booking_id).order_by(Change.number))
    )


def latest(booking_id: UUID) -> Change | None:
    return session().scalar(
        select(Change).where(Change.booking_id == booking_id).order_by(Change.number.desc()).limit(1)
    )


def since(booking_id: UUID, at: datetime | None) -> bool:
    """Whether a booking was changed after this moment."""
    last = latest(booking_id)
    return at is not None and last is not None and last.created_at >= at


def due(*, at: datetime, limit: int = 50) -> list[UUID]:
    """Changes that were not paid for in time: for the sweep."""
    return list(
        session().scalars(
            select(Change.id)
            .where(Change.state == ChangeState.AWAITING_PAYMENT, Change.expires_at <= at)
            .order_by(Change.expires_at)
            .limit(limit)
        )
    )


def papers(booking_id: UUID) -> int:
    """How many changes were made after the signature: each wants an addendum, whose number this is."""
    papered = Change.impact["paper"].astext == "addendum"
    made = select(func.count()).where(
        Change.booking_id == booking_id, Change.state == ChangeState.APPLIED, papered
    )
    return session().scalar(made) or 0


def paid_by(booking_id: UUID, *, known: Sequence[Payment] | None = None) -> list[Payment]:
    """The payments that the price of a booking rests on: the rental's, and those of what was changed.

    `known` are all of its payments, where somebody has read them already.
    """
    rows = tree.all_of(booking_id) if known is None else known
    if all(row.purpose != Purpose.CHANGE for row in rows):
        return rested_on(rows, frozenset())
    return rested_on(rows, applied_payments([booking_id]))


def rested_on(payments: Iterable[Payment], applied: Collection[UUID]) -> list[Payment]:
    """Those of a booking's payments that its price rests on; `applied` are of changes that were made."""
    return [row for row in payments if row.purpose == Purpose.RENTAL or row.id in applied]


def applied_payments(booking_ids: Collection[UUID]) -> frozenset[UUID]:
    """The payments of what was changed about these bookings."""
    found = session().scalars(
        select(Change.payment_id).where(
            Change.booking_id.in_(booking_ids),
            Change.state == ChangeState.APPLIED,
            Change.payment_id.is_not(None),
        )
    )
    return frozenset(row for row in found if row is not None)


def abandon(booking: Booking, *, at: datetime) -> None:
    """A locked booking has ended, or its car is back: a change that waits is off, and its money goes back."""
    found = waiting(booking.id)
    if found is None:
        return
    change = lock(found.id)
    settle(change, ChangeMove.WITHDRAW, at=at)
    if change.payment_id is not None:
        wishes.release(tree.lock(change.payment_id), at=at, reason="change_withdrawn")
    transitions.note(booking, "booking.change_withdrawn", by=SYSTEM, at=at, number=change.number)
