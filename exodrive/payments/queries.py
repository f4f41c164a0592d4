"""Finding payments by PayPal's ids and by what is due."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, select, union_all, update

from exodrive.kernel.db import session
from exodrive.payments import opening
from exodrive.payments.models import Authorization, Capture, Order, Payment, Refund, Step
from exodrive.payments.plan import StepKind, StepState
from exodrive.payments.states import PaymentState


class Found(NamedTuple):
    booking_id: UUID
    payment_id: UUID
    order_id: UUID


def by_paypal_ids(ids: Collection[str]) -> Found | None:
    """The payment that has an order, authorization, capture or refund with one of these ids."""
    order_id = union_all(*_orders_with(ids)).limit(1).scalar_subquery()
    row = (
        session()
        .execute(
            select(Payment.booking_id, Payment.id, Order.id)
            .join(Order, Order.payment_id == Payment.id)
            .where(Order.id == order_id)
        )
        .first()
    )
    return None if row is None else Found(row[0], row[1], row[2])


def booking_of(payment_id: UUID) -> UUID | None:
    """Whose payment this is; None where there is none."""
    found: UUID | None = session().scalar(select(Payment.booking_id).where(Payment.id == payment_id))
    return found


def of_order(booking_id: UUID, paypal_order_id: str) -> UUID | None:
    """The payment of a booking that has this order at PayPal."""
    found: UUID | None = session().scalar(
        select(Payment.id)
        .join(Order, Order.payment_id == Payment.id)
        .where(Order.paypal_id == paypal_order_id, Payment.booking_id == booking_id)
    )
    return found


def _orders_with(ids: Collection[str]) -> Iterator[Select[UUID]]:
    """One query for each level of the tree: a single one with OR over all levels would read all of them."""
    orders = select(Order.id)
    yield orders.where(Order.paypal_id.in_(ids))
    orders = select(Authorization.order_id)
    yield orders.where(Authorization.paypal_id.in_(ids))
    orders = orders.join(Capture, Capture.authorization_id == Authorization.id)
    yield orders.where(Capture.paypal_id.in_(ids))
    yield orders.join(Refund, Refund.capture_id == Capture.id).where(Refund.paypal_id.in_(ids))


class DueStep(NamedTuple):
    booking_id: UUID
    payment_id: UUID
    step_id: UUID


def steps_due(*, at: datetime, limit: int = 50) -> list[DueStep]:
    """What the plans want done by now, in their order."""
    rows = session().execute(
        select(Payment.booking_id, Payment.id, Step.id)
        .join(Step, Step.payment_id == Payment.id)
        .where(Step.state == StepState.PLANNED, Step.due_at <= at)
        .order_by(Step.due_at, Step.id)
        .limit(limit)
    )
    return [DueStep(row[0], row[1], row[2]) for row in rows]


def take_unheard(*, before: datetime, at: datetime, limit: int = 50) -> list[tuple[UUID, UUID]]:
    """(booking, payment) that wait for their payer and were not heard of since; they count as heard of now.

    A payer may have approved and never come back, and PayPal's message may have been lost.
    """
    waiting = select(Payment.id).where(Payment.state.in_((PaymentState.ORDERED, PaymentState.APPROVED)))
    return _take(waiting, before=before, at=at, limit=limit)


def take_asked_again(*, before: datetime, at: datetime, limit: int = 50) -> list[tuple[UUID, UUID]]:
    """The same of payments whose payer is to approve once more, and has a new order for it.

    What the old hold still has keeps their state, so that it does not say that somebody is awaited.
    """
    waiting = (
        select(Payment.id)
        .join(Step, Step.payment_id == Payment.id)
        .where(
            Step.at_risk_from.is_not(None),  # every open step has it, and an index
            Step.kind == StepKind.APPROVE,
            Step.state == StepState.WANTED,
            exists().where(Order.payment_id == Payment.id, Order.status.in_(opening.UNDECIDED)),
        )
    )
    return _take(waiting, before=before, at=at, limit=limit)


def _take(waiting: Select[UUID], *, before: datetime, at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """(booking, payment) of those that were not heard of since `before`; they count as heard of now."""
    chosen = (
        waiting.where(Payment.updated_at < before)
        .order_by(Payment.updated_at)
        .limit(limit)
        .with_for_update(of=Payment, skip_locked=True)
    )
    rows = session().execute(
        update(Payment)
        .where(Payment.id.in_(chosen.scalar_subquery()))
        .values(updated_at=at)
        .returning(Payment.booking_id, Payment.id)
        .execution_options(synchronize_session=False)
    )
    return [(row[0], row[1]) for row in rows]
