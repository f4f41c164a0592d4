"""Bills: opened once, sent, paid in parts, at the desk too, withdrawn, given up, and never off the books."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.billing import opening, queries, recording
from exodrive.billing.models import Bill
from exodrive.billing.moving import BillMoveImpossible
from exodrive.billing.opening import BillLine, Recipient
from exodrive.bookings import owing, transitions
from exodrive.bookings import queries as bookings
from exodrive.bookings.by_hand import bills, correcting, purse
from exodrive.bookings.by_hand.bills import BillBusy, BillTooEarly, Taken
from exodrive.bookings.models import Booking
from exodrive.bookkeeping import vouchers
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account, Posting
from tests import paper, rental
from tests.bill_paper import Sheet, fresh, kinds

pytestmark = pytest.mark.usefixtures("house")


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def line(amount: int = 40_000, name: str = "A scratched rim") -> BillLine:
    return BillLine("charge_other", {"note": name}, usd(amount))


def billed(amount: int = 40_000, *, booking_id: UUID | None = None) -> Sheet:
    """A bill for something that came up after the rental, on PayPal's sheet."""
    booking_id = booking_id or paper.returned()
    with transaction():
        bill = bills.open_by_hand(booking_id, lines=[line(amount)], note="", by=rental.AGENT, at=clock.now())
        return Sheet(bill.id)


def sent(amount: int = 40_000, *, booking_id: UUID | None = None) -> Sheet:
    sheet = billed(amount, booking_id=booking_id)
    sheet.perform()
    return sheet


def state(sheet: Sheet) -> tuple[str, int, int]:
    """State, paid and outstanding."""
    bill = fresh(sheet.bill_id)
    return bill.state, bill.paid, bill.outstanding.amount


def balance(sheet: Sheet, account: Account) -> int:
    return postings.balance(account, currency="USD", booking_id=fresh(sheet.bill_id).booking_id).amount


def booking_of(sheet: Sheet) -> Booking:
    found = fresh(sheet.bill_id).booking_id
    return bookings.by_id(found)


def cash(sheet: Sheet, amount: int, *, method: Taken = Taken.CASH) -> None:
    with transaction():
        bills.record_payment(
            sheet.bill_id,
            amount=usd(amount),
            method=method,
            reference="no. 7",
            by=rental.AGENT,
            at=clock.now(),
        )


def test_it_is_made_then_sent_and_the_customer_hears_of_it() -> None:
    sheet = billed()
    assert state(sheet) == ("draft", 0, 40_000)
    assert sheet.perform() == ["create", "send"]
    bill = fresh(sheet.bill_id)
    assert (bill.state, bill.paypal_status, bill.view_url) == (
        "sent", "SENT", "https://paypal.example/invoice/p/7",
    )  # fmt: skip
    assert bill.sent_at is not None
    assert bill.remind_at == bill.sent_at + timedelta(days=7)
    assert bill.due_at == bill.created_at + timedelta(days=14)
    assert [row.action for row in audit.trail(bill.booking_id)][:2] == ["bill.sent", "bill.opened"]


def test_a_cause_has_one_bill() -> None:
    booking_id = paper.returned()
    ids = set()
    for _ in range(2):
        with transaction():
            bill = opening.open_bill(
                booking_id, recipient=Recipient("Maya", "maya@okafor.example"), lines=[line()], note="",
                at=clock.now(), cause="settlement:7",
            )  # fmt: skip
            ids.add(bill.id)
    assert len(ids) == 1
    assert len(queries.of_booking(booking_id)) == 1


def test_paid_at_paypal_it_leaves_the_receivable_and_the_fee_is_known() -> None:
    sheet = sent()
    assert balance(sheet, Account.RECEIVABLE) == 40_000
    before = balance(sheet, Account.CLEARING)
    sheet.pay(40_000, fee=1_445)
    sheet.read()
    sheet.read()
    assert state(sheet) == ("paid", 40_000, 0)
    assert balance(sheet, Account.RECEIVABLE) == 0
    assert balance(sheet, Account.CLEARING) - before == 40_000 - 1_445
    assert fresh(sheet.bill_id).remind_at is None


