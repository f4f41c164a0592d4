"""Finding payments by PayPal's ids and by what is due."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, union_all, update

from exodrive.kernel.db import session
from exodrive.payments.models import Authorization, Capture, Order, Payment, Refund
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


def _orders_with(ids: Collection[str]) -> Iterator[Select[UUID]]:
    """One query for each level of the tree: a single one with OR over all levels would read all of them."""
    orders = select(Order.id)
    yield orders.where(Order.paypal_id.in_(ids))
    orders = select(Authorization.order_id)
    yield orders.where(Authorization.paypal_id.in_(ids))
    orders = orders.join(Capture, Capture.authorization_id == Authorization.id)
    yield orders.where(Capture.paypal_id.in_(ids))
    yield orders.join(Refund, Refund.capture_id == Capture.id).where(Refund.paypal_id.in_(ids))


def capture_due(*, at: datetime, limit: int = 50) -> list[tuple[UUID, UUID]]:
    """(booking, payment) of what the plan wants captured by now."""
    rows = session().execute(
        select(Payment.booking_id, Payment.id)
        .where(Payment.capture_at <= at)
        .order_by(Payment.capture_at)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def take_unheard(*, before: datetime, at: datetime, limit: int = 50) -> list[tuple[UUID, UUID]]:
    """(booking, payment) that wait for their payer and were not heard of since; they count as heard of now.

    A payer may have approved and never come back, and PayPal's message may have been lost.
    """
    waiting = (
        select(Payment.id)
        .where(Payment.state.in_((PaymentState.ORDERED, PaymentState.APPROVED)), Payment.updated_at < before)
        .order_by(Payment.updated_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session().execute(
        update(Payment)
        .where(Payment.id.in_(waiting.scalar_subquery()))
        .values(updated_at=at)
        .returning(Payment.booking_id, Payment.id)
        .execution_options(synchronize_session=False)
    )
    return [(row[0], row[1]) for row in rows]
