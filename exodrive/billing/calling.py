"""Making the call that an operation on a bill stands for. No transaction, no lock, no session here.

PayPal keeps no idempotency key for invoices. An operation that was called before has an unknown outcome, so
the bill is read first, and the call is made again only where the reading shows nothing of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from exodrive.billing.models import OperationKind
from exodrive.billing.operations import Recorded, Request
from exodrive.billing.ports import BillAnswer, BillGateway, BillRequest
from exodrive.billing.recording import Reading
from exodrive.billing.states import CANCELLED_WORD, DRAFT_WORD


class AnswerLost(Exception):
    """A reminder was asked for before, and nothing that can be read says whether it was mailed."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the customer reads at PayPal, and the day on which money was taken, by the house's calendar."""

    bill: BillRequest
    subject: str
    note: str
    taken_on: date


def call(gateway: BillGateway, request: Request, *, words: Words) -> BillAnswer | None:
    """Do it, or find that it was done; None for what PayPal answers with nothing.

    Raises AnswerLost, GatewayUnavailable or GatewayRejected.
    """
    if request.called_before:
        if request.kind is OperationKind.REMIND:
            raise AnswerLost
        found = _find(gateway, request)
        if found is not None:
            return found
    match request.kind:
        case OperationKind.CREATE:
            return gateway.create(words.bill)
        case OperationKind.SEND:
            return gateway.send(_known(request), subject=words.subject, note=words.note)
        case OperationKind.REMIND:
            gateway.remind(_known(request), subject=words.subject, note=words.note)
            return None
        case OperationKind.CANCEL:
            return gateway.cancel(_known(request), subject=words.subject, note=words.note)
        case OperationKind.RECORD_PAYMENT:
            paid = _payment(request)
            return gateway.record_payment(
                _known(request),
                amount=paid.amount,
                method=paid.method,
                on=words.taken_on,
                note=paid.reference,
            )


def look(gateway: BillGateway, *, paypal_id: str | None, number: str) -> BillAnswer | None:
    """The bill as PayPal has it; None where it has none. Raises GatewayUnavailable or GatewayRejected."""
    return gateway.show(paypal_id) if paypal_id else gateway.find(number)


def with_fees(gateway: BillGateway, answer: BillAnswer, *, known: Collection[str]) -> Reading:
    """The answer with what PayPal kept of each payment whose fee is not among the `known` ones."""
    fees = {}
    for payment in answer.payments:
        if payment.external or payment.paypal_id in known:
            continue
        fee = gateway.fee_of(payment.paypal_id)
        if fee is not None:
            fees[payment.paypal_id] = fee.fee
    return Reading(answer, fees)


def _find(gateway: BillGateway, request: Request) -> BillAnswer | None:
    """What PayPal shows of an earlier call; None where it shows nothing of it."""
    shown = look(gateway, paypal_id=request.paypal_id, number=request.number)
    if shown is None:
        return None
    match request.kind:
        case OperationKind.CREATE:
            return shown
        case OperationKind.SEND:
            return shown if shown.status != DRAFT_WORD else None
        case OperationKind.CANCEL:
            return shown if shown.status == CANCELLED_WORD else None
        case OperationKind.RECORD_PAYMENT:
            return shown if _noted(shown, _payment(request)) else None
    return None


def _noted(shown: BillAnswer, paid: Recorded) -> bool:
    """Whether PayPal has a payment from elsewhere of this amount that we have not seen there before."""
    return any(
        each.external and each.amount == paid.amount and each.paypal_id not in paid.known
        for each in shown.payments
    )


def _known(request: Request) -> str:
    if request.paypal_id is None:
        raise ValueError("the bill is unknown at PayPal")
    return request.paypal_id


def _payment(request: Request) -> Recorded:
    if request.payment is None:
        raise ValueError("what is noted has a payment")
    return request.payment
