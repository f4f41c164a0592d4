"""Money at risk: what of the plans is overdue, failed, or would come after PayPal's hold has died."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, select, tuple_
from sqlalchemy.orm import joinedload

from exodrive.bookings.models import Booking
from exodrive.kernel import counting, cursors
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.payments.models import Authorization, Capture, Order, Payment, Step
from exodrive.payments.plan import StepKind, StepState
from exodrive.payments.states import SETTLED_CAPTURES


@dataclass(frozen=True, slots=True)
class Risk:
    """One step that needs a person. `amount` is what it is about, `until` when the money is lost.

    `taken` is what PayPal has taken of the payment so far, in minor units: that is at no risk any more.
    """

    booking: Booking
    payment: Payment
    step: Step
    taken: int

    @property
    def amount(self) -> Money:
        if self.step.amount is not None:
            return Money(self.step.amount, self.payment.currency)
        return Money(max(self.payment.amount - self.taken, 0), self.payment.currency)

    @property
    def until(self) -> datetime | None:
        return self.step.dies_at

    @property
    def asks_customer(self) -> bool:
        """Whether it is the customer's turn."""
        return self.step.kind == StepKind.APPROVE and self.step.state == StepState.WANTED


@dataclass(frozen=True, slots=True)
class Listing:
    rows: list[Risk]
    following: str | None


def listing(*, at: datetime, cursor: str | None = None, limit: int = 25) -> Listing:
    """What has waited longest comes first. Raises CursorUnreadable."""
    query = (
        select(Step, Payment, Booking, _taken())
        .join(Payment, Payment.id == Step.payment_id)
        .join(Booking, Booking.id == Payment.booking_id)
        .where(*_at_risk(at))
        .options(joinedload(Booking.car))
        .order_by(Step.at_risk_from, Step.id)
        .limit(limit + 1)
    )
    if cursor:
        query = query.where(tuple_(Step.at_risk_from, Step.id) > cursors.read(cursor))
    rows = session().execute(query)
    found = [Risk(booking, payment, step, taken) for step, payment, booking, taken in rows]
    last = found[limit - 1].step if len(found) > limit else None
    following = (
        cursors.written(last.at_risk_from, last.id) if last is not None and last.at_risk_from else None
    )
    return Listing(found[:limit], following)


def count(*, at: datetime) -> int:
    """How many there are, counted as `kernel.counting` does."""
    return session().scalar(select(counting.up_to_most(select(Step.id).where(*_at_risk(at))))) or 0


def _at_risk(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Step.at_risk_from.is_not(None), Step.at_risk_from <= at)


def _taken() -> ScalarSelect[int]:
    """What was taken of the step's payment, whatever has gone back of it since."""
    return (
        select(func.coalesce(func.sum(Capture.amount), 0))
        .join(Authorization, Authorization.id == Capture.authorization_id)
        .join(Order, Order.id == Authorization.order_id)
        .where(Order.payment_id == Payment.id, Capture.status.in_(SETTLED_CAPTURES))
        .correlate(Payment)
        .scalar_subquery()
    )