def test_a_fee_that_paypal_names_later_is_posted_once() -> None:
    sheet = sent()
    sheet.pay(40_000)
    sheet.read()
    before = balance(sheet, Account.FEES)
    sheet.fees[sheet.payments[0].paypal_id] = usd(1_445)
    for _ in range(2):
        sheet.read()
    assert balance(sheet, Account.FEES) - before == 1_445


def test_paid_in_part_it_waits_for_the_rest() -> None:
    sheet = sent()
    sheet.pay(15_000)
    sheet.read()
    assert state(sheet) == ("partly_paid", 15_000, 25_000)
    assert balance(sheet, Account.RECEIVABLE) == 25_000
    sheet.pay(25_000)
    sheet.read()
    assert state(sheet) == ("paid", 40_000, 0)


def test_while_the_bank_thinks_nothing_has_come() -> None:
    sheet = sent()
    sheet.pay(40_000)
    sheet.status = "PAYMENT_PENDING"
    sheet.read()
    assert state(sheet) == ("pending", 0, 40_000)
    assert balance(sheet, Account.RECEIVABLE) == 40_000
    with transaction(), pytest.raises(BillMoveImpossible):
        bills.write_off(sheet.bill_id, reason="tired", by=rental.AGENT, at=clock.now())
    sheet.payments.clear()
    sheet.status = "SENT"
    sheet.read()
    assert state(sheet) == ("sent", 0, 40_000)


def test_money_at_the_desk_counts_at_once_and_paypal_is_told() -> None:
    sheet = sent()
    cash(sheet, 15_000)
    assert state(sheet) == ("partly_paid", 15_000, 25_000)
    assert balance(sheet, Account.CASH) == 15_000
    cash(sheet, 25_000, method=Taken.TERMINAL)
    assert state(sheet) == ("paid", 40_000, 0)
    assert sheet.perform() == ["record_payment", "record_payment"]
    sheet.read()
    bill = fresh(sheet.bill_id)
    assert sorted(row.amount for row in bill.payments) == [15_000, 25_000]
    assert all(row.paypal_id for row in bill.payments)
    assert balance(sheet, Account.CASH) == 40_000
    assert balance(sheet, Account.RECEIVABLE) == 0


def test_paid_at_the_desk_before_it_was_sent_it_is_never_sent() -> None:
    sheet = billed()
    cash(sheet, 40_000)
    assert sheet.perform() == []
    assert kinds(sheet.bill_id) == [("create", "dropped"), ("send", "dropped"), ("record_payment", "dropped")]


def test_a_part_paid_at_the_desk_before_it_was_sent_leaves_the_rest_to_paypal() -> None:
    sheet = billed()
    cash(sheet, 10_000)
    assert sheet.perform() == ["create", "send", "record_payment"]
    assert state(sheet) == ("partly_paid", 10_000, 30_000)
    assert fresh(sheet.bill_id).sent_at is not None


@pytest.mark.parametrize("amount", [0, -5, 40_001])
def test_no_more_is_taken_at_the_desk_than_is_owed(amount: int) -> None:
    sheet = sent()
    with pytest.raises((purse.NoAmount, purse.AmountBeyond)):
        cash(sheet, amount)


def test_paid_twice_calls_for_a_person_and_is_owed_back() -> None:
    sheet = sent()
    cash(sheet, 40_000)
    sheet.pay(40_000)
    sheet.read()
    assert state(sheet) == ("paid", 80_000, 0)
    assert balance(sheet, Account.RECEIVABLE) == -40_000
    assert (booking_of(sheet).attention, fresh(sheet.bill_id).trouble) == ("bill_trouble", "OVERPAID")


