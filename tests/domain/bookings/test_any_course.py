"""Whatever customers, staff, providers and time do, in any order: what must hold, holds.

One booking at a time, a random course of deeds. A deed may be refused by a fact of ours, never by a fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from exodrive.availability.models import Occupancy
from exodrive.bookings import cancelling, handover, queries, signing, transitions
from exodrive.bookings.deposit import deposits
from exodrive.bookings.models import Booking
from exodrive.bookings.money import due_steps, retrying, settlement
from exodrive.bookings.reservation import expiry, holding, ordering
from exodrive.bookings.states import FINAL, OCCUPYING, State
from exodrive.contracts import issuing
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.errors import DomainError
from exodrive.ledger.models import Account, Entry
from exodrive.ledger.postings import balance
from exodrive.payments import queries as payments
from exodrive.payments import states, tree
from exodrive.payments.models import OperationKind, Payment
from exodrive.payments.ports import OrderAnswer
from exodrive.payments.states import PaymentState, Purpose
from tests import paper, rental
from tests.audited import assert_no_breach_yet
from tests.domain.bookings.conftest import NOON

# After its end, and until it is settled, a rental's car keeps what it took: the turnaround, and then history.
HAS_A_PLACE = OCCUPYING | {State.RETURNED, State.CLOSED}
GAVE_UP = FINAL - {State.CLOSED}
REFUSALS = {
    OperationKind.CREATE_ORDER: "PAYEE_ACCOUNT_RESTRICTED",
    OperationKind.PATCH_ORDER: "AMOUNT_CHANGE_NOT_ALLOWED",
    OperationKind.AUTHORIZE: "INSTRUMENT_DECLINED",
    OperationKind.CAPTURE: "AUTHORIZATION_EXPIRED",
    OperationKind.REAUTHORIZE: "REAUTHORIZATION_NOT_SUPPORTED",
    OperationKind.VOID: "CANNOT_BE_VOIDED",
    OperationKind.REFUND: "REFUND_FAILED_INSUFFICIENT_FUNDS",
}


@dataclass
class Course:
    """One booking, the time, and what was read at PayPal before."""

    booking_id: UUID
    now: datetime
    readings: list[tuple[Purpose, OrderAnswer]] = field(default_factory=list)

    def booking(self) -> Booking:
        session().expire_all()
        return queries.by_id(self.booking_id)

    def payment(self, purpose: Purpose) -> Payment | None:
        return tree.of_booking(self.booking_id).get(purpose)


def order(course: Course) -> None:
    rental.order(course.booking_id)


def give_up(course: Course) -> None:
    with transaction():
        holding.give_up(course.booking_id, at=course.now)


def pay_again(course: Course) -> None:
    with transaction():
        ordering.pay_again(course.booking_id, at=course.now)


def pay_deposit(course: Course) -> None:
    with transaction():
        deposits.pay(course.booking_id, at=course.now)


def approve(course: Course) -> None:
    for purpose in Purpose:
        payment = course.payment(purpose)
        if payment and payment.state == PaymentState.ORDERED:
            paper.approve(course.booking_id, purpose)


def paypal_answers(course: Course) -> None:
    if todo := paper.wanted(course.booking_id):
        paper.answer(course.booking_id, OperationKind(todo[0][2]))


def paypal_answers_all(course: Course) -> None:
    paper.answer(course.booking_id)


def paypal_refuses(course: Course) -> None:
    if todo := paper.wanted(course.booking_id):
        kind = OperationKind(todo[-1][2])
        paper.refuse(course.booking_id, kind, REFUSALS[kind])


def paypal_ends_a_hold(course: Course) -> None:
    payment = course.payment(Purpose.RENTAL)
    if payment and tree.live_authorization(payment):
        seen = paper.as_read(course.booking_id)
        gone = tuple(replace(row, status="VOIDED") for row in seen.authorizations)
        paper.read(course.booking_id, replace(seen, authorizations=gone))


def read_now_and_tell_later(course: Course) -> None:
    for purpose in Purpose:
        payment = course.payment(purpose)
        if payment and payment.orders:
            course.readings.append((purpose, paper.as_read(course.booking_id, purpose)))


def tell_an_old_reading(course: Course) -> None:
    for purpose, reading in course.readings:
        paper.read(course.booking_id, reading, purpose=purpose)


def send_agreement(course: Course) -> None:
    paper.issue(course.booking_id)


def sign(course: Course) -> None:
    paper.sign(course.booking_id)


def decline(course: Course) -> None:
    contract = issuing.current(course.booking_id)
    if contract is not None:
        with transaction():
            signing.record(contract.id, paper.submission(contract.id, "declined"), at=course.now)


def hand_over(course: Course) -> None:
    if course.booking().state == State.CONFIRMED:
        rental.hand_over(course.booking_id)


def waive_deposit(course: Course) -> None:
    with transaction():
        handover.waive_deposit(course.booking_id, reason="a guest", by=rental.AGENT, at=course.now)


def take_back(course: Course) -> None:
    if course.booking().state == State.ON_RENT:
        rental.take_back(course.booking_id)


def settle(course: Course) -> None:
    rental.settle(course.booking_id)


def settle_without_charges(course: Course) -> None:
    with transaction():
        settlement.settle(course.booking_id, charge_ids=set(), by=rental.AGENT, at=course.now, reason="kind")


def cancel(course: Course) -> None:
    fee = cancelling.terms(course.booking(), at=course.now).fee
    with transaction():
        cancelling.cancel(course.booking_id, agreed_fee=fee, at=course.now)


def miss(course: Course) -> None:
    with transaction():
        cancelling.miss(course.booking_id, by=rental.AGENT, at=course.now)


def retry(course: Course) -> None:
    with transaction():
        retrying.retry(course.booking_id, reason="again", by=rental.AGENT, at=course.now)


def an_hour(course: Course) -> None:
    course.now += timedelta(hours=1)


def some_days(course: Course) -> None:
    course.now += timedelta(days=4)


def sweep(course: Course) -> None:
    """All that runs by itself, once."""
    for deed in (
        lambda: expiry.expire_if_due(course.booking_id, at=course.now),
        lambda: deposits.ask(course.booking_id, at=course.now),
        lambda: settlement.advance(transitions.lock(course.booking_id), at=course.now),
    ):
        with transaction():
            deed()
    with transaction():
        due = payments.steps_due(at=course.now)
    for step in due:
        with transaction():
            due_steps.run(step, at=course.now)
    paper.unwind(course.booking_id)


Deed = Callable[[Course], None]
FORWARD: tuple[Deed, ...] = (
    order, paypal_answers_all, approve, paypal_answers_all, send_agreement, sign, sweep, pay_deposit,
    paypal_answers_all, approve, paypal_answers_all, hand_over, take_back, settle, paypal_answers_all,
)  # fmt: skip
ASIDE: tuple[Deed, ...] = (
    give_up, pay_again, pay_deposit, approve, paypal_answers, paypal_refuses, paypal_ends_a_hold,
    read_now_and_tell_later, tell_an_old_reading, decline, waive_deposit, settle_without_charges, cancel,
    miss, retry, an_hour, some_days, sweep, hand_over, take_back, settle, sign,
)  # fmt: skip


@st.composite
def courses(draw: st.DrawFn) -> list[Deed]:
    """The way that a rental goes, with other deeds strewn in: a purely random course seldom gets far."""
    course: list[Deed] = []
    for step in FORWARD:
        course += draw(st.lists(st.sampled_from(ASIDE), max_size=2))
        if draw(st.integers(0, 9)):
            course.append(step)
    return course


def check(course: Course) -> None:
    booking = course.booking()
    state = State(booking.state)
    places = select(func.count()).select_from(Occupancy).where(Occupancy.booking_id == booking.id)
    assert (session().scalar(places) == 1) is (state in HAS_A_PLACE)
    uneven = select(Entry.posting_id).group_by(Entry.posting_id).having(func.sum(Entry.amount) != 0)
    assert session().scalars(uneven).all() == []
    for payment in tree.of_booking(booking.id).values():
        check_payment(payment)
    if state == State.CLOSED:
        assert not balance(Account.PREPAID, currency="USD", booking_id=booking.id)
    if state in (State.HELD, State.EXPIRED):
        assert booking.deposit_asked_at is None
    if state in FINAL:
        assert booking.expires_at is None


def check_payment(payment: Payment) -> None:
    below = states.Tree(
        orders=tuple(order.status for order in payment.orders),
        authorizations=tuple(row.status for row in tree.standing(payment)),
        last=tuple(row.status for row in tree.standing(payment) if row.order_id == payment.orders[-1].id),
        captured=tree.captured(payment).amount,
        refunded=tree.refunded(payment).amount,
        capture_final=any(row.final for row in tree.captures(payment)),
        capture_pending=any(row.status == "PENDING" for row in tree.captures(payment)),
    )
    assert payment.state == states.derive(payment.amount, below)
    assert 0 <= below.refunded <= below.captured <= payment.amount
    assert len([row for row in tree.standing(payment) if row.status == "CREATED"]) <= 1
    opened = [row.kind for row in payment.operations if row.state in ("wanted", "called")]
    assert len(opened) == len(set(opened))


def check_nothing_is_kept(course: Course) -> None:
    """Once PayPal has answered all, what ended before its time holds no more than its fee."""
    booking = course.booking()
    if booking.state not in GAVE_UP:
        return
    for purpose, payment in tree.of_booking(booking.id).items():
        if any(row.state == "rejected" and row.kind in retrying.OURS for row in payment.operations):
            continue  # a person's turn
        kept = tree.captured(payment) - tree.refunded(payment)
        assert tree.live_authorization(payment) is None
        assert kept.amount in (0, booking.cancellation_fee if purpose == Purpose.RENTAL else 0)


def run(deeds: list[Deed]) -> Course:
    with clock.frozen(NOON):
        course = Course(rental.hold(), NOON)
    for deed in [*deeds, sweep, paypal_answers_all]:
        with clock.frozen(course.now):
            try:
                deed(course)
            except DomainError:
                session().rollback()
            check(course)
    check_nothing_is_kept(course)
    with clock.frozen(course.now):
        assert_no_breach_yet()
    return course


@given(deeds=courses())
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
def test_whatever_happens_what_must_hold_holds(house: Flask, deeds: list[Deed]) -> None:
    connection = db.engines[None]
    assert isinstance(connection, Connection)
    before = connection.begin_nested()
    try:
        run(deeds)
    finally:
        session().rollback()
        db.session.remove()
        before.rollback()


def test_the_straight_course_closes(house: Flask) -> None:
    course = run(list(FORWARD))
    assert course.booking().state == State.CLOSED
