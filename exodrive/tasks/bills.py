"""Bills: claim an operation, call PayPal's invoicing, record what came of it and let the booking know."""

from __future__ import annotations

from uuid import UUID

from flask import current_app

from exodrive.billing import calling, operations, recording
from exodrive.billing.calling import AnswerLost, Words
from exodrive.billing.models import Bill, OperationKind
from exodrive.billing.operations import Request
from exodrive.billing.ports import BillGateway
from exodrive.bookings import queries as bookings
from exodrive.bookings.by_hand import bills as deeds
from exodrive.bookings.money import bill_links
from exodrive.kernel import clock, deliveries, failpoints
from exodrive.kernel.db import transaction
from exodrive.kernel.deliveries import Work
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.failpoints import Place
from exodrive.providers import factory
from exodrive.reconciliation import keeping
from exodrive.rendering import bill_words
from exodrive.tasks.routes import PAYMENTS
from exodrive.tasks.work import actor

GONE = frozenset({"RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"})


@actor("bills.perform", queue=PAYMENTS)
def perform(work: Work) -> None:
    """Make the call that an operation on a bill stands for."""
    operation_id = UUID(work.payload["operation_id"])
    with transaction():
        request = operations.claim(operation_id, at=clock.now())
        if request is None:
            deliveries.done(work)
            return
        bill = operations.lock(request.bill_id)
        words, known = _words(bill, request), _fees_known(bill)
    failpoints.reach(Place.BILL_CLAIMED, request.kind)
    gateway = factory.bill_gateway()
    try:
        answer = calling.call(gateway, request, words=words)
    except AnswerLost:
        with transaction():
            recording.unanswered(operation_id, at=clock.now())
            keeping.after_call(request.bill_id, operation_id, at=clock.now())
            deliveries.done(work)
        return
    except GatewayRejected as refusal:
        _refused(work, gateway, request, refusal, known=known)
        return
    failpoints.reach(Place.BILL_ANSWERED, request.kind)
    reading = calling.with_fees(gateway, answer, known=known) if answer is not None else None
    with transaction():
        deeds.lock_booking(request.booking_id)
        outcomes = recording.answered(operation_id, reading, at=clock.now())
        deeds.follow(request.booking_id, request.bill_id, outcomes, at=clock.now())
        keeping.after_call(request.bill_id, operation_id, at=clock.now())
        deliveries.done(work)
    failpoints.reach(Place.BILL_RECORDED, request.kind)


@actor("bills.check", queue=PAYMENTS)
def check(work: Work) -> None:
    """Read a bill as PayPal has it now: a webhook came, a sweep wonders, or a person asked."""
    bill_id = UUID(work.payload["bill_id"])
    with transaction():
        bill = operations.lock(bill_id)
        booking_id, paypal_id, number, known = bill.booking_id, bill.paypal_id, bill.number, _fees_known(bill)
    gateway = factory.bill_gateway()
    answer = calling.look(gateway, paypal_id=paypal_id, number=number)
    reading = calling.with_fees(gateway, answer, known=known) if answer is not None else None
    with transaction():
        if reading is not None:
            deeds.lock_booking(booking_id)
            outcomes = recording.read(bill_id, reading, at=clock.now())
            deeds.follow(booking_id, bill_id, outcomes, at=clock.now())
        deliveries.done(work)


def _refused(
    work: Work, gateway: BillGateway, request: Request, refusal: GatewayRejected, *, known: frozenset[str]
) -> None:
    """What has happened already is read and taken over; any other refusal is recorded as one."""
    reading = None
    if refusal.code in recording.ALREADY and request.paypal_id is not None:
        reading = calling.with_fees(gateway, gateway.show(request.paypal_id), known=known)
    with transaction():
        deeds.lock_booking(request.booking_id)
        if reading is not None:
            outcomes = recording.overtaken(request.operation_id, reading, refusal.code, at=clock.now())
        else:
            outcomes = recording.refused(request.operation_id, refusal, at=clock.now())
        deeds.follow(request.booking_id, request.bill_id, outcomes, at=clock.now())
        keeping.after_call(request.bill_id, request.operation_id, at=clock.now())
        deliveries.done(work)


def _words(bill: Bill, request: Request) -> Words:
    settings = current_app.config["SETTINGS"]
    booking = bookings.by_id(request.booking_id)
    value = bill_links.secret(settings.secret_key, bill, version=booking.link_version)
    return bill_words.words(
        booking,
        bill,
        OperationKind(request.kind),
        link=f"{settings.public_url}/bills/{value}",
        taken_at=request.payment.at if request.payment else None,
    )


def _fees_known(bill: Bill) -> frozenset[str]:
    return frozenset(row.paypal_id for row in bill.payments if row.paypal_id and row.fee is not None)