def test_withdrawn_once_paypal_has_done_it() -> None:
    sheet = sent()
    with transaction():
        bills.cancel(sheet.bill_id, reason="wrong car", by=rental.AGENT, at=clock.now())
    assert state(sheet)[0] == "sent"
    with transaction(), pytest.raises(BillBusy):
        bills.cancel(sheet.bill_id, reason="again", by=rental.AGENT, at=clock.now())
    assert sheet.perform() == ["cancel"]
    assert state(sheet)[0] == "cancelled"
    assert balance(sheet, Account.RECEIVABLE) == 40_000
    assert booking_of(sheet).attention is None


def test_withdrawn_before_it_was_made_nobody_is_asked() -> None:
    sheet = billed()
    with transaction():
        bills.cancel(sheet.bill_id, reason="wrong car", by=rental.AGENT, at=clock.now())
    assert state(sheet)[0] == "cancelled"
    assert sheet.perform() == []


def test_withdrawn_at_paypal_by_somebody_else_calls_for_a_person() -> None:
    sheet = sent()
    sheet.status = "CANCELLED"
    sheet.read()
    assert state(sheet)[0] == "cancelled"
    assert booking_of(sheet).attention == "bill_trouble"


def test_a_paid_one_is_not_withdrawn() -> None:
    sheet = sent()
    sheet.pay(10_000)
    sheet.read()
    with transaction(), pytest.raises(BillMoveImpossible):
        bills.cancel(sheet.bill_id, reason="late", by=rental.AGENT, at=clock.now())


def test_the_rest_is_given_up_and_comes_back_where_it_was_lost() -> None:
    sheet = sent()
    sheet.pay(15_000)
    sheet.read()
    with transaction():
        given_up = bills.write_off(sheet.bill_id, reason="moved away", by=rental.AGENT, at=clock.now())
    assert given_up == usd(25_000)
    assert state(sheet) == ("written_off", 15_000, 0)
    assert (balance(sheet, Account.RECEIVABLE), balance(sheet, Account.WRITE_OFFS)) == (0, 25_000)
    sheet.pay(10_000)
    sheet.read()
    assert (balance(sheet, Account.RECEIVABLE), balance(sheet, Account.WRITE_OFFS)) == (0, 15_000)
    sheet.pay(15_000)
    sheet.read()
    assert state(sheet) == ("paid", 40_000, 0)
    assert balance(sheet, Account.WRITE_OFFS) == 0


def test_given_up_whole_it_is_withdrawn_at_paypal_too() -> None:
    sheet = sent()
    with transaction():
        bills.write_off(sheet.bill_id, reason="moved away", by=rental.AGENT, at=clock.now())
    assert sheet.perform() == ["cancel"]
    assert state(sheet)[0] == "written_off"
    assert booking_of(sheet).attention is None


def test_what_goes_back_at_paypal_is_owed_by_nobody() -> None:
    sheet = sent()
    sheet.pay(40_000)
    sheet.read()
    before = balance(sheet, Account.CLEARING)
    sheet.give_back(10_000)
    for _ in range(2):
        sheet.read()
    assert state(sheet) == ("paid", 40_000, 0)
    assert balance(sheet, Account.CLEARING) == before - 10_000
    assert balance(sheet, Account.REFUNDS) == 10_000
    sheet.give_back(30_000)
    sheet.read()
    assert state(sheet)[0] == "refunded"


