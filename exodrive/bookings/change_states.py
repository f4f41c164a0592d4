"""The life of a change of a booking as a table. What is only looked at is not stored. Pure."""

from __future__ import annotations

from enum import StrEnum


class ChangeState(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"  # it costs more, and the customer has to approve that at PayPal
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REFUSED = "refused"  # it was paid for, and could not be applied any more: the money goes back


class ChangeMove(StrEnum):
    """What can happen to a change."""

    ASK = "ask"
    APPLY = "apply"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REFUSE = "refuse"


class Fault(StrEnum):
    """Whose wish a change is: what is the house's costs the customer nothing."""

    CUSTOMER = "customer"
    HOUSE = "house"


NEXT: dict[tuple[ChangeState | None, ChangeMove], ChangeState] = {
    (None, ChangeMove.APPLY): ChangeState.APPLIED,
    (None, ChangeMove.ASK): ChangeState.AWAITING_PAYMENT,
    (ChangeState.AWAITING_PAYMENT, ChangeMove.APPLY): ChangeState.APPLIED,
    (ChangeState.AWAITING_PAYMENT, ChangeMove.WITHDRAW): ChangeState.WITHDRAWN,
    (ChangeState.AWAITING_PAYMENT, ChangeMove.EXPIRE): ChangeState.EXPIRED,
    (ChangeState.AWAITING_PAYMENT, ChangeMove.REFUSE): ChangeState.REFUSED,
}
