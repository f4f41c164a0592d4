"""Each refusal of an order or of its authorization: what payer and staff read, and that paying goes on."""

from __future__ import annotations

from uuid import UUID

import pytest

from exodrive.bookings import queries
from exodrive.bookings.deposit import deposits
from exodrive.bookings.reservation import ordering
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.payments.states import Purpose
from tests import rental
from tests.conftest import Simulators
from tests.drain import drain, troubles
from tests.tasks import seen as seeing
from tests.tasks import steps
from tests.tasks.refusal_table import ANOTHER_ACCOUNT, CLOSED, ONCE_MORE, REFUSED, TO_THE_PAYER, PayerRow, Row
from tests.tasks.seen import Seen, refusing

WAIT_FOR_US = "We must look at this payment before it goes on. Nothing is charged meanwhile."


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """pytest-flask keeps one request open for a whole test; people here come and go."""


def pay_again(booking_id: UUID) -> None:
    with transaction():
        ordering.pay_again(booking_id, at=clock.now())
    drain()


def check_house(seen: Seen, booking_id: UUID, row: Row) -> None:
    """Staff read what it means and what helps, and have a button; the renter waits for the house."""
    page, desk = seen.customer(booking_id), seen.desk(booking_id)
    assert WAIT_FOR_US in page, row.issue
    assert row.issue not in page, row.issue
    assert row.meaning in desk, row.issue
    assert row.advice in desk, row.issue
    assert f"{row.issue}, debug id" in desk
    assert "Ask PayPal again" in desk, row.issue
    assert seeing.attention(booking_id) == "payment_refused", row.issue


def check_payer(seen: Seen, booking_id: UUID, row: PayerRow) -> None:
    """The payer reads what to do, on the page and in a letter; staff read why, and need do nothing."""
    page, desk = seen.customer(booking_id), seen.desk(booking_id)
    assert row.page in page, row.issue
    assert row.way in page, row.issue
    assert row.issue not in page, row.issue
    assert row.meaning in desk, row.issue
    assert row.issue in desk
    assert "Ask PayPal again" not in desk, row.issue  # it is the payer's turn, and no fault of the house
    assert seeing.attention(booking_id) is None
    letter = seeing.last_letter(booking_id, "payment_declined")
    assert "Nothing was charged" in letter
    assert (ONCE_MORE[:-1] in letter) is (row.page == ONCE_MORE), row.issue
    assert (CLOSED in letter) is (row.page == CLOSED), row.issue


def test_every_refusal_that_the_payer_can_put_right(seen: Seen, simulators: Simulators) -> None:
    booking_id = steps.ordered()
    rows = TO_THE_PAYER["orders.authorize"]
    for row in rows:
        rental.approve(booking_id)
        with refusing(simulators.url, "orders.authorize", row.issue, answer=row.answer) as fault:
            drain()
            assert fault.struck() == 1, row.issue
        check_payer(seen, booking_id, row)
        pay_again(booking_id)
        assert "Continue to PayPal" in seen.customer(booking_id), row.issue
    assert seeing.letters(booking_id).count("payment_declined") == len(rows)
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"
    assert "PayPal refused" not in seen.desk(booking_id).partition("What happened")[0]
    assert troubles() == []


def test_every_refusal_of_the_house_waits_for_staff_and_the_approval_is_used(
    seen: Seen, simulators: Simulators
) -> None:
    booking_id = steps.ordered()
    rental.approve(booking_id)
    rows = REFUSED["orders.authorize"]
    for row in rows:
        with refusing(simulators.url, "orders.authorize", row.issue, answer=row.answer) as fault:
            drain()
            assert fault.struck() == 1, row.issue
        check_house(seen, booking_id, row)
        assert "Try again" not in seen.customer(booking_id)
        assert "It is ours to put right" in seeing.last_letter(booking_id, "payment_stuck")
        seen.ask_again(booking_id)
        assert seeing.attention(booking_id) is None
    drain()
    assert rental.state(booking_id) == "awaiting_signature"
    assert seeing.letters(booking_id).count("payment_stuck") == len(rows)
    assert "payment_declined" not in seeing.letters(booking_id)


