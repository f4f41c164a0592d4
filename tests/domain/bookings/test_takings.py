"""Money at the counter: taken, given back, corrected; what the books and the check list make of it."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from exodrive.billing import queries as billing
from exodrive.bookings import handover, queries
from exodrive.bookings.after_return import late_charges
from exodrive.bookings.by_hand import bills, correcting
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.deposit import deposits
from exodrive.bookings.models import ChargeKind
from exodrive.bookings.money import settlement, takings
from exodrive.bookings.money.takings import NotTakenNow
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments import receipts
from exodrive.payments.opening import AlreadyPaid
from exodrive.payments.receipt_models import For, Method, Receipt
from exodrive.payments.receipts import BeyondReceipt, NothingCounted, ReceiptNotFound
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def deposit_of(booking_id: UUID) -> Money:
    with transaction():
        return queries.by_id(booking_id).deposit_money


def take(
    booking_id: UUID, amount: Money, *, purpose: For = For.DEPOSIT, version: int | None = None
) -> Receipt:
    with transaction():
        return takings.take(
            booking_id,
            purpose=purpose,
            method=Method.TERMINAL,
            amount=amount,
            reference="slip 7041",
            by=rental.AGENT,
            at=clock.now(),
            version=version,
        )


def give_back(booking_id: UUID, receipt_id: UUID, amount: Money) -> Receipt:
    with transaction():
        return takings.give_back(
            booking_id,
            receipt_id=receipt_id,
            amount=amount,
            method=None,
            reference="slip 7044",
            reason="brought back clean",
            by=rental.AGENT,
            at=clock.now(),
        )


def test_a_deposit_from_the_terminal_lets_the_keys_out() -> None:
    booking_id = paper.confirmed()
    whole = deposit_of(booking_id)
    take(booking_id, whole - usd(1))
    with transaction():
        assert not deposits.is_held(queries.by_id(booking_id)), "less than was asked for is no deposit"
    take(booking_id, usd(1))
    with transaction():
        assert handover.known_checks(queries.by_id(booking_id))["deposit"]
    rental.hand_over(booking_id)
    assert balance(Account.CASH, currency="USD", booking_id=booking_id) == whole
    assert balance(Account.DEPOSITS, currency="USD", booking_id=booking_id) == -whole


def test_what_goes_back_is_a_row_of_its_own() -> None:
    booking_id = paper.confirmed()
    taken = take(booking_id, usd(50_00))
    back = give_back(booking_id, taken.id, usd(20_00))
    assert (back.number, back.kind, back.method, back.of_id) == (2, "given_back", "terminal", taken.id)
    rows = receipts.of_booking(booking_id)
    assert receipts.left(taken, rows) == usd(30_00)
    assert receipts.standing(rows, For.DEPOSIT, currency="USD") == usd(30_00)
    assert balance(Account.CASH, currency="USD", booking_id=booking_id) == usd(30_00)
    with pytest.raises(BeyondReceipt) as refused:
        give_back(booking_id, taken.id, usd(30_01))
    assert refused.value.left == usd(30_00)


def test_a_slip_of_the_pen_is_corrected_by_another_row() -> None:
    booking_id = paper.confirmed()
    taken = take(booking_id, usd(500_00))
    with transaction():
        takings.correct(
            booking_id, receipt_id=taken.id, amount=usd(450_00), reason="it was 50", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    assert balance(Account.CASH, currency="USD", booking_id=booking_id) == usd(50_00)
    assert [row.kind for row in receipts.of_booking(booking_id)] == ["taken", "corrected"]


def test_the_database_lets_nobody_rewrite_a_receipt() -> None:
    booking_id = paper.confirmed()
    take(booking_id, usd(50_00))
    with pytest.raises(IntegrityError, match="append-only"), session().begin_nested():
        session().execute(text("UPDATE desk_receipts SET amount = 1"))


def test_nothing_and_other_currencies_are_no_takings() -> None:
    booking_id = paper.confirmed()
    for amount in (usd(0), usd(-5_00), Money(50_00, "EUR"), Money(5000, "JPY")):
        with pytest.raises(NothingCounted):
            take(booking_id, amount)


def test_a_receipt_of_another_booking_is_not_found() -> None:
    booking_id = paper.confirmed()
    taken = take(booking_id, usd(50_00))
    other = paper.confirmed(slug="calder-brake")
    with pytest.raises(ReceiptNotFound):
        give_back(other, taken.id, usd(1_00))
    back = give_back(booking_id, taken.id, usd(1_00))
    with pytest.raises(ReceiptNotFound):
        give_back(booking_id, back.id, usd(1_00))


def test_the_same_click_twice_takes_once() -> None:
    booking_id = paper.confirmed()
    with transaction():
        seen = queries.by_id(booking_id).version
    take(booking_id, usd(50_00), version=seen)
    with pytest.raises(Stale):
        take(booking_id, usd(50_00), version=seen)
    assert len(receipts.of_booking(booking_id)) == 1


def test_who_gave_it_at_the_desk_is_not_sent_to_paypal() -> None:
    booking_id = paper.confirmed()
    rental.ask_for_deposit(booking_id)
    take(booking_id, deposit_of(booking_id))
    with pytest.raises(AlreadyPaid):
        rental.go_to_deposit(booking_id)


def test_a_deposit_that_paypal_holds_is_not_taken_again() -> None:
    booking_id = paper.confirmed()
    paper.hold_deposit(booking_id)
    with pytest.raises(takings.AlreadySecured):
        take(booking_id, usd(50_00))


def test_charges_are_paid_at_the_desk_once_the_rental_is_closed() -> None:
    booking_id = paper.confirmed()
    with pytest.raises(NotTakenNow):
        take(booking_id, usd(50_00), purpose=For.CHARGE)


def test_no_more_is_taken_for_the_rental_than_paypal_leaves_open() -> None:
    booking_id = paper.confirmed()
    with pytest.raises(takings.BeyondOwed) as refused:
        take(booking_id, usd(1), purpose=For.RENTAL)
    assert refused.value.most == usd(0), "PayPal holds the whole price"


def closed_with_charge() -> tuple[UUID, Money]:
    """A rental that was settled with a charge beyond the deposit, whose bill was withdrawn."""
    booking_id = paper.returned()
    with transaction():
        over = queries.by_id(booking_id).deposit_money + usd(80_00)
        line = ChargeLine(ChargeKind.DAMAGE, over, note="Door")
        late_charges.add(booking_id, line, by=rental.AGENT, at=clock.now())
    with transaction():
        charge_ids = {row.id for row in queries.by_id(booking_id).charges}
        settlement.settle(booking_id, charge_ids=charge_ids, bill=usd(80_00), by=rental.AGENT, at=clock.now())
    while paper.answer(booking_id):
        pass
    return booking_id, usd(80_00)


def test_what_a_bill_asks_for_is_paid_on_the_bill() -> None:
    booking_id, due = closed_with_charge()
    with pytest.raises(takings.BeyondOwed):
        take(booking_id, due, purpose=For.CHARGE)
    (bill,) = billing.of_booking(booking_id)
    with transaction():
        bills.cancel(bill.id, reason="pays here", by=rental.AGENT, at=clock.now())
    take(booking_id, due, purpose=For.CHARGE)
    assert balance(Account.RECEIVABLE, currency="USD", booking_id=booking_id) == usd(0)
    with pytest.raises(takings.BeyondOwed):
        take(booking_id, usd(1), purpose=For.CHARGE)


def test_what_is_settled_goes_back_only_by_a_credit_note() -> None:
    booking_id, due = closed_with_charge()
    (bill,) = billing.of_booking(booking_id)
    with transaction():
        bills.cancel(bill.id, reason="pays here", by=rental.AGENT, at=clock.now())
    taken = take(booking_id, due, purpose=For.CHARGE)
    with pytest.raises(takings.CreditFirst):
        give_back(booking_id, taken.id, usd(30_00))
    with transaction():
        correcting.credit(booking_id, amount=usd(30_00), reason="half", by=rental.AGENT, at=clock.now())
    give_back(booking_id, taken.id, usd(30_00))
    for account in (Account.PREPAID, Account.RECEIVABLE, Account.DEPOSITS):
        assert balance(account, currency="USD", booking_id=booking_id) == usd(0), account
    with transaction():
        takings.correct(
            booking_id, receipt_id=taken.id, amount=usd(20_00), reason="it was 60", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    assert balance(Account.RECEIVABLE, currency="USD", booking_id=booking_id) == usd(20_00), "owed again"
