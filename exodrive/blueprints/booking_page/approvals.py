"""What a customer is asked to approve once more, as their page shows it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from exodrive.bookings.money import asking_again
from exodrive.kernel.money import Money
from exodrive.payments import opening, operations, refusals
from exodrive.payments.models import OperationKind, Order, Payment
from exodrive.payments.refusals import Turn

TO_THE_PAYER = (OperationKind.CREATE_ORDER, OperationKind.PATCH_ORDER, OperationKind.AUTHORIZE)


class Approval(NamedTuple):
    """One request. `order` is PayPal's page to go to; `moving`: PayPal is being asked.

    `ended` says that the hold came to its end, and nothing was declined.
    """

    payment: Payment
    amount: Money
    until: datetime
    order: Order | None
    moving: bool
    ended: bool
    later: bool = False  # nothing was lost: it is to be paid at the counter, or here


def of(booking_id: UUID, *, at: datetime) -> list[Approval]:
    """What a booking's customer has not answered yet."""
    return [
        Approval(
            payment,
            asking_again.missing(payment),
            step.due_at,
            opening.usable_order(payment, at=at),
            any(row.kind in TO_THE_PAYER and row.state in operations.OPEN for row in payment.operations),
            refusals.turn(step.cause) is Turn.GONE,
            later=step.cause == asking_again.AT_COUNTER,
        )
        for payment, step in asking_again.open_of(booking_id)
    ]
