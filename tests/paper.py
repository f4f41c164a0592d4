"""PayPal and DocuSeal on paper: their answers as values, recorded as the workers record them.

For tests of the domain, which need what providers say and not how they say it. Each step is a transaction of
its own, as in the workers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from exodrive.bookings import addenda, cancelling, changes, payment_outcomes, signing, transitions
from exodrive.bookings.deposit import deposits
from exodrive.contracts import issuing
from exodrive.contracts.ports import SignedDocuments, SubmissionAnswer
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.money import Money
from exodrive.payments import operations, recording, tree
from exodrive.payments.calling import Answer
from exodrive.payments.models import OperationKind
from exodrive.payments.operations import OPEN, Request
from exodrive.payments.ports import AuthorizationAnswer, CaptureAnswer, OrderAnswer, RefundAnswer
from exodrive.payments.recording import Outcome
from exodrive.payments.states import Purpose
from tests import rental

PDF = SignedDocuments(agreement=b"%PDF-1.7 agreement", audit_log=b"%PDF-1.7 audit log")


def wanted(booking_id: UUID) -> list[tuple[UUID, str, str]]:
    """(id, purpose, kind) of every call to PayPal that is wanted and not settled."""
    with transaction():
        return [
            (operation.id, payment.purpose, operation.kind)
            for payment in tree.all_of(booking_id)
            for operation in payment.operations
            if operation.state in OPEN
        ]


def kinds(booking_id: UUID, purpose: Purpose = Purpose.RENTAL) -> list[str]:
    """Every call to PayPal of one payment, settled or not, in order."""
    with transaction():
        payment = tree.of_booking(booking_id).get(purpose)
        return [row.kind for row in payment.operations] if payment else []


def answer(
    booking_id: UUID, *kinds: OperationKind, change: Callable[[Answer], Answer] = lambda made: made
) -> list[str]:
    """PayPal answers what is wanted (of these kinds), until nothing more is; returns the kinds in order."""
    done: list[str] = []
    while todo := [row for row in wanted(booking_id) if not kinds or row[2] in kinds]:
        operation_id, _, kind = todo[0]
        with transaction():
            request = operations.claim(operation_id, at=clock.now())
            assert request is not None
        with transaction():
            transitions.lock(booking_id)
            follow(recording.answered(operation_id, change(good(request)), at=clock.now()))
        done.append(kind)
    return done


def refuse(booking_id: UUID, kind: OperationKind, code: str) -> None:
    """PayPal refuses what is wanted of this kind."""
    operation_id = next(row[0] for row in wanted(booking_id) if row[2] == kind)
    with transaction():
        operations.claim(operation_id, at=clock.now())
    with transaction():
        transitions.lock(booking_id)
        follow(recording.refused(operation_id, GatewayRejected(code, reference="d3b06"), at=clock.now()))


def approve(booking_id: UUID, purpose: Purpose = Purpose.RENTAL) -> None:
    """The payer approves, and PayPal's order is read."""
    with transaction():
        payment = tree.of_booking(booking_id)[purpose]
        order = payment.orders[-1]
        answer = OrderAnswer(order.paypal_id, "APPROVED", payment.money, created_at=order.created_at)
    read(booking_id, answer, purpose=purpose)


def approve_change(booking_id: UUID) -> None:
    """The payer approves what a change costs more; the change itself is applied by a worker."""
    with transaction():
        payment = tree.changes_of(booking_id)[-1]
        order = payment.orders[-1]
        shown = OrderAnswer(order.paypal_id, "APPROVED", payment.money, created_at=order.created_at)
    with transaction():
        transitions.lock(booking_id)
        follow(recording.read(payment.id, shown, at=clock.now()))


def read(booking_id: UUID, answer: OrderAnswer, *, purpose: Purpose = Purpose.RENTAL) -> None:
    """PayPal's order is read, as after a webhook or by a sweep."""
    with transaction():
        transitions.lock(booking_id)
        payment_id = tree.of_booking(booking_id)[purpose].id
        follow(recording.read(payment_id, answer, at=clock.now()))


def as_read(booking_id: UUID, purpose: Purpose = Purpose.RENTAL) -> OrderAnswer:
    """What reading the last order shows now."""
    with transaction():
        payment = tree.of_booking(booking_id)[purpose]
        order = payment.orders[-1]
        return OrderAnswer(
            order.paypal_id,
            order.status,
            payment.money,
            created_at=order.created_at,
            authorizations=tuple(
                AuthorizationAnswer(
                    row.paypal_id, row.status, Money(row.amount, row.currency), row.created_at
                )
                for row in order.authorizations
                if row.parent_id is None
            ),
        )


