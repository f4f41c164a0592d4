"""The stored plan of a payment: written when its money is sure, rewritten with its dates, and followed.

Whoever plans holds the payment's lock. A step that a person or the scheduler has set going is `wanted` until
PayPal has answered; nothing that is open is without a moment from which staff are shown it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.ids import new_id
from exodrive.payments import operations, plan, states, tree
from exodrive.payments.models import Capture, Operation, OperationKind, OperationState, Payment, Step
from exodrive.payments.plan import Hold, Planned, StepKind, StepState, Terms

OPEN = frozenset({StepState.PLANNED, StepState.WANTED})
# What ends a hold, one way or the other: with it these are over.
OF_A_HOLD = frozenset({StepKind.REAUTHORIZE, StepKind.CAPTURE, StepKind.DECIDE, StepKind.RELEASE})
LOST = "hold_lost"
# The step that a call to PayPal does.
STEPS_OF: dict[str, StepKind] = {
    OperationKind.CAPTURE: StepKind.CAPTURE,
    OperationKind.REAUTHORIZE: StepKind.REAUTHORIZE,
    OperationKind.VOID: StepKind.RELEASE,
}


class StepNotFound(NotFound):
    code = "step_not_found"


def hold_of(payment: Payment) -> Hold | None:
    """What PayPal holds of a payment, as its plan sees it; None where it holds nothing."""
    held = tree.live_authorization(payment)
    if held is None:
        return None
    original = tree.original(payment, held)
    return Hold(
        authorized_at=held.created_at,
        # A renewal dies with its original.
        expires_at=held.expires_at or original.expires_at or original.created_at + plan.LIFE,
        renewed=held.parent_id is not None,
        touched=bool(held.captures),
    )


def replan(payment: Payment, terms: Terms, *, cause: str, at: datetime) -> None:
    """Plan a payment anew because of `cause`: its booking's dates, its policy or its hold has changed.

    What is under way stays; what was planned otherwise is skipped with the cause. The payment must be locked
    by the caller. Nothing is planned where PayPal holds nothing, or holds it no longer.
    """
    hold = hold_of(payment)
    rewrite(payment, plan.steps(hold, terms, at=at) if hold else (), cause=cause, at=at)


def rewrite(
    payment: Payment,
    wanted: Iterable[Planned],
    *,
    cause: str,
    at: datetime,
    keep: Collection[StepKind] = (StepKind.APPROVE,),
) -> None:
    """Put `wanted` in the place of what is planned; steps of the kinds in `keep` are left alone.

    A failed step that was waiting for an answer has it now: its plan is another one.
    """
    left = list(wanted)
    for step in payment.steps:
        if step.kind in keep:
            continue
        if step.state == StepState.FAILED:
            step.at_risk_from = None
        elif step.state == StepState.PLANNED:
            same = next((one for one in left if _is(step, one)), None)
            if same is None:
                settle(step, StepState.SKIPPED, cause=cause, at=at)
            else:
                left.remove(same)
    session().flush()  # before the new ones: one open step of a kind
    under_way = {step.kind for step in payment.steps if step.state in OPEN}
    for one in left:
        if one.kind not in under_way:
            add(payment, one, at=at)
    session().flush()


def add(payment: Payment, planned: Planned, *, at: datetime, state: StepState = StepState.PLANNED) -> Step:
    """Write down one step. The payment must be locked by the caller."""
    hold = hold_of(payment)
    dies_at = hold.dies_at if hold and planned.kind in OF_A_HOLD else None
    step = Step(
        id=new_id(),
        payment_id=payment.id,
        kind=planned.kind,
        due_at=planned.due_at,
        amount=planned.amount,
        state=state,
        cause=planned.cause,
        dies_at=dies_at,
        at_risk_from=plan.at_risk_from(planned.kind, planned.due_at, dies_at=dies_at, at=at),
        created_at=at,
    )
    payment.steps.append(step)
    return step


def keep_guaranteed(payment: Payment, *, at: datetime) -> None:
    """A renewed hold is guaranteed for three days and never again: its capture comes no later."""
    step, hold = open_step(payment, StepKind.CAPTURE), hold_of(payment)
    if hold is None or step is None or step.state != StepState.PLANNED:
        return
    due_at = plan.while_guaranteed(hold, step.due_at, at=at)
    if due_at < step.due_at:
        kept = frozenset(StepKind) - {StepKind.CAPTURE}
        earlier = Planned(StepKind.CAPTURE, due_at, "honour_ends", step.amount)
        rewrite(payment, [earlier], cause="renewed", at=at, keep=kept)


def find(payment: Payment, step_id: UUID) -> Step:
    """One step of a locked payment. Raises StepNotFound."""
    for step in payment.steps:
        if step.id == step_id:
            return step
    raise StepNotFound(str(step_id))


def open_step(payment: Payment, kind: StepKind) -> Step | None:
    """The step of this kind that is planned or under way."""
    return next((row for row in payment.steps if row.kind == kind and row.state in OPEN), None)


def settle(step: Step, state: StepState, *, at: datetime, cause: str | None = None) -> None:
    """Close a step. A failed one is money at risk from now on."""
    step.state = state
    step.cause = cause or step.cause
    step.settled_at = at
    step.at_risk_from = at if state == StepState.FAILED else None


def engage(payment: Payment, kind: StepKind, operation: Operation, *, at: datetime) -> None:
    """Set going: the step that an operation is for, or one of its own where nobody had planned it."""
    step = open_step(payment, kind) or _failed(payment, kind)
    if step is None:
        step = add(payment, Planned(kind, at, "by_hand"), at=at)
    _set_going(step, operation, at=at)


def resume(payment: Payment, operation: Operation, *, at: datetime) -> None:
    """The refused call of a failed step is made again: the step is under way with it."""
    kind = STEPS_OF.get(operation.kind)
    step = _failed(payment, kind) if kind is not None and open_step(payment, kind) is None else None
    if step is not None:
        _set_going(step, operation, at=at)


def _set_going(step: Step, operation: Operation, *, at: datetime) -> None:
    step.state = StepState.WANTED
    step.operation_id = operation.id
    step.reason = operation.reason or step.reason
    step.settled_at = None
    step.at_risk_from = plan.at_risk_from(StepKind(step.kind), max(at, step.due_at), dies_at=None, at=at)
    session().flush()


def wait_for_person(step: Step, *, at: datetime) -> None:
    """It is a person's turn, who is shown it from now on."""
    step.state = StepState.WANTED
    step.at_risk_from = at


