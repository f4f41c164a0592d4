"""A change of a booking: what is wished, what it would do, and what has come of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.availability.rules import Period
from exodrive.blueprints.api.driver_shapes import AdditionalDriver
from exodrive.blueprints.api.shapes import Id, Line, Moment, Money, Shape, Slug
from exodrive.bookings import changes, queries
from exodrive.bookings.change.change_money import MoneyMove, MoneyStep
from exodrive.bookings.change.impact import DepositStep, Impact, Paper
from exodrive.bookings.change_models import Change
from exodrive.bookings.change_states import ChangeState, Fault
from exodrive.payments import opening, tree
from exodrive.payments.models import Payment

KEPT: dict[str, Any] = {
    "id": "01924f8e-7a3c-7d51-b2c4-5e1f0a9d8c7b",
    "number": 1,
    "state": "awaiting_payment",
    "fault": "customer",
    "total_before": {"amount": 301200, "currency": "USD"},
    "total": {"amount": 376500, "currency": "USD"},
    "created_at": "2026-12-01T15:00:00Z",
    "settled_at": None,
    "expires_at": "2026-12-01T16:00:00Z",
    "payment_id": "01924f8e-7a3c-7d51-b2c4-5e1f0a9d8c7c",
    "approve_url": "https://www.paypal.com/checkoutnow?token=5O190127TN364715T",
}
WISH: dict[str, Any] = {"return_at": "2026-12-14T15:00:00Z", "dry_run": True}


class ChangeWish(Shape):
    """What is to be different; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [WISH]})

    dry_run: bool = False
    """Only say what it would do."""
    agreed_total: Money | None = None
    """The total that a dry run has shown; needed to do it."""
    pickup_at: Moment | None = None
    return_at: Moment | None = None
    car: Slug | None = None
    pickup_place: Slug | None = None
    return_place: Slug | None = None
    delivery_address: Annotated[Line, Field(max_length=300)] | None = None
    extras: Annotated[Mapping[str, Annotated[int, Field(ge=0, le=1000)]], Field(max_length=50)] | None = None
    """All extras that are wanted from now on, by their codes."""
    drop_drivers: Annotated[tuple[Annotated[int, Field(ge=1, le=20)], ...], Field(max_length=20)] = ()
    """Who does not drive any more, by their `position` in the booking; the renter stays."""
    add_drivers: Annotated[tuple[AdditionalDriver, ...], Field(max_length=10)] = ()
    """Who joins."""


FREED: dict[str, Any] = {"starts_at": "2026-12-13T14:00:00Z", "ends_at": "2026-12-14T18:00:00Z"}


class FreedTime(Shape):
    """A stretch of time that others can have the car again, preparation included."""

    model_config = ConfigDict(json_schema_extra={"examples": [FREED]})

    starts_at: Moment
    ends_at: Moment

    @classmethod
    def of(cls, period: Period) -> FreedTime:
        return cls(starts_at=period.starts_at, ends_at=period.ends_at)


MOVED: dict[str, Any] = {"step": "approve", "amount": {"amount": 75300, "currency": "USD"}}


class MoneyMoved(Shape):
    """One thing that the change does to the customer's money."""

    model_config = ConfigDict(json_schema_extra={"examples": [MOVED]})

    step: MoneyMove
    """`approve_instead`: before the first approval, another amount is asked for in place of the old one."""
    amount: Money

    @classmethod
    def of(cls, step: MoneyStep) -> MoneyMoved:
        return cls(step=step.code, amount=Money.of(step.amount))


CHANGED: dict[str, Any] = {
    "id": None,
    "state": "shown",
    "total_before": {"amount": 301200, "currency": "USD"},
    "total": {"amount": 376500, "currency": "USD"},
    "tax": {"amount": 21500, "currency": "USD"},
    "to_approve": {"amount": 75300, "currency": "USD"},
    "money": [MOVED],
    "deposit": {"amount": 250000, "currency": "USD"},
    "deposit_step": "same",
    "free": True,
    "latest_return_at": None,
    "freed": [FREED],
    "to_sign": "addendum",
    "cancelling_stays_charged": False,
    "beyond_policy": [],
    "promo_code_lost": None,
}


