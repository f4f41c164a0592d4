"""The plan of a booking's money as rows of the desk, and what can be done about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from exodrive.bookings.by_hand import plan_deeds
from exodrive.bookings.models import Booking
from exodrive.kernel.money import Money
from exodrive.payments.models import Payment, Step
from exodrive.payments.plan import StepState
from exodrive.rendering import plan_words


class PlanRow(NamedTuple):
    """One step. `look` is its state as tone, icon and word; `code` PayPal's own, where it refused."""

    step: Step
    purpose: str
    amount: Money | None
    what: str
    look: tuple[str, str, str]
    why: str
    code: str
    late: bool
    deeds: frozenset[str]


def rows(booking: Booking, payments: Iterable[Payment], *, at: datetime) -> list[PlanRow]:
    """All steps of a booking's payments by their dates."""
    found = [row for payment in payments for row in _of(booking, payment, at=at)]
    return sorted(found, key=lambda row: (row.step.due_at, row.step.id))


def row(booking: Booking, payment: Payment, step: Step, *, at: datetime) -> PlanRow:
    tone, icon, word = plan_words.STATES[step.state]
    return PlanRow(
        step=step,
        purpose=payment.purpose,
        amount=None if step.amount is None else Money(step.amount, payment.currency),
        what=plan_words.kind(step.kind),
        look=(tone, icon, word()),
        why=plan_words.cause(step.cause),
        code=step.cause if step.state == StepState.FAILED and step.cause.isupper() else "",
        late=step.at_risk_from is not None and step.at_risk_from <= at,
        deeds=plan_deeds.offered(booking, step),
    )


def _of(booking: Booking, payment: Payment, *, at: datetime) -> Iterator[PlanRow]:
    return (row(booking, payment, step, at=at) for step in payment.steps)
