"""Bills through the real client and PayPal's simulator: one invoice, whatever the line does."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import requests

from exodrive.billing import queries
from exodrive.billing.models import Bill
from exodrive.billing.opening import BillLine
from exodrive.bookings.by_hand import bills, correcting
from exodrive.bookings.by_hand.bills import Taken
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.notifications import messages
from exodrive.providers import factory
from exodrive.tasks import sweeps
from tests import faults, paper, rental
from tests.conftest import Simulators
from tests.drain import drain, hurry, troubles
from tests.providers.faulty import Faulty
from tests.tasks.conftest import PassTime
from tests.tasks.reports import Post, arrived, stored
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")
MADE = "/v2/invoicing/invoices"


def opened(amount: int = 40_000) -> UUID:
    """A bill that nobody has worked on yet."""
    booking_id = paper.returned()
    drain()
    with transaction():
        line = BillLine("charge_other", {"note": "A scratched rim"}, Money(amount, "USD"))
        return bills.open_by_hand(booking_id, lines=[line], note="", by=rental.AGENT, at=clock.now()).id


def sent(amount: int = 40_000) -> UUID:
    bill_id = opened(amount)
    drain()
    return bill_id


def settle_down() -> None:
    for _ in range(3):
        hurry()
        drain()
    assert troubles() == []


def fresh(bill_id: UUID) -> Bill:
    session().expire_all()
    with transaction():
        return queries.one(bill_id)


def state(bill_id: UUID) -> tuple[str, int]:
    bill = fresh(bill_id)
    return bill.state, bill.paid


def operations(bill_id: UUID) -> list[tuple[str, str]]:
    return [(row.kind, row.state) for row in fresh(bill_id).operations]


def made(wire: Wire) -> int:
    """How many invoices PayPal was asked to make and made."""
    return sum(
        one.path.split("?")[0].endswith(MADE) and one.status == 201 for one in wire.calls("POST", MADE)
    )


def letters(bill_id: UUID) -> list[str]:
    booking_id = fresh(bill_id).booking_id
    with transaction():
        found = messages.of_booking(booking_id)
    return sorted(row.template for row in found if row.template.startswith("bill"))


def pay(bill_id: UUID, amount: str = "", *, funding: str = "good") -> None:
    """The customer pays on PayPal's page."""
    url = fresh(bill_id).view_url
    assert url is not None
    answer = requests.post(
        url, data={"amount": amount, "funding": funding}, allow_redirects=False, timeout=60
    )
    assert answer.status_code == 303, answer.text[:300]


def check(bill_id: UUID) -> None:
    """An hour passes without a word from PayPal, and the sweep reads."""
    with transaction():
        session().get_one(Bill, bill_id).checked_at = clock.now() - timedelta(hours=2)
    sweeps.read_open_bills()
    drain()


def balance(bill_id: UUID, account: Account) -> int:
    booking_id = fresh(bill_id).booking_id
    with transaction():
        return postings.balance(account, currency="USD", booking_id=booking_id).amount


def test_made_sent_and_paid_with_the_fee_in_the_books(wire: Wire) -> None:
    bill_id = sent()
    bill = fresh(bill_id)
    assert (bill.state, bill.paypal_status) == ("sent", "SENT")
    shown = factory.bill_gateway().show(bill.paypal_id or "")
    assert (shown.number, shown.amount, shown.reference) == (bill.number, bill.money, shown.reference)
    before = balance(bill_id, Account.FEES)
    pay(bill_id)
    check(bill_id)
    assert state(bill_id) == ("paid", 40_000)
    assert balance(bill_id, Account.RECEIVABLE) == 0
    assert balance(bill_id, Account.FEES) - before > 0
    assert letters(bill_id) == ["bill", "bill_payment"]
    assert troubles() == []


def of_a_closed_rental(amount: int = 40_000) -> UUID:
    """A bill that is with the customer; what is credited of the rental's invoice is taken off it."""
    booking_id = paper.returned()
    rental.settle(booking_id)
    paper.answer(booking_id)
    drain()
    with transaction():
        line = BillLine("charge_other", {"note": "A scratched rim"}, Money(amount, "USD"))
        bill_id = bills.open_by_hand(booking_id, lines=[line], note="", by=rental.AGENT, at=clock.now()).id
    drain()
    return bill_id