def follow(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        payment_outcomes.react(outcome, at=clock.now())


def good(request: Request) -> Answer:
    """What PayPal says when all goes well."""
    at, mark = clock.now(), request.operation_id.hex[-10:].upper()
    match request.kind:
        case OperationKind.CREATE_ORDER:
            url = f"https://paypal.example/checkoutnow?token=O{mark}"
            return OrderAnswer(
                f"O{mark}", "PAYER_ACTION_REQUIRED", request.amount, approve_url=url, created_at=at
            )
        case OperationKind.PATCH_ORDER:
            assert request.order_id is not None
            url = f"https://paypal.example/checkoutnow?token={request.order_id}"
            return OrderAnswer(
                request.order_id, "PAYER_ACTION_REQUIRED", request.amount, approve_url=url, created_at=at
            )
        case OperationKind.AUTHORIZE:
            assert request.order_id is not None
            held = AuthorizationAnswer(f"A{mark}", "CREATED", request.amount, at, at + timedelta(days=29))
            return OrderAnswer(
                request.order_id, "COMPLETED", request.amount, created_at=at, authorizations=(held,)
            )
        case OperationKind.REAUTHORIZE:
            return AuthorizationAnswer(f"R{mark}", "CREATED", request.amount, at)
        case OperationKind.CAPTURE:
            fee = Money(request.amount.amount * 3 // 100, request.amount.currency)
            return CaptureAnswer(
                f"C{mark}",
                request.authorization_id,
                "COMPLETED",
                request.amount,
                invoice_id=request.invoice_id,
                final=request.final,
                fee=fee,
                net=request.amount - fee,
                created_at=at,
            )
        case OperationKind.VOID:
            assert request.authorization_id is not None
            return AuthorizationAnswer(request.authorization_id, "VOIDED", request.amount)
        case OperationKind.REFUND:
            return RefundAnswer(
                f"F{mark}", request.capture_id, "COMPLETED", request.amount, request.invoice_id, at
            )


def issue(booking_id: UUID) -> UUID:
    """The agreement is drafted and sent; returns its id."""
    with transaction():
        contract_id = signing.issue(booking_id, values={"renter": "Maya"}, at=clock.now()).id
    with transaction():
        signing.record(contract_id, submission(contract_id), at=clock.now())
    return contract_id


def submission(contract_id: UUID, status: str = "sent") -> SubmissionAnswer:
    """What DocuSeal says of an agreement."""
    number = contract_id.int % 1_000_000_000
    return SubmissionAnswer(number, number + 1, f"contract-{contract_id}", status, "https://sign.example/s/x")


def sign(booking_id: UUID) -> None:
    """The agreement is issued, signed, and its documents come home."""
    with transaction():
        found = issuing.current(booking_id)
    sign_paper(found.id if found else issue(booking_id))


def issue_change(booking_id: UUID) -> UUID:
    """The addendum of the last change is drafted and sent; returns its id."""
    with transaction():
        number = changes.papers(booking_id)
        found = addenda.issue(booking_id, number=number, values={"renter": "Maya"}, at=clock.now())
        signing.record(found.id, submission(found.id), at=clock.now())
        return found.id


def sign_paper(contract_id: UUID) -> None:
    """An agreement or addendum is signed, and its documents come home."""
    with transaction():
        signing.record(contract_id, submission(contract_id, "completed"), at=clock.now())
    with transaction():
        signing.keep_signed(contract_id, PDF, signed_at=clock.now(), at=clock.now())


def sign_change(booking_id: UUID) -> None:
    """The addendum of the last change is issued and signed."""
    sign_paper(issue_change(booking_id))


def awaiting_payment(slug: str = "aurelia-gt", *, days_ahead: int = 10) -> UUID:
    booking_id = rental.hold(slug, days_ahead=days_ahead)
    rental.order(booking_id)
    answer(booking_id)
    return booking_id


def awaiting_signature(slug: str = "aurelia-gt", *, days_ahead: int = 10) -> UUID:
    booking_id = awaiting_payment(slug, days_ahead=days_ahead)
    approve(booking_id)
    answer(booking_id)
    return booking_id


def confirmed(slug: str = "aurelia-gt", *, days_ahead: int = 10) -> UUID:
    booking_id = awaiting_signature(slug, days_ahead=days_ahead)
    sign(booking_id)
    return booking_id


def hold_deposit(booking_id: UUID) -> None:
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    answer(booking_id)
    approve(booking_id, Purpose.DEPOSIT)
    answer(booking_id)


def on_rent(slug: str = "aurelia-gt", *, days_ahead: int = 10) -> UUID:
    booking_id = confirmed(slug, days_ahead=days_ahead)
    hold_deposit(booking_id)
    rental.hand_over(booking_id)
    return booking_id


def returned(slug: str = "aurelia-gt", *, odometer: int = 20_150, fuel_eighths: int = 8) -> UUID:
    booking_id = on_rent(slug)
    rental.take_back(booking_id, odometer=odometer, fuel_eighths=fuel_eighths)
    return booking_id


def unwind(booking_id: UUID) -> None:
    """What the worker does for a booking that ended before its time."""
    with transaction():
        cancelling.unwind(transitions.lock(booking_id), at=clock.now())


def deposit_is_held(booking_id: UUID) -> bool:
    with transaction():
        return deposits.is_held(transitions.lock(booking_id))


def smaller(made: Answer) -> Answer:
    """PayPal authorized a cent less than it was asked to."""
    if isinstance(made, OrderAnswer) and made.authorizations:
        (held,) = made.authorizations
        less = replace(held, amount=held.amount - Money(1, held.amount.currency))
        return replace(made, authorizations=(less,))
    return made
