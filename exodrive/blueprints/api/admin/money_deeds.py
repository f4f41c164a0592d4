"""A call to PayPal that somebody of the staff wanted: answered at once, made by a worker, and read again."""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict

from exodrive.blueprints.api import answers
from exodrive.blueprints.api.admin import booking_file
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.booking_shapes import BOOKING_ID
from exodrive.blueprints.api.operations import Says
from exodrive.blueprints.api.shapes import Id, Moment, Money, Shape
from exodrive.payments import models, operations, tree
from exodrive.payments.models import Operation, OperationKind, OperationState
from exodrive.payments.states import Purpose

DEED: dict[str, Any] = {
    "id": "019ab3f3-0b11-7c44-9b22-1c7f6e2f3d77",
    "booking_id": BOOKING_ID,
    "purpose": "rental",
    "kind": "capture",
    "state": "wanted",
    "amount": {"amount": 299378, "currency": "USD"},
    "final": True,
    "reason": "Paid at the counter",
    "refusal": None,
    "created_at": "2026-12-10T15:00:00Z",
    "settled_at": None,
}


class MoneyDeed(Shape):
    """One call to PayPal that somebody wanted."""

    model_config = ConfigDict(json_schema_extra={"examples": [DEED]})

    id: Id
    booking_id: Id
    purpose: Purpose
    kind: OperationKind
    """What was wanted; `reauthorize` where PayPal has to renew its hold before a capture."""
    state: OperationState
    amount: Money | None
    final: bool
    """Of a capture: whether the rest is let go of with it."""
    reason: str | None
    refusal: str | None
    """PayPal's word, where it refused."""
    created_at: Moment
    settled_at: Moment | None

    @classmethod
    def of(cls, operation: models.Operation, payment: models.Payment) -> Self:
        amount = operation.amount
        return cls(
            id=operation.id,
            booking_id=payment.booking_id,
            purpose=Purpose(payment.purpose),
            kind=OperationKind(operation.kind),
            state=OperationState(operation.state),
            amount=None if amount is None else Money(amount=amount, currency=payment.currency),
            final=operation.final,
            reason=operation.reason,
            refusal=operation.code,
            created_at=operation.created_at,
            settled_at=operation.settled_at,
        )


SAYS = {
    200: Says(MoneyDeed, "PayPal has answered: see `state`."),
    202: Says(MoneyDeed, "PayPal is being asked; look again at `Location`."),
}


def asked(booking_id: UUID, wanted: Operation) -> Answer:
    """202 with where to look, or, once PayPal has answered to all that followed, how it went."""
    operation_id, payment_id = wanted.id, wanted.payment_id
    where = {"Location": answers.address("admin_read_money_deed", operation_id=operation_id)}

    def later() -> Answer | None:
        payment = next(row for row in tree.all_of(booking_id) if row.id == payment_id)
        if operations.money_moves(payment):
            return None
        return Answer(look(operation_id), resource=booking_file.look(booking_id))

    return Answer(look(operation_id), 202, where, later)


def look(operation_id: UUID) -> MoneyDeed:
    """A call as it stands now. Raises OperationNotFound."""
    operation, payment = operations.one(operation_id)
    return MoneyDeed.of(operation, payment)
