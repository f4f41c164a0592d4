"""Less is owed after all: its bill asks for less, and the deposit's part goes back."""

from __future__ import annotations

from uuid import UUID

import pytest

from exodrive.billing import queries as billing
from exodrive.bookings import owing, queries
from exodrive.bookings.after_return import late_charges, lowering, objections
from exodrive.bookings.after_return.lowering import AlreadyBilled, NotLess
from exodrive.bookings.by_hand import bills, correcting
from exodrive.bookings.by_hand.bills import Taken
from exodrive.bookings.charge import charges
from exodrive.bookings.charge.charge_models import Answer
from exodrive.bookings.charge.charges import ChargeClosed
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import Charge, ChargeKind
from exodrive.bookings.money import settlement
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments.states import Purpose
from tests import audited, paper, rental
from tests.bill_paper import Sheet, fresh, kinds

pytestmark = pytest.mark.usefixtures("house")
BEYOND = 80_00


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def charge(booking_id: UUID, amount: int, *, kind: ChargeKind = ChargeKind.DAMAGE) -> None:
    with transaction():
        line = ChargeLine(kind, usd(amount), note="Door")
        late_charges.add(booking_id, line, by=rental.AGENT, at=clock.now())


def closed(*, beyond: int = 0) -> UUID:
    """A rental settled with a charge that takes the whole deposit, and so much more."""
    booking_id = paper.returned()
    if beyond:
        with transaction():
            deposit = queries.by_id(booking_id).deposit
        charge(booking_id, deposit + beyond)
    with transaction():
        ids = {row.id for row in queries.by_id(booking_id).charges}
        settlement.settle(booking_id, charge_ids=ids, bill=usd(beyond), by=rental.AGENT, at=clock.now())
    paper.answer(booking_id)
    assert rental.state(booking_id) == "closed"
    return booking_id


def late(amount: int = 60_00) -> tuple[UUID, Sheet]:
    """A fine that came after the end, on a bill that the customer has."""
    booking_id = closed()
    charge(booking_id, amount, kind=ChargeKind.FINE)
    (bill,) = billing.of_booking(booking_id)
    sheet = Sheet(bill.id)
    sheet.perform()
    return booking_id, sheet


def only(booking_id: UUID) -> Charge:
    return charges.all_of(booking_id)[-1]


def lower(booking_id: UUID, to: int, *, version: int | None = None) -> None:
    with transaction():
        lowering.lower(
            booking_id, only(booking_id).id, amount=usd(to), reason="paid at the toll", by=rental.AGENT,
            at=clock.now(), version=version,
        )  # fmt: skip


def owed(booking_id: UUID) -> int:
    with transaction():
        return balance(Account.RECEIVABLE, currency="USD", booking_id=booking_id).amount


def test_a_fine_that_is_lowered_is_asked_for_in_part() -> None:
    booking_id, sheet = late()
    lower(booking_id, 45_00)
    bill = fresh(sheet.bill_id)
    assert (bill.state, bill.outstanding, bill.credited) == ("sent", usd(45_00), 15_00)
    assert sheet.perform() == ["record_payment"], "PayPal notes what is not asked for any more"
    assert fresh(sheet.bill_id).paid == 0, "nothing came"
    assert owed(booking_id) == 45_00
    with transaction():
        assert owing.unbilled(queries.by_id(booking_id)) == usd(0)
    sheet.pay(45_00)
    sheet.read()
    assert fresh(sheet.bill_id).state == "paid"
    assert owed(booking_id) == 0
    audited.assert_no_breach_yet()


def test_let_go_whole_it_is_withdrawn() -> None:
    booking_id, sheet = late()
    lower(booking_id, 0)
    assert fresh(sheet.bill_id).state == "cancelled"
    assert sheet.perform() == ["cancel"]
    sheet.read()
    bill = fresh(sheet.bill_id)
    assert (bill.state, bill.trouble, owed(booking_id)) == ("cancelled", None, 0)
    with pytest.raises(NotLess):
        lower(booking_id, 0)
    audited.assert_no_breach_yet()


def test_before_paypal_has_it_nothing_is_made() -> None:
    booking_id = closed()
    charge(booking_id, 60_00, kind=ChargeKind.FINE)
    (bill,) = billing.of_booking(booking_id)
    lower(booking_id, 0)
    sheet = Sheet(bill.id)
    assert sheet.perform() == []
    assert kinds(bill.id) == [("create", "dropped"), ("send", "dropped")]
    audited.assert_no_breach_yet()


