"""One payment with its tree: what PayPal would have answered, step by step, and what the ledger has of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from exodrive.kernel.actors import PAYPAL
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.local.bulk import books
from exodrive.local.bulk.rows import Batch, Ids
from exodrive.local.bulk.trail import Trail
from exodrive.payments import plan, states, tree
from exodrive.payments.models import OperationKind, OperationState
from exodrive.payments.plan import Planned, StepState
from exodrive.payments.recording import Fact
from exodrive.payments.states import PaymentState, Purpose

CALL = timedelta(seconds=2)  # how long PayPal takes to answer


def fee(amount: int) -> int:
    """What PayPal keeps of a capture: 3.49 % and 49 cents, its list price in the United States."""
    return min(amount, (amount * 349 + 5_000) // 10_000 + 49)


class Purse:
    """A payment being made. Call the steps in the order of time, then `close`."""

    def __init__(
        self,
        batch: Batch,
        ids: Ids,
        trail: Trail,
        *,
        booking_id: UUID,
        purpose: Purpose,
        amount: Money,
        at: datetime,
    ) -> None:
        self._batch, self._ids, self._trail = batch, ids, trail
        self._booking_id, self._purpose, self._amount = booking_id, purpose, amount
        self.captured = self.refunded = Money.zero(amount.currency)
        self._order: dict[str, Any] = {}
        self._held: dict[str, Any] = {}  # the authorization that counts
        self._capture: dict[str, Any] = {}
        self._payment = batch.add(
            "payments",
            id=ids.at(at),
            booking_id=booking_id,
            purpose=purpose,
            number=1,
            amount=amount.amount,
            currency=amount.currency,
            state=PaymentState.OPENED,
            intended_final=True,
            created_at=at,
            updated_at=at,
        )

    @property
    def kept(self) -> Money:
        return self.captured - self.refunded

    @property
    def is_held(self) -> bool:
        """Whether PayPal holds money that was neither taken nor released."""
        return self._held.get("status") == "CREATED"

    @property
    def authorized_at(self) -> datetime:
        found: datetime = self._held["created_at"]
        return found

    def order(self, at: datetime) -> None:
        self._operation(OperationKind.CREATE_ORDER, at=at, amount=self._amount)
        self._order = self._batch.add(
            "payment_orders",
            id=self._ids.at(at + CALL),
            payment_id=self._payment["id"],
            paypal_id=self._ids.paypal(),
            status="CREATED",
            created_at=at + CALL,
        )
        self._tell(Fact.ORDERED, at=at + CALL)

    def authorize(self, at: datetime) -> None:
        """The payer approved a moment ago and came back."""
        self._order["returned_at"] = at
        self._order["status"] = "COMPLETED"
        self._tell(Fact.APPROVED, at=at)
        self._operation(OperationKind.AUTHORIZE, at=at, target_id=self._order["id"])
        self._held = self._authorization(at + CALL)
        self._tell(Fact.AUTHORIZED, at=at + CALL)

    def capture(self, amount: Money, *, at: datetime) -> None:
        """Take `amount`; the rest is released with it. An old authorization is renewed first."""
        held = self._held
        if plan.reauthorize_first(authorized_at=held["created_at"], expires_at=held["expires_at"], at=at):
            self._operation(OperationKind.REAUTHORIZE, at=at, target_id=held["id"], amount=self._amount)
            self._held = self._authorization(at + CALL, parent_id=held["id"])
            self._tell(Fact.REAUTHORIZED, at=at + CALL)
            at += 2 * CALL
        operation = self._operation(OperationKind.CAPTURE, at=at, target_id=self._held["id"], amount=amount)
        self._held["status"] = "CAPTURED"
        self.captured = amount
        kept_by_paypal = Money(fee(amount.amount), amount.currency)
        self._capture = self._batch.add(
            "payment_captures",
            id=self._ids.at(at + CALL),
            authorization_id=self._held["id"],
            paypal_id=self._ids.paypal(),
            status="COMPLETED",
            amount=amount.amount,
            fee=kept_by_paypal.amount,
            final=True,
            invoice_id=f"EXO-{operation['id'].hex}",
            created_at=at + CALL,
        )
        self._post(
            "capture",
            self._capture,
            {
                Account.CLEARING: amount - kept_by_paypal,
                Account.FEES: kept_by_paypal,
                tree.stands_on(self._purpose): -amount,
            },
        )
        self._tell(Fact.CAPTURED, at=at + CALL)

    def void(self, at: datetime) -> None:
        self._operation(OperationKind.VOID, at=at, target_id=self._held["id"])
        self._held["status"] = "VOIDED"
        self._tell(Fact.VOIDED, at=at + CALL)

    def refund(self, amount: Money, *, at: datetime) -> None:
        operation = self._operation(OperationKind.REFUND, at=at, target_id=self._capture["id"], amount=amount)
        self.refunded = amount
        self._capture["status"] = "REFUNDED" if amount == self.captured else "PARTIALLY_REFUNDED"
        refund = self._batch.add(
            "payment_refunds",
            id=self._ids.at(at + CALL),
            capture_id=self._capture["id"],
            paypal_id=self._ids.paypal(),
            status="COMPLETED",
            amount=amount.amount,
            invoice_id=f"EXO-{operation['id'].hex}",
            created_at=at + CALL,
        )
        self._post("refund", refund, {Account.CLEARING: -amount, tree.stands_on(self._purpose): amount})
        self._tell(Fact.REFUNDED, at=at + CALL)

    def abandon(self) -> None:
        """The payer never approved, and PayPal has forgotten the order."""
        self._order["status"] = states.EXPIRED_ORDER

    def close(self, *, planned: Sequence[Planned] = (), at: datetime | None = None) -> None:
        """Derive the payment's state, and plan what is still to be done with its money since `at`."""
        for step in planned:
            self._plan(step, at=at or step.due_at)
        words = (self._held["status"],) if self._held else ()
        self._payment["state"] = states.derive(
            self._amount.amount,
            states.Tree(
                orders=(self._order["status"],) if self._order else (),
                authorizations=words,
                last=words,
                captured=self.captured.amount,
                refunded=self.refunded.amount,
                capture_final=bool(self._capture),
            ),
        )

    def _plan(self, step: Planned, *, at: datetime) -> None:
        dies_at = self.authorized_at + plan.LIFE
        self._batch.add(
            "payment_steps",
            id=self._ids.at(at),
            payment_id=self._payment["id"],
            kind=step.kind,
            due_at=step.due_at,
            state=StepState.PLANNED,
            cause=step.cause,
            dies_at=dies_at,
            at_risk_from=plan.at_risk_from(step.kind, step.due_at, dies_at=dies_at, at=at),
            created_at=at,
        )

    def _authorization(self, at: datetime, *, parent_id: UUID | None = None) -> dict[str, Any]:
        return self._batch.add(
            "payment_authorizations",
            id=self._ids.at(at),
            order_id=self._order["id"],
            parent_id=parent_id,
            paypal_id=self._ids.paypal(),
            status="CREATED",
            amount=self._amount.amount,
            currency=self._amount.currency,
            created_at=at,
            expires_at=at + plan.LIFE,
        )

    def _operation(
        self, kind: OperationKind, *, at: datetime, target_id: UUID | None = None, amount: Money | None = None
    ) -> dict[str, Any]:
        return self._batch.add(
            "payment_operations",
            id=self._ids.at(at),
            payment_id=self._payment["id"],
            kind=kind,
            target_id=target_id,
            amount=amount.amount if amount else None,
            final=True,
            state=OperationState.DONE,
            created_at=at,
            called_at=at,
            settled_at=at + CALL,
        )

    def _post(self, kind: str, row: dict[str, Any], sides: dict[Account, Money]) -> None:
        source, at = f"{kind}:{row['paypal_id']}", row["created_at"]
        books.post(
            self._batch, self._ids, kind, source=source, booking_id=self._booking_id, sides=sides, at=at
        )

    def _tell(self, fact: Fact, *, at: datetime) -> None:
        self._payment["updated_at"] = at
        self._trail.note(
            f"payment.{fact}",
            by=PAYPAL,
            at=at,
            purpose=self._purpose,
            amount=self._amount.amount,
            currency=self._amount.currency,
            code=None,
        )
