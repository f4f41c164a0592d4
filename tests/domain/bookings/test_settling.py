"""Settling: rental captured, deposit taken in part or let go, a number without gaps, books at zero."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from exodrive.billing import opening as bills
from exodrive.bookings import handover, queries, transitions
from exodrive.bookings.charge import charges as booked
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.condition_models import ReportKind
from exodrive.bookings.handover import RETURN_CHECKS, Condition
from exodrive.bookings.models import Booking, ChargeKind
from exodrive.bookings.money import retrying, settlement
from exodrive.bookings.money.settlement import AlreadySettling, BeyondDeposit
from exodrive.invoicing import issuing as invoices
from exodrive.invoicing.issuing import InvoiceLine, Recipient
from exodrive.invoicing.models import Invoice
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account, Entry
from exodrive.ledger.postings import balance
from exodrive.payments.models import OperationKind
from exodrive.payments.states import Purpose
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")
NOTHING = Money(0, "USD")


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def returned(*amounts: int, waived: bool = False) -> UUID:
    """A car that came back, with charges of these amounts."""
    if waived:
        booking_id = paper.confirmed()
        with transaction():
            handover.waive_deposit(booking_id, reason="a guest", by=rental.AGENT, at=clock.now())
        rental.hand_over(booking_id)
    else:
        booking_id = paper.on_rent()
    rental.photograph(booking_id, ReportKind.RETURN)
    with transaction():
        handover.take_back(
            booking_id,
            Condition(odometer=20_050, fuel_eighths=8, checks=RETURN_CHECKS),
            charges=[
                ChargeLine(ChargeKind.OTHER, Money(amount, "USD"), note="see photo") for amount in amounts
            ],
            by=rental.AGENT,
            at=clock.now(),
        )
    return booking_id


def settle(booking_id: UUID, *, only: int | None = None, bill: Money | None = None) -> None:
    """Settle with all charges, or with the first `only` of them."""
    charges = [row.id for row in fresh(booking_id).charges]
    with transaction():
        settlement.settle(
            booking_id,
            charge_ids=set(charges[:only]),
            by=rental.AGENT,
            at=clock.now(),
            reason="agreed with the customer",
            bill=bill,
        )


def check_books(booking_id: UUID, *, charges: int) -> None:
    booking = fresh(booking_id)
    total = booking.total_money
    assert booking.state == "closed"
    assert rental.money(booking_id, Purpose.RENTAL) == ("captured", total, NOTHING)
    invoice = invoices.of_booking(booking_id)
    assert invoice is not None
    assert invoice.total_money == invoice.paid_money == total + Money(charges, "USD")
    assert session().scalar(select(func.sum(Entry.amount))) == 0
    assert balance(Account.PREPAID, currency="USD") == NOTHING
    assert balance(Account.RECEIVABLE, currency="USD") == NOTHING
    assert balance(Account.CHARGES, currency="USD") == Money(-charges, "USD")
    assert balance(Account.TAX, currency="USD") == -booking.agreed.tax


def test_without_charges_the_deposit_is_let_go_whole() -> None:
    booking_id = returned()
    settle(booking_id)
    assert sorted(paper.answer(booking_id)) == ["capture", "void"]
    assert rental.money(booking_id, Purpose.DEPOSIT) == ("voided", NOTHING, NOTHING)
    check_books(booking_id, charges=0)


def test_charges_come_from_the_deposit_and_the_rest_is_let_go_with_them() -> None:
    booking_id = returned(120_00, 35_50)
    settle(booking_id)
    assert paper.answer(booking_id) == ["capture", "capture"]
    assert rental.money(booking_id, Purpose.DEPOSIT) == ("captured", Money(155_50, "USD"), NOTHING)
    check_books(booking_id, charges=155_50)


def test_nothing_beyond_the_deposit_is_taken() -> None:
    booking_id = returned(120_00)
    deposit = fresh(booking_id).deposit_money
    with transaction():
        booking = transitions.lock(booking_id)
        booking.charges[0].amount = deposit.amount + 1
    with pytest.raises(BeyondDeposit) as raised:
        settle(booking_id)
    assert raised.value.held == deposit
    assert raised.value.bill == Money(1, "USD")
    assert fresh(booking_id).settling_at is None
    with transaction():
        transitions.lock(booking_id).charges[0].amount = deposit.amount
    settle(booking_id)
    paper.answer(booking_id)
    check_books(booking_id, charges=deposit.amount)


def test_what_exceeds_the_deposit_is_billed_once_it_was_agreed_to() -> None:
    """The deposit is taken whole, charge by charge; the rest is owed, and stands on one bill."""
    booking_id = returned(120_00, 35_50)
    deposit = fresh(booking_id).deposit_money
    with transaction():
        transitions.lock(booking_id).charges[0].amount = deposit.amount - 5_50
    rest = Money(30_00, "USD")
    for other in (None, Money(29_99, "USD")):
        with pytest.raises(BeyondDeposit):
            settle(booking_id, bill=other)
    settle(booking_id, bill=rest)
    paper.answer(booking_id)
    booking = fresh(booking_id)
    assert booking.state == "closed"
    assert rental.money(booking_id, Purpose.DEPOSIT) == ("captured", deposit, NOTHING)
    bill = bills.of_cause(f"settlement:{booking_id}")
    assert bill is not None
    assert (bill.money, bill.lines) == (rest, [["charge_other", {"note": "see photo", "of": 35_50}, 30_00]])
    assert [(row.state, row.from_deposit, row.bill_id) for row in booking.charges] == [
        ("settled", deposit.amount - 5_50, None),
        ("settled", 5_50, bill.id),
    ]
    invoice = invoices.of_booking(booking_id)
    assert invoice is not None
    assert invoice.total_money - invoice.paid_money == rest
    assert balance(Account.RECEIVABLE, currency="USD") == rest
    assert balance(Account.PREPAID, currency="USD") == NOTHING


def test_what_is_dropped_leaves_the_invoice_and_stays_in_the_trail() -> None:
    booking_id = returned(120_00, 35_50)
    settle(booking_id, only=1)
    paper.answer(booking_id)
    check_books(booking_id, charges=120_00)
    entry = next(e for e in audit.trail(booking_id) if e.action == "booking.settling")
    assert entry.data["dropped"] == [["other", 35_50]]
    _, dropped = booked.all_of(booking_id)
    assert (dropped.state, dropped.dropped_for) == ("dropped", "agreed with the customer")
    assert [row.amount for row in fresh(booking_id).charges] == [120_00]
    assert entry.reason == "agreed with the customer"


def test_a_waived_deposit_settles_without_one_and_takes_nothing() -> None:
    booking_id = returned(waived=True)
    settle(booking_id)
    paper.answer(booking_id)
    check_books(booking_id, charges=0)
    charged = returned_again_with_charge()
    with pytest.raises(BeyondDeposit):
        settle(charged)


def returned_again_with_charge() -> UUID:
    """Another car, whose deposit was waived too, with a charge that nothing is held for."""
    booking_id = paper.confirmed("calder-brake")
    with transaction():
        handover.waive_deposit(booking_id, reason="a guest", by=rental.AGENT, at=clock.now())
    rental.hand_over(booking_id, odometer=90_000)
    rental.photograph(booking_id, ReportKind.RETURN)
    with transaction():
        handover.take_back(
            booking_id,
            Condition(odometer=90_010, fuel_eighths=8, checks=RETURN_CHECKS),
            charges=[ChargeLine(ChargeKind.CLEANING, Money(50_00, "USD"))],
            by=rental.AGENT,
            at=clock.now(),
        )
    return booking_id


def test_settling_is_decided_once() -> None:
    booking_id = returned(120_00)
    settle(booking_id)
    with pytest.raises(AlreadySettling):
        settle(booking_id)
    paper.answer(booking_id)
    with pytest.raises(transitions.MoveImpossible):
        settle(booking_id)


def test_it_closes_when_the_last_answer_is_in_whatever_the_order() -> None:
    booking_id = returned()
    settle(booking_id)
    paper.answer(booking_id, OperationKind.VOID)
    assert rental.state(booking_id) == "returned"
    paper.answer(booking_id, OperationKind.CAPTURE)
    check_books(booking_id, charges=0)


def test_looking_again_asks_nothing_twice() -> None:
    booking_id = returned(120_00)
    settle(booking_id)
    for _ in range(3):
        with transaction():
            settlement.advance(transitions.lock(booking_id), at=clock.now() + timedelta(days=6))
    paper.answer(booking_id)
    assert paper.kinds(booking_id) == ["create_order", "authorize", "capture"]
    assert paper.kinds(booking_id, Purpose.DEPOSIT) == ["create_order", "authorize", "capture"]


def test_a_refused_capture_waits_for_a_person_and_is_not_asked_again_by_itself() -> None:
    booking_id = returned()
    settle(booking_id)
    assert settlement.unfinished(at=clock.now()) == [booking_id]
    paper.refuse(booking_id, OperationKind.CAPTURE, "PAYEE_ACCOUNT_RESTRICTED")
    assert fresh(booking_id).attention == "payment_refused"
    assert settlement.unfinished(at=clock.now()) == [], "the sweep has nothing to do about it"
    for days in (0, 6):
        with transaction():
            settlement.advance(transitions.lock(booking_id), at=clock.now() + timedelta(days=days))
    assert paper.kinds(booking_id).count("capture") == 1
    assert paper.kinds(booking_id).count("reauthorize") == 0
    with transaction():
        retrying.retry(booking_id, reason="the account is open again", by=rental.AGENT, at=clock.now())
    assert fresh(booking_id).attention is None
    paper.answer(booking_id)
    check_books(booking_id, charges=0)


def test_the_invoice_says_what_was_agreed_and_what_was_charged() -> None:
    booking_id = returned(120_00)
    settle(booking_id)
    paper.answer(booking_id)
    invoice, booking = invoices.of_booking(booking_id), fresh(booking_id)
    assert invoice is not None
    assert [line[0] for line in invoice.lines] == [
        *(line.code for line in booking.agreed.lines), "charge_other",
    ]  # fmt: skip
    assert sum(line[2] for line in invoice.lines) == invoice.total
    assert invoice.recipient_name == "Maya Okafor"


def number(booking_id: UUID, *, fail: bool = False) -> str:
    with transaction():
        issued = invoices.issue(
            booking_id,
            recipient=Recipient("Maya Okafor", "4 Elm Street", "maya@okafor.example"),
            lines=[InvoiceLine("rental", {}, Money(100, "USD"))],
            total=Money(100, "USD"),
            paid=Money(100, "USD"),
            zone=ZoneInfo("America/New_York"),
            at=clock.now(),
        )
        if fail:
            raise RuntimeError
        return issued.number


@pytest.mark.made_up
def test_invoice_numbers_have_no_gaps_though_some_are_rolled_back() -> None:
    bookings = [rental.hold(days_ahead=10 + 20 * n) for n in range(3)]
    given = [number(bookings[0])]
    for _ in range(3):
        with pytest.raises(RuntimeError):
            number(bookings[1], fail=True)
    given += [number(bookings[1]), number(bookings[2])]
    assert given == ["2027-00001", "2027-00002", "2027-00003"]
    assert session().scalar(select(func.count()).select_from(Invoice)) == 3


def test_lines_that_are_not_the_total_are_no_invoice() -> None:
    booking_id = rental.hold()
    with pytest.raises(ValueError, match="add up"), transaction():
        invoices.issue(
            booking_id,
            recipient=Recipient("Maya", "", ""),
            lines=[InvoiceLine("rental", {}, Money(99, "USD"))],
            total=Money(100, "USD"),
            paid=NOTHING,
            zone=ZoneInfo("America/New_York"),
            at=clock.now(),
        )
