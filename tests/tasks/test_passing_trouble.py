"""What passes by itself: PayPal asks to wait, falls over, loses an answer. The same call is made again."""

from __future__ import annotations

from uuid import UUID

import pytest

from exodrive.billing.opening import BillLine
from exodrive.bookings import cancelling
from exodrive.bookings.by_hand import bills, refunding
from exodrive.bookings.by_hand.bills import Taken
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.payments.plan import StepKind
from exodrive.payments.states import Purpose
from exodrive.tasks import sweeps
from tests import faults, paper, rental
from tests.conftest import Simulators
from tests.drain import come_due, drain, hurry, troubles
from tests.tasks import seen as seeing
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.passing_table import MISREAD, PASSING, PAUSED, Passing
from tests.tasks.seen import Seen
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")

ASKED = "Ask PayPal for the money"
BILLED = "Ask PayPal about a bill"
NOTHING = Money(0, "USD")


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """pytest-flask keeps one request open for a whole test; people here come and go."""


def struck(url: str, operation: str, row: Passing) -> None:
    """The call is tried, and does not get through."""
    with faults.arm(
        url, provider="paypal", operation=operation, kind=row.kind, times=row.times, **row.figures
    ) as fault:
        drain()
        assert fault.struck() == row.times, (operation, row)


def waits(
    seen: Seen,
    url: str,
    booking_id: UUID,
    operation: str,
    *,
    page: str = "",
    queue: str = ASKED,
    answered: bool = True,
) -> None:
    """Whatever the trouble, staff read what is tried again and why, and the customer `page`.

    What is not `answered` in a form that the client reads cannot be misread.
    """
    for row in (*PASSING, MISREAD) if answered else PASSING:
        struck(url, operation, row)
        queued, shown = seen.queue(), seen.customer(booking_id)
        assert row.queue in queued, (operation, row)
        assert queue in queued, operation
        assert page in shown, (operation, row)
        assert "declined" not in shown, (operation, row)
        hurry()
    assert "PayPal refused:" not in seen.desk(booking_id)
    assert seeing.attention(booking_id) is None


def done() -> None:
    """PayPal is well again."""
    drain()
    assert troubles() == []


def opened(booking_id: UUID) -> UUID:
    with transaction():
        line = BillLine("charge_other", {"note": "A scratched rim"}, Money(400_00, "USD"))
        return bills.open_by_hand(booking_id, lines=[line], note="", by=rental.AGENT, at=clock.now()).id


def test_an_order_and_its_authorization_wait_and_are_done_once(
    seen: Seen, simulators: Simulators, wire: Wire
) -> None:
    booking_id = rental.hold()
    rental.order(booking_id)
    waits(seen, simulators.url, booking_id, "orders.create", page="PayPal is slow just now.")
    done()
    steps.change_seats(booking_id, 1)
    waits(seen, simulators.url, booking_id, "orders.patch", answered=False)
    done()
    rental.approve(booking_id)
    waits(seen, simulators.url, booking_id, "orders.authorize", page="We are asking PayPal")
    done()
    assert rental.state(booking_id) == "awaiting_signature"
    # One key for each of the two, however often it was sent; what is found by reading is not sent again.
    assert len({call.key for call in wire.calls("POST", "/v2/checkout/orders") if call.key}) <= 2
    assert [status for status, _ in steps.at_paypal(wire, booking_id)["authorizations"]] == ["CREATED"]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "authorized"


def test_a_renewal_a_capture_and_a_refund_wait_and_are_done_once(
    seen: Seen, simulators: Simulators, wire: Wire, pass_time: PassTime
) -> None:
    booking_id = steps.confirmed(days_ahead=12)
    for kind, operation in (
        (StepKind.REAUTHORIZE, "authorizations.reauthorize"),
        (StepKind.CAPTURE, "authorizations.capture"),
    ):
        steps.due(booking_id, kind, pass_time)
        sweeps.run_payment_plans()
        waits(seen, simulators.url, booking_id, operation)
        done()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
    with transaction():
        refunding.refund(
            booking_id, purpose=Purpose.RENTAL, amount=Money(50_00, "USD"), reason="Washed badly",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    waits(seen, simulators.url, booking_id, "captures.refund")
    done()
    assert [value for _, value in steps.at_paypal(wire, booking_id)["refunds"]] == [50_00]
    assert len(steps.at_paypal(wire, booking_id)["captures"]) == 1


def test_a_release_waits_and_is_done_once(seen: Seen, simulators: Simulators, wire: Wire) -> None:
    booking_id = steps.confirmed(days_ahead=10)
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=NOTHING, at=clock.now())
    waits(seen, simulators.url, booking_id, "authorizations.void")
    done()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "voided"


def test_calls_about_a_bill_wait_and_are_done_once(seen: Seen, simulators: Simulators) -> None:
    booking_id = paper.returned()
    drain()
    bill_id = opened(booking_id)
    waits(seen, simulators.url, booking_id, "invoices.create", queue=BILLED)
    waits(seen, simulators.url, booking_id, "invoices.send", queue=BILLED, answered=False)
    done()
    with transaction():
        bills.record_payment(
            bill_id, amount=Money(1_00, "USD"), method=Taken.CASH, reference="till 1", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    waits(seen, simulators.url, booking_id, "invoices.payments", queue=BILLED, answered=False)
    done()
    bill = seeing.bill(bill_id)
    assert (bill.state, bill.paid, bill.trouble) == ("partly_paid", 1_00, None)
    assert [row.paypal_id is not None for row in bill.payments] == [True]


def test_a_bill_waits_to_be_withdrawn_and_a_reminder_is_tried_once(
    seen: Seen, simulators: Simulators
) -> None:
    """Nobody is reminded twice: one that may have been mailed is left, and our own letter goes out."""
    booking_id = paper.returned()
    drain()
    bill_id = opened(booking_id)
    drain()
    with transaction():
        bills.remind(bill_id, by=rental.AGENT, at=clock.now())
    struck(simulators.url, "invoices.remind", PASSING[0])
    assert PASSING[0].queue in seen.queue()
    hurry()
    done()
    assert seeing.letters(booking_id).count("bill_reminder") == 1
    with transaction():
        bills.cancel(bill_id, reason="wrong line", by=rental.AGENT, at=clock.now())
    waits(seen, simulators.url, booking_id, "invoices.cancel", queue=BILLED, answered=False)
    done()
    assert seeing.bill(bill_id).state == "cancelled"


def test_of_what_fails_too_often_nobody_asks_for_a_while(seen: Seen, simulators: Simulators) -> None:
    booking_id = rental.hold()
    rental.order(booking_id)
    with faults.arm(simulators.url, provider="paypal", operation="any", kind="error") as fault:
        for _ in range(6):
            drain()
            come_due()
        asked = fault.struck()
        drain()
        assert fault.struck() == asked
    assert PAUSED.queue in seen.queue()
    assert "PayPal is slow just now." in seen.customer(booking_id)
    hurry()
    drain()
    assert troubles() == []
    assert "Continue to PayPal" in seen.customer(booking_id)
