"""Each refusal of PayPal's invoicing: what staff read on the bill's page, and that the bill goes out."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from exodrive.billing.opening import BillLine
from exodrive.bookings.by_hand import bills
from exodrive.bookings.by_hand.bills import Taken
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from tests import paper, rental
from tests.conftest import Simulators
from tests.drain import drain, troubles
from tests.tasks import seen as seeing
from tests.tasks.refusal_table import REFUSED, Row
from tests.tasks.seen import Seen, refusing


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """pytest-flask keeps one request open for a whole test; people here come and go."""


def opened(amount: int = 40_000) -> UUID:
    booking_id = paper.returned()
    drain()
    with transaction():
        line = BillLine("charge_other", {"note": "A scratched rim"}, Money(amount, "USD"))
        return bills.open_by_hand(booking_id, lines=[line], note="", by=rental.AGENT, at=clock.now()).id


def page(seen: Seen, bill_id: UUID) -> str:
    bill = seeing.bill(bill_id)
    address = f"/desk/bookings/{seeing.reference(bill.booking_id)}/bills/{bill.number}"
    return seeing.words(seen.manager.get(address))


def deed(do: Callable[..., object], bill_id: UUID, **how: object) -> None:
    with transaction():
        do(bill_id, by=rental.AGENT, at=clock.now(), **how)


def refused(seen: Seen, url: str, bill_id: UUID, operation: str, row: Row) -> None:
    """PayPal refuses the call: staff read why and what helps, the customer nothing of it."""
    with refusing(url, operation, row.issue, answer=row.answer) as fault:
        drain()
        assert fault.struck() == 1, row.issue
    shown, booking_id = page(seen, bill_id), seeing.bill(bill_id).booking_id
    assert row.issue in shown  # among the calls to PayPal, for those who ask it
    assert row.meaning in shown, row.issue
    assert row.advice in shown, row.issue
    assert (seeing.bill(bill_id).trouble == row.issue) is bool(row.meaning), row.issue
    assert row.issue not in seen.customer(booking_id)
    assert "PayPal refused" not in seen.customer(booking_id)


@pytest.mark.usefixtures("house")
def test_every_refusal_of_making_and_mailing_a_bill(seen: Seen, simulators: Simulators) -> None:
    bill_id = opened()
    booking_id = seeing.bill(bill_id).booking_id
    for operation in ("invoices.create", "invoices.send"):
        for row in REFUSED[operation]:
            refused(seen, simulators.url, bill_id, operation, row)
            assert "Send again" in page(seen, bill_id), row.issue
            assert seeing.attention(booking_id) == "bill_trouble", row.issue
            assert "bill" not in seeing.letters(booking_id)
            deed(bills.send_again, bill_id)
    drain()
    assert (seeing.bill(bill_id).state, seeing.bill(bill_id).trouble) == ("sent", None)
    assert "PayPal refused" not in page(seen, bill_id)
    assert seeing.letters(booking_id).count("bill") == 1
    assert troubles() == []


@pytest.mark.usefixtures("house")
def test_every_refusal_of_what_is_done_to_a_bill_that_is_out(seen: Seen, simulators: Simulators) -> None:
    """What is overtaken is read and dropped; other refusals are for staff, and the deed can be done again."""
    bill_id = opened()
    drain()
    paid = {"amount": Money(1_00, "USD"), "method": Taken.CASH, "reference": "till 1"}
    deeds: tuple[tuple[str, Callable[..., object], dict[str, object]], ...] = (
        ("invoices.remind", bills.remind, {}),
        ("invoices.cancel", bills.cancel, {"reason": "wrong line"}),
        ("invoices.payments", bills.record_payment, paid),
    )
    for operation, do, how in deeds:
        for row in REFUSED[operation]:
            deed(do, bill_id, **how)
            refused(seen, simulators.url, bill_id, operation, row)
        deed(bills.send_again, bill_id)
        assert "PayPal refused" not in page(seen, bill_id)
    # Counted, whatever PayPal makes of the notes.
    assert seeing.bill(bill_id).paid == 1_00 * len(REFUSED["invoices.payments"])
    drain()
    assert troubles() == []