def test_an_order_that_is_refused_is_asked_for_once_more(seen: Seen, simulators: Simulators) -> None:
    """By the payer, whoever was refused: nothing was approved yet, and the place is kept."""
    booking_id = rental.hold()
    rental.order(booking_id)
    for row in (*REFUSED["orders.create"], *TO_THE_PAYER["orders.create"]):
        with refusing(simulators.url, "orders.create", row.issue, answer=row.answer) as fault:
            drain()
            assert fault.struck() == 1, row.issue
        if isinstance(row, PayerRow):
            check_payer(seen, booking_id, row)
        else:
            check_house(seen, booking_id, row)
            assert "Try again" in seen.customer(booking_id)
            seen.ask_again(booking_id)
            continue
        with transaction():
            ordering.pay_again(booking_id, at=clock.now())
    drain()
    assert "Continue to PayPal" in seen.customer(booking_id)
    assert "PayPal refused: make the order" not in seen.desk(booking_id)
    assert seeing.letters(booking_id).count("payment_declined") == len(TO_THE_PAYER["orders.create"])


def test_an_order_that_cannot_be_changed_is_replaced(seen: Seen, simulators: Simulators) -> None:
    """Whatever PayPal says: nobody has to look, and the payer is led to an order of the new price."""
    booking_id = steps.ordered()
    for count, row in enumerate(REFUSED["orders.patch"]):
        price = steps.change_seats(booking_id, 1 + count % 2)
        with refusing(simulators.url, "orders.patch", row.issue, answer=row.answer) as fault:
            drain()
            assert fault.struck() == 1, row.issue
        page, desk = seen.customer(booking_id), seen.desk(booking_id)
        assert "Continue to PayPal" in page, row.issue
        assert price.to_text() in page.replace(",", ""), row.issue
        assert row.issue not in page
        assert "PayPal refused:" not in desk, row.issue
        assert seeing.attention(booking_id) is None
        assert seeing.order_amount(booking_id) == price, row.issue
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"
    assert troubles() == []


def test_an_order_that_is_refused_can_be_asked_for_by_staff(seen: Seen, simulators: Simulators) -> None:
    """For the price as it is by then: nobody waits for the renter to try it again."""
    booking_id = rental.hold()
    rental.order(booking_id)
    with refusing(simulators.url, "orders.create", "PAYEE_ACCOUNT_RESTRICTED"):
        drain()
    assert "Ask PayPal again" in seen.desk(booking_id)
    seen.ask_again(booking_id)
    drain()
    assert seeing.attention(booking_id) is None
    assert "Continue to PayPal" in seen.customer(booking_id)
    assert "Ask PayPal again" not in seen.desk(booking_id)
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"


def test_a_deposit_is_refused_in_the_same_words(seen: Seen, simulators: Simulators) -> None:
    booking_id = steps.confirmed()
    rental.ask_for_deposit(booking_id)
    for issue, told, way in (
        ("INSTRUMENT_DECLINED", "PayPal declined the deposit. Nothing was charged. Try another", "declined"),
        ("PAYER_CANNOT_PAY", ANOTHER_ACCOUNT, "declined"),
        ("PAYER_ACTION_REQUIRED", ONCE_MORE, "approval once more"),
    ):
        rental.go_to_deposit(booking_id)
        drain()
        rental.approve(booking_id, Purpose.DEPOSIT)
        with refusing(simulators.url, "orders.authorize", issue):
            drain()
        assert told in seen.customer(booking_id), issue
        assert way in seeing.last_letter(booking_id, "deposit_declined"), issue
        assert "(deposit)" in seen.desk(booking_id)
    rental.go_to_deposit(booking_id)
    drain()
    rental.approve(booking_id, Purpose.DEPOSIT)
    with refusing(simulators.url, "orders.authorize", "PAYEE_ACCOUNT_RESTRICTED"):
        drain()
    assert "We must look at the deposit before it goes on." in seen.customer(booking_id)
    seen.ask_again(booking_id)
    drain()
    with transaction():
        assert deposits.is_held(queries.by_id(booking_id))