def credit(bill_id: UUID, amount: int) -> None:
    bill = fresh(bill_id)
    with transaction():
        correcting.credit(
            bill.booking_id, amount=Money(amount, "USD"), reason="too much", first=bill.id, by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    drain()


def test_what_is_credited_is_noted_at_paypal_and_its_page_asks_for_the_rest(wire: Wire) -> None:
    bill_id = of_a_closed_rental()
    credit(bill_id, 15_000)
    shown = factory.bill_gateway().show(fresh(bill_id).paypal_id or "")
    assert (shown.due, [one.external for one in shown.payments]) == (Money(25_000, "USD"), [True])
    pay(bill_id)
    check(bill_id)
    assert state(bill_id) == ("paid", 25_000)
    assert balance(bill_id, Account.RECEIVABLE) == 0
    assert troubles() == []


def test_what_is_credited_whole_is_withdrawn_at_paypal(wire: Wire) -> None:
    bill_id = of_a_closed_rental()
    credit(bill_id, 40_000)
    assert fresh(bill_id).state == "cancelled"
    assert factory.bill_gateway().show(fresh(bill_id).paypal_id or "").status == "CANCELLED"
    assert letters(bill_id) == ["bill", "bill_cancelled"]
    assert balance(bill_id, Account.RECEIVABLE) == 0
    assert troubles() == []


def test_the_note_at_paypal_leads_to_what_shows_it(wire: Wire) -> None:
    page = requests.get(fresh(sent()).view_url or "", timeout=60).text
    assert "A scratched rim" in page
    assert "/bills/" in page


@pytest.mark.parametrize("fragment", [MADE, "/send"])
def test_an_answer_that_is_lost_makes_and_mails_it_once(wire: Wire, fragment: str) -> None:
    bill_id = opened()
    wire.lose("POST", fragment, times=2)
    settle_down()
    assert made(wire) == 1
    assert state(bill_id) == ("sent", 0)
    assert operations(bill_id) == [("create", "done"), ("send", "done")]
    assert letters(bill_id) == ["bill"]


def test_cut_after_success_on_making_it_leaves_one_invoice(wire: Wire, simulators: Simulators) -> None:
    bill_id = opened()
    with faults.arm(
        simulators.url, provider="paypal", operation="invoices.create", kind="cut_after", times=1
    ):
        drain()
        settle_down()
    assert made(wire) <= 1
    number = fresh(bill_id).number
    page = requests.get(f"{simulators.url}/paypal/invoices", timeout=60).text
    assert page.count(f">{number}<") == 1
    assert state(bill_id) == ("sent", 0)


def test_a_lost_answer_to_a_payment_at_the_desk_notes_it_once(wire: Wire) -> None:
    bill_id = sent()
    with transaction():
        bills.record_payment(
            bill_id, amount=Money(10_000, "USD"), method=Taken.CASH, reference="", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    wire.lose("POST", "/payments")
    settle_down()
    check(bill_id)
    bill = fresh(bill_id)
    assert (bill.state, bill.paid, bill.paypal_status) == ("partly_paid", 10_000, "PARTIALLY_PAID")
    assert len(bill.payments) == 1


def test_a_lost_answer_to_a_withdrawal(wire: Wire) -> None:
    bill_id = sent()
    with transaction():
        bills.cancel(bill_id, reason="wrong line", by=rental.AGENT, at=clock.now())
    wire.lose("POST", "/cancel")
    settle_down()
    assert state(bill_id) == ("cancelled", 0)
    assert operations(bill_id)[-1] == ("cancel", "done")
    assert letters(bill_id) == ["bill", "bill_cancelled"]


def test_a_reminder_whose_answer_was_lost_is_not_mailed_again(wire: Wire) -> None:
    bill_id = sent()
    wire.lose("POST", "/remind")
    with transaction():
        bills.remind(bill_id, by=rental.AGENT, at=clock.now())
    settle_down()
    assert len(wire.calls("POST", "/remind")) == 1
    assert operations(bill_id)[-1] == ("remind", "dropped")
    assert letters(bill_id) == ["bill", "bill_reminder"]


def test_while_paypal_is_away_it_waits_and_then_goes_out(wire: Wire) -> None:
    bill_id = opened()
    wire.away.add("paypal")
    drain()
    assert state(bill_id) == ("draft", 0)
    assert letters(bill_id) == []
    wire.away.clear()
    settle_down()
    assert state(bill_id) == ("sent", 0)


def test_cash_for_a_bill_that_paypal_has_been_paid_meanwhile_calls_for_a_person(wire: Wire) -> None:
    bill_id = sent()
    pay(bill_id)
    with transaction():
        bills.record_payment(
            bill_id, amount=Money(40_000, "USD"), method=Taken.TERMINAL, reference="slip 12", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    drain()
    bill = fresh(bill_id)
    assert (bill.state, bill.paid, bill.trouble) == ("paid", 80_000, "OVERPAID")
    assert operations(bill_id)[-1] == ("record_payment", "dropped")
    assert balance(bill_id, Account.RECEIVABLE) == -40_000


def test_withdrawn_in_the_moment_in_which_it_is_paid_it_is_paid(wire: Wire) -> None:
    bill_id = sent()
    with transaction():
        bills.cancel(bill_id, reason="wrong line", by=rental.AGENT, at=clock.now())
    pay(bill_id)
    drain()
    assert state(bill_id) == ("paid", 40_000)
    assert operations(bill_id)[-1] == ("cancel", "dropped")


def test_an_echeck_has_not_come_until_the_bank_says_so(wire: Wire) -> None:
    bill_id = sent()
    pay(bill_id, funding="echeck")
    check(bill_id)
    assert state(bill_id) == ("pending", 0)


def test_paypal_says_paid_for_a_part_and_the_reading_decides(post: Post, postbox: Faulty) -> None:
    bill_id = sent()
    pay(bill_id, "150.00")
    message = arrived(postbox, "/paypal", "INVOICING.INVOICE.PAID", fresh(bill_id).paypal_id or "")
    for _ in range(2):
        assert post(message) == 200
    drain()
    assert state(bill_id) == ("partly_paid", 15_000)
    assert ("INVOICING.INVOICE.PAID", "processed") in stored()
    assert letters(bill_id) == ["bill", "bill_payment"]


def test_reminders_go_out_by_themselves(wire: Wire, pass_time: PassTime) -> None:
    bill_id = sent()
    pass_time(timedelta(days=7, hours=1))
    for _ in range(2):
        sweeps.remind_of_bills()
        drain()
    assert len(wire.calls("POST", "/remind")) == 1
    assert letters(bill_id) == ["bill", "bill_reminder"]


def test_a_yen_bill_has_no_decimals(wire: Wire) -> None:
    """The number of decimals is the currency's; the booking's currency is the bill's."""
    bill_id = opened()
    with transaction():
        bill = session().get_one(Bill, bill_id)
        bill.currency = "JPY"
    drain()
    shown = factory.bill_gateway().show(fresh(bill_id).paypal_id or "")
    assert shown.amount == Money(40_000, "JPY")
    assert urlsplit(shown.recipient_view_url or "").path.startswith("/paypal/invoice/p/")
