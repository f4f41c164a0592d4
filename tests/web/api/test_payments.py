"""Paying by program, as far as the web goes; with workers: `tests/tasks/test_booked_by_program.py`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextvars import copy_context
from functools import partial
from uuid import UUID

import pytest

from exodrive.blueprints.api.calls import waiting
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.payments.models import Operation, OperationState, Order, Payment
from exodrive.payments.states import PaymentState
from tests.web.api import customer
from tests.web.api.program import Program

ORDER_ID = "5O190127TN364715T"


class Paying:
    """A booking that waits for its payment, and what a worker would write."""

    def __init__(self, program: Program) -> None:
        made = customer.book(program)
        self.program = program.with_(made["key"])
        self.booking_id: str = made["booking"]["id"]
        self.payment_id: str = made["booking"]["payments"][0]["id"]
        self.wish = {"booking_id": self.booking_id, "purpose": "rental"}

    def ordered(self) -> None:
        """PayPal has made the order."""
        with transaction():
            payment = session().get(Payment, UUID(self.payment_id))
            assert payment is not None
            payment.state = PaymentState.ORDERED
            order = Order(
                payment_id=payment.id,
                paypal_id=ORDER_ID,
                status="CREATED",
                approve_url=f"https://paypal.example/{ORDER_ID}",
                created_at=clock.now(),
            )
            session().add(order)
            session().query(Operation).update({"state": OperationState.DONE})
        db.session.remove()

    def approved(self) -> None:
        with transaction():
            session().query(Payment).update({"state": PaymentState.APPROVED})
        db.session.remove()


@pytest.fixture
def paying(program: Program) -> Paying:
    return Paying(program)


def test_the_way_to_paypal_is_being_opened(paying: Paying) -> None:
    answer = paying.program.post("/payments/create-order", paying.wish)
    assert answer.status_code == 202
    assert (answer.json["step"], answer.json["approve_url"]) == ("preparing", None)
    looked = paying.program.get(answer.headers["Location"])
    assert looked.json == answer.json


def test_an_open_way_is_answered_as_it_is(paying: Paying) -> None:
    paying.ordered()
    answer = paying.program.post("/payments/create-order", paying.wish)
    assert answer.status_code == 200
    assert (answer.json["step"], answer.json["order_id"]) == ("ready", ORDER_ID)
    assert answer.json["approve_url"] == f"https://paypal.example/{ORDER_ID}"


def test_what_is_paid_is_not_paid_again(paying: Paying) -> None:
    paying.ordered()
    paying.approved()
    answer = paying.program.post("/payments/create-order", paying.wish)
    assert (answer.status_code, answer.json["code"]) == (409, "already_paid")


def test_a_deposit_waits_until_it_is_asked_for(paying: Paying) -> None:
    answer = paying.program.post("/payments/create-order", {**paying.wish, "purpose": "deposit"})
    assert (answer.status_code, answer.json["code"]) == (422, "deposit_not_open")


def test_a_cancelled_booking_is_not_paid(paying: Paying) -> None:
    nothing = {"agreed_fee": {"amount": 0, "currency": "USD"}}
    paying.program.post(f"/bookings/{paying.booking_id}/cancel", nothing)
    answer = paying.program.post("/payments/create-order", paying.wish)
    assert (answer.status_code, answer.json["code"]) == (409, "hold_ended")


def test_the_payer_came_back(paying: Paying) -> None:
    paying.ordered()
    answer = paying.program.post(
        "/payments/authorize", {"booking_id": paying.booking_id, "order_id": ORDER_ID}
    )
    assert (answer.status_code, answer.json["step"]) == (202, "checking")
    assert answer.headers["Location"] == f"/api/v1/payments/{paying.payment_id}"


def test_an_order_that_is_not_this_booking_s_is_none(paying: Paying) -> None:
    body = {"booking_id": paying.booking_id, "order_id": "ANOTHER1"}
    answer = paying.program.post("/payments/authorize", body)
    assert (answer.status_code, answer.json["code"]) == (404, "payment_not_found")


def test_waiting_ends_with_the_outcome(paying: Paying) -> None:
    worker = brings_the_order(paying)
    answer = paying.program.post("/payments/create-order", paying.wish, Prefer="wait=20", Idempotency_Key="1")
    worker.join()
    assert (answer.status_code, answer.json["step"]) == (200, "ready")
    assert answer.headers["Preference-Applied"] == "wait=20"
    again = paying.program.post("/payments/create-order", paying.wish, Prefer="wait=20", Idempotency_Key="1")
    assert (again.status_code, again.data) == (200, answer.data)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_payment_is_waited_for_by_reading_too(paying: Paying) -> None:
    worker = brings_the_order(paying)
    answer = paying.program.get(f"/payments/{paying.payment_id}", Prefer="respond-async, wait=20")
    worker.join()
    assert answer.json["step"] == "ready"
    assert answer.headers["Preference-Applied"] == "wait=20"


@pytest.mark.parametrize("prefer", ["wait=0", "wait=x", "wait=", "return=minimal", "wait=1"])
def test_waiting_has_an_end(paying: Paying, prefer: str) -> None:
    answer = paying.program.post("/payments/create-order", paying.wish, Prefer=prefer)
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer.headers


@pytest.fixture
def crowd() -> Iterator[None]:
    """So many wait already that nobody else may."""
    for _ in range(waiting.MOST_WAITERS):
        assert waiting._places.acquire(blocking=False)
    yield
    for _ in range(waiting.MOST_WAITERS):
        waiting._places.release()


def test_only_a_few_may_wait(paying: Paying, crowd: None) -> None:
    """The answer comes at once: nobody ever brings the outcome that it would wait twenty seconds for."""
    asked_at = time.monotonic()
    answer = paying.program.post("/payments/create-order", paying.wish, Prefer="wait=20")
    assert answer.status_code == 202
    assert time.monotonic() - asked_at < 20


def brings_the_order(paying: Paying) -> threading.Thread:
    """A worker, with the app and the test's clock, who writes it once somebody has begun to wait for it."""

    def run() -> None:
        deadline = time.monotonic() + 60
        while waiting._places._value == waiting.MOST_WAITERS and time.monotonic() < deadline:
            time.sleep(0.01)
        with paying.program.app.app_context():
            paying.ordered()

    worker = threading.Thread(target=partial(copy_context().run, run))
    worker.start()
    return worker
