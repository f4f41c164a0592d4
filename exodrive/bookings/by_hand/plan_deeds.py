"""The plan of a booking's money in the hands of staff: a step done now, moved, or left out, with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.by_hand import purse, reauthorizing
from exodrive.bookings.models import Booking
from exodrive.bookings.money import asking_again, due_steps
from exodrive.bookings.money.due_steps import Deed
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Conflict, Refused
from exodrive.payments import plan, steps, tree
from exodrive.payments.models import Payment, Step
from exodrive.payments.plan import Planned, StepKind, StepState
from exodrive.payments.steps import StepNotFound

# What PayPal or the plan has to do. A decision is a person's, and takes another deed.
DOABLE = frozenset(StepKind) - {StepKind.DECIDE}
MOVABLE = frozenset({StepKind.CAPTURE, StepKind.REAUTHORIZE, StepKind.RELEASE, StepKind.REFUND})


class StepSettled(Conflict):
    """The step is done, skipped or under way: there is nothing to do about it."""

    code = "step_settled"


class DateImpossible(Refused):
    """PayPal would not answer for the money then. `windows` are the times in which it would."""

    code = "step_date_impossible"

    def __init__(self, windows: list[tuple[datetime, datetime]]) -> None:
        super().__init__(str(windows))
        self.windows = windows


def do_now(
    booking_id: UUID, *, step_id: UUID, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Step:
    """Do a planned step now, or try a failed one again; a request to the customer is sent once more.

    Raises StepNotFound, StepSettled, HoldClosed, NothingHeld, HoldOver, MoneyUnderWay, AlreadySettling,
    RenewalTooSoon, RenewalImpossible, Stale.
    """
    booking, payment, step = _opened(booking_id, step_id, version=version)
    if step.kind == StepKind.APPROVE and step.state == StepState.WANTED:
        asking_again.remind(booking, payment, step, at=at)
    elif step.kind not in DOABLE or not _unfinished(step):
        raise StepSettled
    else:
        _check_doable(booking, payment, step, at=at)
        due_steps.do(Deed(booking, payment, step, at, reason=reason, again=True))
        step.reason = reason
    _note(booking, payment, step, "payment.step_done_by_hand", reason=reason, by=by, at=at)
    return step


def move(
    booking_id: UUID,
    *,
    step_id: UUID,
    due_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Step:
    """Plan a step for another moment. Past day 4 a capture takes its renewal with it.

    Raises StepNotFound, StepSettled, DateImpossible, MoneyUnderWay, AlreadySettling, Stale.
    """
    booking, payment, step = _opened(booking_id, step_id, version=version)
    if step.state != StepState.PLANNED or step.kind not in MOVABLE:
        raise StepSettled
    purse.check_quiet(booking, payment)
    windows = possible(payment, step, at=at)
    if not any(start <= due_at <= end for start, end in windows):
        raise DateImpossible(windows)
    moved = _replanned(payment, step, due_at, at=at)
    others = frozenset(StepKind) - {one.kind for one in moved} - {StepKind.REAUTHORIZE}
    steps.rewrite(payment, moved, cause="moved", at=at, keep=others)
    new = steps.open_step(payment, StepKind(step.kind)) or step
    new.reason = reason
    _note(booking, payment, new, "payment.step_moved", reason=reason, by=by, at=at)
    return new


def skip(
    booking_id: UUID, *, step_id: UUID, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Step:
    """Leave a step out. Where the money is held on without a capture, a person is told before it dies.

    Raises StepNotFound, StepSettled, Stale.
    """
    booking, payment, step = _opened(booking_id, step_id, version=version)
    waits = step.state == StepState.WANTED and step.kind in (StepKind.DECIDE, StepKind.APPROVE)
    if not waits and not _unfinished(step):
        raise StepSettled
    steps.settle(step, StepState.SKIPPED, cause="by_hand", at=at)
    step.reason = reason
    hold = steps.hold_of(payment)
    if step.kind == StepKind.CAPTURE and hold is not None and at < hold.dies_at:
        told_at = max(at, hold.dies_at - plan.WARNED_AHEAD)
        kept = frozenset(StepKind) - {StepKind.REAUTHORIZE, StepKind.CAPTURE, StepKind.DECIDE}
        decide = Planned(StepKind.DECIDE, told_at, "capture_skipped")
        steps.rewrite(payment, [decide], cause="by_hand", at=at, keep=kept)
    _note(booking, payment, step, "payment.step_skipped", reason=reason, by=by, at=at)
    return step


def possible(payment: Payment, step: Step, *, at: datetime) -> list[tuple[datetime, datetime]]:
    """From when to when a step could be planned."""
    hold = steps.hold_of(payment)
    if step.kind == StepKind.REFUND or hold is None:
        return [(at, at + plan.LIFE)]
    until = payment.capture_at if step.kind == StepKind.REAUTHORIZE else None
    return plan.windows(hold, StepKind(step.kind), at=at, until=until)


def offered(booking: Booking, step: Step) -> frozenset[str]:
    """What staff could do about a step: `now`, `move`, `skip`."""
    if booking.state not in purse.HOLDS:
        return frozenset()
    if step.state == StepState.WANTED:
        found = {StepKind.APPROVE: {"now", "skip"}, StepKind.DECIDE: {"skip"}}
        return frozenset(found.get(StepKind(step.kind), ()))
    if not _unfinished(step):
        return frozenset()
    deeds = {"skip"}
    if step.kind in DOABLE:
        deeds.add("now")
    if step.kind in MOVABLE and step.state == StepState.PLANNED:
        deeds.add("move")
    return frozenset(deeds)


def _replanned(payment: Payment, step: Step, due_at: datetime, *, at: datetime) -> list[Planned]:
    hold = steps.hold_of(payment)
    if step.kind == StepKind.CAPTURE and hold is not None:
        return list(plan.moved_capture(hold, due_at, at=at))
    moved = [Planned(StepKind(step.kind), due_at, "moved", step.amount)]
    if step.kind == StepKind.REAUTHORIZE and payment.capture_at is not None:
        capture = steps.open_step(payment, StepKind.CAPTURE)
        moved += [Planned(StepKind.CAPTURE, capture.due_at, capture.cause, capture.amount)] if capture else []
    return moved


def _check_doable(booking: Booking, payment: Payment, step: Step, *, at: datetime) -> None:
    if step.kind == StepKind.REAUTHORIZE:
        reauthorizing.check(booking, payment, at=at)
    elif step.kind in steps.OF_A_HOLD:
        purse.held(booking, payment, at=at)
    else:
        purse.check_quiet(booking, payment)


def _unfinished(step: Step) -> bool:
    """Planned, or failed and not answered yet."""
    return step.state == StepState.PLANNED or (
        step.state == StepState.FAILED and step.at_risk_from is not None
    )


def _opened(booking_id: UUID, step_id: UUID, *, version: int | None) -> tuple[Booking, Payment, Step]:
    """The booking, the payment and the step, locked. Raises BookingNotFound, StepNotFound or Stale."""
    booking = transitions.lock(booking_id, version=version)
    for payment in tree.lock_all(booking.id):
        if any(row.id == step_id for row in payment.steps):
            return booking, payment, steps.find(payment, step_id)
    raise StepNotFound(str(step_id))


def _note(
    booking: Booking, payment: Payment, step: Step, action: str, *, reason: str, by: Actor, at: datetime
) -> None:
    transitions.note(
        booking,
        action,
        by=by,
        at=at,
        reason=reason,
        purpose=payment.purpose,
        step=step.kind,
        due_at=step.due_at.isoformat(),
    )