def end(payment: Payment, kinds: Collection[StepKind], *, cause: str, at: datetime) -> None:
    """Skip what is planned of these kinds: it is over, or done another way."""
    for step in payment.steps:
        if step.kind in kinds and step.state == StepState.PLANNED:
            settle(step, StepState.SKIPPED, cause=cause, at=at)
    session().flush()


def follow(payment: Payment, *, at: datetime) -> None:
    """Let the steps that are under way follow what PayPal has answered."""
    for step in payment.steps:
        if step.state == StepState.WANTED and step.operation_id is not None:
            _follow_operation(payment, step, at=at)
    if tree.live_authorization(payment) is None and not operations.money_moves(payment):
        _follow_lost_hold(payment, at=at)
    session().flush()


def _follow_operation(payment: Payment, step: Step, *, at: datetime) -> None:
    operation = next(row for row in payment.operations if row.id == step.operation_id)
    if operation.state in operations.OPEN:
        return
    if step.kind == StepKind.CAPTURE:
        _follow_capture(payment, step, operation, at=at)
    elif operation.state == OperationState.REJECTED:
        settle(step, StepState.FAILED, cause=operation.code, at=at)
    else:
        settle(step, StepState.DONE, at=at)


def _follow_capture(payment: Payment, step: Step, operation: Operation, *, at: datetime) -> None:
    """A capture that waited for a renewal goes on by itself; one that the bank thinks about waits for it."""
    if operation.kind == OperationKind.REAUTHORIZE:
        return
    taken = _taken_by(payment, operation)
    if operation.state == OperationState.REJECTED:
        settle(step, StepState.FAILED, cause=operation.code, at=at)
    elif taken is not None and taken.status in states.FAILED_CAPTURES:
        settle(step, StepState.FAILED, cause=f"CAPTURE_{taken.status}", at=at)
    elif taken is not None and taken.status in states.SETTLED_CAPTURES:
        settle(step, StepState.DONE, at=at)


def _taken_by(payment: Payment, operation: Operation) -> Capture | None:
    """The capture that an operation made, or else the last one of the same hold."""
    made = [row for row in tree.captures(payment) if row.authorization_id == operation.target_id]
    return next((row for row in made if row.invoice_id == operation.invoice_id), made[-1] if made else None)


def _follow_lost_hold(payment: Payment, *, at: datetime) -> None:
    """Nothing is held any more: what was to be done with it is over, or lost where nothing was taken."""
    pending = any(row.status == "PENDING" for row in tree.captures(payment))
    if pending or not any(True for _ in tree.authorizations(payment)):
        return
    taken = tree.captured(payment).amount > 0
    ours = operations.released_by_us(payment)
    for step in payment.steps:
        if step.kind not in OF_A_HOLD or step.state not in OPEN:
            continue
        if step.kind == StepKind.RELEASE and not taken:
            settle(step, StepState.DONE, at=at)
        elif taken or ours or step.kind != StepKind.CAPTURE:
            settle(step, StepState.SKIPPED, cause="taken" if taken else "released", at=at)
        else:
            settle(step, StepState.FAILED, cause=LOST, at=at)


def _failed(payment: Payment, kind: StepKind) -> Step | None:
    """A failed step that nothing has answered yet: a person tries it again."""
    return next(
        (
            row
            for row in reversed(payment.steps)
            if row.kind == kind and row.state == StepState.FAILED and row.at_risk_from is not None
        ),
        None,
    )


def _is(step: Step, planned: Planned) -> bool:
    return (step.kind, step.due_at, step.amount) == (planned.kind, planned.due_at, planned.amount)