def test_what_a_credit_note_owes_goes_back_of_the_bill_and_lowers_the_revenue_once() -> None:
    booking_id = paper.returned()
    rental.settle(booking_id)
    paper.answer(booking_id)
    sheet = sent(booking_id=booking_id)
    sheet.pay(40_000)
    sheet.read()
    with transaction():
        correcting.credit(booking_id, amount=usd(10_000), reason="too much", by=rental.AGENT, at=clock.now())
    lowered = balance(sheet, Account.REFUNDS)
    assert balance(sheet, Account.PREPAID) == -10_000
    sheet.give_back(15_000)
    for _ in range(2):
        sheet.read()
    assert balance(sheet, Account.PREPAID) == 0
    assert balance(sheet, Account.REFUNDS) == lowered + 5_000, "what no note said lowers it now"
    with transaction():
        rows = vouchers.of(session().scalars(select(Posting).where(Posting.kind == "transfer")).all())
    assert [row.number for row in rows.values()] == [fresh(sheet.bill_id).number]


def test_a_reminder_is_one_call_however_often_it_is_asked_for() -> None:
    sheet = sent()
    for _ in range(2):
        with transaction():
            bills.remind(sheet.bill_id, by=rental.AGENT, at=clock.now())
    assert sheet.perform() == ["remind"]
    bill = fresh(sheet.bill_id)
    assert (bill.reminders, bill.reminded_at is None) == (1, False)


def test_reminders_come_by_the_policy_and_end() -> None:
    sheet = sent()
    at, due = clock.now(), []
    for day in range(60):
        now = at + timedelta(days=day)
        if queries.reminders_due(at=now):
            due.append(day)
            with transaction():
                bills.remind(sheet.bill_id, at=now)
            sheet.perform()
    assert due == [7, 14, 21]


def test_refused_it_calls_for_a_person_who_has_it_sent_again() -> None:
    sheet = billed()
    sheet.refuse("USER_NOT_FOUND")
    assert sheet.perform() == []
    assert kinds(sheet.bill_id) == [("create", "rejected"), ("send", "dropped")]
    assert (booking_of(sheet).attention, fresh(sheet.bill_id).trouble) == ("bill_trouble", "USER_NOT_FOUND")
    with transaction():
        bills.send_again(sheet.bill_id, by=rental.AGENT, at=clock.now())
    assert sheet.perform() == ["create", "send"]
    assert state(sheet)[0] == "sent"
    assert fresh(sheet.bill_id).trouble is None


def test_another_amount_at_paypal_changes_nothing_and_calls_for_a_person() -> None:
    sheet = sent()
    with transaction():
        session().get_one(Bill, sheet.bill_id).amount = 39_000
    reading = sheet.reading()
    with transaction():
        session().get_one(Bill, sheet.bill_id).amount = 40_000
    with transaction():
        transitions.lock(fresh(sheet.bill_id).booking_id)
        found = recording.read(sheet.bill_id, reading, at=clock.now())
    assert [outcome.code for outcome in found] == ["AMOUNT_MISMATCH"]


def test_by_hand_it_takes_up_what_is_owed_before_it_charges_more() -> None:
    sheet = sent()
    with transaction():
        bills.cancel(sheet.bill_id, reason="wrong line", by=rental.AGENT, at=clock.now())
    sheet.perform()
    booking_id = fresh(sheet.bill_id).booking_id
    with transaction():
        assert owing.unbilled(bookings.by_id(booking_id)) == usd(40_000)
        bills.open_by_hand(
            booking_id, lines=[line(30_000), line(25_000)], note="", by=rental.AGENT, at=clock.now()
        )
        assert owing.unbilled(bookings.by_id(booking_id)) == usd(0)
    assert balance(sheet, Account.RECEIVABLE) == 55_000


def test_a_running_rental_is_not_billed() -> None:
    booking_id = paper.on_rent()
    with transaction(), pytest.raises(BillTooEarly):
        bills.open_by_hand(booking_id, lines=[line()], note="", by=rental.AGENT, at=clock.now())


def test_a_stale_page_does_nothing() -> None:
    sheet = sent()
    version = booking_of(sheet).version
    cash(sheet, 1_000)
    with transaction(), pytest.raises(Stale):
        bills.write_off(sheet.bill_id, reason="x", by=rental.AGENT, at=clock.now(), version=version)