class ChangeAnswer(Shape):
    """What a change would do, or what has come of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [CHANGED]})

    id: Id | None
    """None for a dry run: nothing is kept of it."""
    state: Literal["shown", "awaiting_payment", "applied"]
    total_before: Money
    total: Money
    tax: Money
    """Of the new total."""
    to_approve: Money
    """What the customer has to approve at PayPal before anything changes."""
    money: list[MoneyMoved]
    """What becomes of the customer's money, in this order."""
    deposit: Money
    deposit_step: DepositStep
    """`again`: what is held goes back and more is asked for; `kept`: what is held stays;
    `taken`: it is captured, since PayPal cannot hold it for so long, and given back after the return."""
    free: bool
    """Whether the car is free for it."""
    latest_return_at: Moment | None
    """Where it is not free: how late the car could come back at most, if that helps."""
    freed: list[FreedTime]
    """What the booking's car is taken for until now, and is not any more."""
    to_sign: Paper
    cancelling_stays_charged: bool
    """Cancelling had ceased to be free; a change does not make it free again."""
    beyond_policy: list[str]
    """Why customers may not do it by themselves, as codes."""
    promo_code_lost: str | None
    """Why the promo code does not count any more, as a code; None where it stays or there is none."""

    @classmethod
    def of(cls, impact: Impact, change: Change | None) -> ChangeAnswer:
        return cls(
            id=change.id if change else None,
            state="shown" if change is None else "applied" if change.settled_at else "awaiting_payment",
            total_before=Money.of(impact.before.total),
            total=Money.of(impact.after.total),
            tax=Money.of(impact.after.tax),
            to_approve=Money.of(impact.to_pay),
            money=[MoneyMoved.of(step) for step in impact.money],
            deposit=Money.of(impact.deposit),
            deposit_step=impact.deposit_step,
            free=impact.free,
            latest_return_at=impact.other_end,
            freed=[FreedTime.of(period) for period in impact.freed],
            to_sign=impact.paper,
            cancelling_stays_charged=impact.window_closed,
            beyond_policy=list(impact.beyond_policy),
            promo_code_lost=impact.code_lost.why if impact.code_lost else None,
        )


class KeptChange(Shape):
    """A change that somebody said yes to."""

    model_config = ConfigDict(json_schema_extra={"examples": [KEPT]})

    id: Id
    number: int
    state: ChangeState
    fault: Fault
    total_before: Money
    total: Money
    created_at: Moment
    settled_at: Moment | None
    expires_at: Moment | None
    """Until when it can be paid, while it waits for that."""
    payment_id: Id | None
    approve_url: str | None
    """Where to send the payer, as long as that leads anywhere. `/payments/create-order` opens a new way."""

    @classmethod
    def of(cls, change: Change, payment: Payment | None, *, currency: str, at: datetime) -> KeptChange:
        waits = change.state == ChangeState.AWAITING_PAYMENT and payment is not None
        order = opening.usable_order(payment, at=at) if waits and payment is not None else None
        before, after = (
            Money(amount=change.impact[name]["total"], currency=currency) for name in ("before", "after")
        )
        return cls(
            id=change.id,
            number=change.number,
            state=ChangeState(change.state),
            fault=Fault(change.fault),
            total_before=before,
            total=after,
            created_at=change.created_at,
            settled_at=change.settled_at,
            expires_at=change.expires_at,
            payment_id=change.payment_id,
            approve_url=order.approve_url if order else None,
        )


class Changes(Shape):
    """The changes of one booking."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"changes": [KEPT]}]})

    changes: list[KeptChange]

    @classmethod
    def of(cls, booking_id: UUID, *, at: datetime) -> Changes:
        currency = queries.by_id(booking_id).currency
        known: dict[UUID | None, Payment] = {row.id: row for row in tree.all_of(booking_id)}
        rows = changes.of_booking(booking_id)
        return cls(
            changes=[
                KeptChange.of(
                    row, known.get(row.payment_id) if row.payment_id else None, currency=currency, at=at
                )
                for row in rows
            ]
        )