def test_twice_lowered_to_nothing_paypal_has_it_as_settled() -> None:
    booking_id, sheet = late()
    lower(booking_id, 20_00)
    sheet.perform()
    lower(booking_id, 0)
    assert sheet.perform() == ["record_payment"], "PayPal withdraws nothing of which it noted a part"
    sheet.read()
    bill = fresh(sheet.bill_id)
    assert (bill.state, bill.trouble, bill.paid, bill.credited) == ("cancelled", None, 0, 60_00)
    audited.assert_no_breach_yet()


def test_paid_in_part_the_rest_is_let_go() -> None:
    booking_id, sheet = late()
    with transaction():
        bills.record_payment(
            sheet.bill_id,
            amount=usd(40_00),
            method=Taken.CASH,
            reference="1",
            by=rental.AGENT,
            at=clock.now(),
        )
    sheet.perform()
    with pytest.raises(AlreadyBilled):
        lower(booking_id, 39_00)
    lower(booking_id, 40_00)
    sheet.perform()
    bill = fresh(sheet.bill_id)
    assert (bill.state, bill.paid, bill.credited, owed(booking_id)) == ("paid", 40_00, 20_00, 0)
    audited.assert_no_breach_yet()


def test_paid_whole_while_it_was_lowered_calls_for_a_person() -> None:
    booking_id, sheet = late()
    sheet.pay(60_00)
    lower(booking_id, 45_00)
    sheet.read()
    bill = fresh(sheet.bill_id)
    assert (bill.state, bill.paid, bill.trouble) == ("paid", 60_00, "OVERPAID")
    assert owed(booking_id) == -15_00, "the house owes it"


def test_the_bill_first_then_the_deposit() -> None:
    booking_id = closed(beyond=BEYOND)
    (bill,) = billing.of_booking(booking_id)
    before = only(booking_id)
    lower(booking_id, before.amount - BEYOND - 20_00)
    assert paper.answer(booking_id) == ["refund"]
    row = only(booking_id)
    assert (row.credited, row.given_back) == (BEYOND, 20_00)
    assert rental.money(booking_id, Purpose.DEPOSIT)[2] == usd(20_00)
    assert fresh(bill.id).state == "cancelled"
    assert owed(booking_id) == 0
    audited.assert_no_breach_yet()


def test_an_objection_to_what_is_billed_is_answered_by_lowering_it() -> None:
    booking_id, sheet = late()
    with transaction():
        objections.make(booking_id, only(booking_id).id, text="I paid it there", at=clock.now())
    with transaction():
        objections.answer(
            booking_id, only(booking_id).id, outcome=Answer.REDUCED, amount=usd(10_00), words="Half",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    assert fresh(sheet.bill_id).outstanding == usd(10_00)
    assert only(booking_id).left("USD") == usd(10_00)
    sheet.perform()
    audited.assert_no_breach_yet()


def test_a_credit_note_by_hand_lowers_the_oldest_bill_first() -> None:
    booking_id, first = late(60_00)
    charge(booking_id, 30_00, kind=ChargeKind.FINE)
    second = billing.of_booking(booking_id)[-1]
    with transaction():
        correcting.credit(booking_id, amount=usd(70_00), reason="goodwill", by=rental.AGENT, at=clock.now())
    assert fresh(first.bill_id).state == "cancelled"
    assert fresh(second.id).outstanding == usd(20_00)
    assert owed(booking_id) == 20_00


def test_what_is_not_less_is_refused() -> None:
    booking_id, _ = late()
    for amount in (60_00, 60_01, 10**9):
        with pytest.raises(NotLess):
            lower(booking_id, amount)
    with transaction():
        seen = queries.by_id(booking_id).version
    lower(booking_id, 50_00, version=seen)
    with pytest.raises(Stale):
        lower(booking_id, 40_00, version=seen)


def test_what_is_not_settled_yet_is_changed_by_other_deeds() -> None:
    booking_id = paper.returned()
    charge(booking_id, 10_00)
    with pytest.raises(ChargeClosed):
        lower(booking_id, 5_00)
