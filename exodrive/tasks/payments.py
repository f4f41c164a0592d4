"""Payments: claim an operation, call PayPal, record what came of it and let the booking follow."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from flask import current_app

from exodrive.bookings import links, payment_outcomes, transitions
from exodrive.bookings import queries as bookings
from exodrive.bookings.deposit import deposits
from exodrive.bookings.reservation import ordering
from exodrive.house import queries as house
from exodrive.kernel import clock, deliveries, failpoints
from exodrive.kernel.db import transaction
from exodrive.kernel.deliveries import Work
from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.kernel.failpoints import Place
from exodrive.payments import calling, opening, operations, recording, refusals, tree
from exodrive.payments.models import OperationKind, Payment
from exodrive.payments.operations import Request
from exodrive.payments.ports import AuthorizationAnswer, OrderAnswer, OrderRequest, PaymentGateway
from exodrive.payments.recording import Outcome
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from exodrive.reconciliation import keeping
from exodrive.tasks.routes import PAYMENTS
from exodrive.tasks.work import actor


@actor("payments.perform", queue=PAYMENTS)
def perform(work: Work) -> None:
    """Make the call that an operation stands for."""
    operation_id = UUID(work.payload["operation_id"])
    with transaction():
        request = operations.claim(operation_id, at=clock.now())
        order = _order_request(request) if request and request.kind is OperationKind.CREATE_ORDER else None
        if request is None:
            deliveries.done(work)
            return
    failpoints.reach(Place.OPERATION_CLAIMED, request.kind)
    gateway = factory.payment_gateway()
    try:
        answer = calling.call(gateway, request, order=order)
    except GatewayUnavailable:
        _promise_link(request)
        raise
    except GatewayRejected as refusal:
        _refused(work, gateway, request, refusal)
        return
    failpoints.reach(Place.OPERATION_ANSWERED, request.kind)
    with transaction():
        transitions.take_turn(request.booking_id)
        _follow(recording.answered(operation_id, answer, at=clock.now()))
        keeping.after_call(request.payment_id, operation_id, at=clock.now())
        if work.outages and request.kind is OperationKind.CREATE_ORDER and request.purpose == Purpose.DEPOSIT:
            deposits.tell_link(request.booking_id, operation_id=operation_id)
        deliveries.done(work)
    failpoints.reach(Place.OPERATION_RECORDED, request.kind)


@actor("payments.check", queue=PAYMENTS)
def check(work: Work) -> None:
    """Read an order as PayPal has it now: the payer returned, a webhook came, or a sweep wonders."""
    with transaction():
        payment = tree.lock(UUID(work.payload["payment_id"]))
        booking_id = payment.booking_id
        known = _to_read(payment, work.payload.get("order_id"))
        came_back = payment.purpose == Purpose.RENTAL and any(order.returned_at for order in payment.orders)
        renewed = [row.paypal_id for row in tree.authorizations(payment) if row.parent_id is not None]
    gateway = factory.payment_gateway()
    try:
        read: list[tuple[UUID, OrderAnswer | None]] = [
            (order_id, _show(gateway, paypal_id)) for order_id, paypal_id in known
        ]
        # An order does not list reauthorizations, so they are read by themselves.
        renewals = [gateway.show_authorization(paypal_id) for paypal_id in renewed]
    except GatewayUnavailable:
        if came_back:
            _wait_with(booking_id, ordering.keep_for_payer)
        raise
    with transaction():
        transitions.take_turn(booking_id)
        for order_id, answer in read:
            if answer is None or opening.lapsed(answer, at=clock.now()):
                recording.expired(payment.id, order_id, at=clock.now())
            else:
                _follow(recording.read(payment.id, answer, at=clock.now()))
        for renewal in renewals:
            _follow(recording.read_authorization(payment.id, renewal, at=clock.now()))
        deliveries.done(work)


def _to_read(payment: Payment, wanted: str | None) -> list[tuple[UUID, str]]:
    """(our id, PayPal's) of the order asked for, else of the last and of all that can still be paid."""
    return [
        (order.id, order.paypal_id)
        for order in payment.orders
        if wanted in (None, str(order.id))
        and (wanted or order is payment.orders[-1] or order.status in opening.UNDECIDED)
    ]


def _show(gateway: PaymentGateway, paypal_id: str) -> OrderAnswer | None:
    """The order, or None where PayPal has forgotten it."""
    try:
        return gateway.show_order(paypal_id)
    except GatewayRejected as refusal:
        if refusal.code in refusals.LAPSED:
            return None
        raise


def _refused(work: Work, gateway: PaymentGateway, request: Request, refusal: GatewayRejected) -> None:
    """What was done already is read and compared; any other refusal is recorded as it is."""
    if request.kind is OperationKind.PATCH_ORDER and request.order_id is not None:
        shown = _show(gateway, request.order_id)
        with transaction():
            transitions.take_turn(request.booking_id)
            _follow(recording.not_patched(request.operation_id, refusal, shown, at=clock.now()))
            keeping.after_call(request.payment_id, request.operation_id, at=clock.now())
            deliveries.done(work)
        return
    answers: list[OrderAnswer | AuthorizationAnswer] = []
    if refusal.code in recording.ALREADY and request.order_id is not None:
        answers.append(gateway.show_order(request.order_id))
        if request.authorization_id is not None:
            answers.append(gateway.show_authorization(request.authorization_id))
    with transaction():
        transitions.take_turn(request.booking_id)
        if answers:
            _follow(recording.overtaken(request.operation_id, refusal, answers, at=clock.now()))
        else:
            _follow(recording.refused(request.operation_id, refusal, at=clock.now()))
        keeping.after_call(request.payment_id, request.operation_id, at=clock.now())
        deliveries.done(work)


def _follow(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        payment_outcomes.react(outcome, at=clock.now())


def _promise_link(request: Request) -> None:
    """PayPal cannot make the order now: the customer keeps the place and gets the link by mail."""
    if request.kind is not OperationKind.CREATE_ORDER or request.purpose != Purpose.RENTAL:
        return
    _wait_with(request.booking_id, ordering.payment_delayed)


class Wait(Protocol):
    """What keeps a booking's place through an outage of PayPal."""

    def __call__(self, booking_id: UUID, *, outage: timedelta, at: datetime) -> None: ...


def _wait_with(booking_id: UUID, keep: Wait) -> None:
    """Keep the place for as long as the policy of the booking says."""
    with transaction():
        booking = transitions.lock(booking_id)
        rules = house.rulebook_of(booking.policies).booking
        keep(booking_id, outage=timedelta(minutes=rules.outage_minutes), at=clock.now())


def _order_request(request: Request) -> OrderRequest:
    settings = current_app.config["SETTINGS"]
    booking = bookings.by_id(request.booking_id)
    secret = links.secret(settings.secret_key, booking.id, booking.link_version)
    page = f"{settings.public_url}/b/{secret}"
    what = {Purpose.DEPOSIT: "Deposit", Purpose.CHANGE: "Change of"}.get(Purpose(request.purpose), "Rental")
    return OrderRequest(
        request_id=request.request_id,
        reference=booking.reference,
        invoice_id=request.invoice_id,
        amount=request.amount,
        description=f"{what} {booking.reference}, {booking.car.name}"[:127],
        return_url=f"{page}/paypal/return",
        cancel_url=f"{page}/paypal/cancel",
        brand=house.house().name[:127],
    )
