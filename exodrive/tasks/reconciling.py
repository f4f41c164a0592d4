"""Reconciliation at work: read PayPal's side of some payments and bills, and keep what differs."""

from __future__ import annotations

from uuid import UUID

from exodrive.billing import calling
from exodrive.kernel import clock, deliveries
from exodrive.kernel.db import transaction
from exodrive.kernel.deliveries import Work
from exodrive.kernel.errors import GatewayRejected
from exodrive.payments import refusals
from exodrive.payments.ports import AuthorizationAnswer, OrderAnswer, PaymentGateway
from exodrive.providers import factory
from exodrive.reconciliation import mending, runs, taking_over
from exodrive.reconciliation.reading import (
    BillReading,
    PaymentReading,
    Reading,
    Sought,
    SoughtBill,
    SoughtPayment,
)
from exodrive.tasks.bills import GONE as BILL_GONE
from exodrive.tasks.routes import PAYMENTS
from exodrive.tasks.work import actor

ATTEMPTS = 3  # at a subject that moves while it is read


@actor("payments.reconcile", queue=PAYMENTS)
def reconcile(work: Work) -> None:
    """Read one slice of a run. Where PayPal does not answer, the rest of it is read later."""
    run_id = UUID(work.payload["run_id"])
    with transaction():
        slice_ = runs.slice_of(run_id)
    for sought in slice_:
        reading = _read(sought)
        with transaction():
            if taking_over.conclude(reading, at=clock.now(), run_id=run_id):
                runs.read(run_id, sought.id)
    with transaction():
        runs.advance(run_id, at=clock.now())
        deliveries.done(work)


@actor("payments.mend", queue=PAYMENTS)
def mend(work: Work) -> None:
    """Read what a difference is about once more, and do what its button says."""
    difference_id = UUID(work.payload["difference_id"])
    for _ in range(ATTEMPTS):
        with transaction():
            found = mending.sought(difference_id)
        if found is None:
            break
        row, sought = found
        reading = _read(sought)
        with transaction():
            if taking_over.conclude(reading, at=clock.now(), wanted=row):
                break
    with transaction():
        deliveries.done(work)


def _read(sought: Sought) -> Reading:
    if isinstance(sought, SoughtBill):
        return _read_bill(sought)
    return _read_payment(factory.payment_gateway(), sought)


def _read_payment(gateway: PaymentGateway, sought: SoughtPayment) -> PaymentReading:
    orders = [_order(gateway, paypal_id) for paypal_id in sought.orders]
    renewals = [_renewal(gateway, paypal_id) for paypal_id in sought.renewals]
    return PaymentReading(
        sought,
        [order for order in orders if order is not None],
        [renewal for renewal in renewals if renewal is not None],
    )


def _order(gateway: PaymentGateway, paypal_id: str) -> OrderAnswer | None:
    try:
        return gateway.show_order(paypal_id)
    except GatewayRejected as refusal:
        if refusal.code in refusals.LAPSED:
            return None
        raise


def _renewal(gateway: PaymentGateway, paypal_id: str) -> AuthorizationAnswer | None:
    try:
        return gateway.show_authorization(paypal_id)
    except GatewayRejected as refusal:
        if refusal.code in refusals.LAPSED:
            return None
        raise


def _read_bill(sought: SoughtBill) -> BillReading:
    gateway = factory.bill_gateway()
    try:
        answer = calling.look(gateway, paypal_id=sought.paypal_id, number=sought.number)
    except GatewayRejected as refusal:
        if refusal.code not in BILL_GONE:
            raise
        answer = None
    shown = calling.with_fees(gateway, answer, known=sought.fees_known) if answer is not None else None
    return BillReading(sought, shown)
