"""A bill by hand has a document for what it earns, a fee nobody held too; what goes back has a credit note.

That nothing else is earned without one is asked after every test of the domain, by its `house`.
"""

from __future__ import annotations

from uuid import UUID

import pytest

from exodrive.billing.opening import BillLine
from exodrive.bookings import cancelling, owing, queries
from exodrive.bookings.by_hand import bill_papers, bills, correcting
from exodrive.bookings.models import Booking
from exodrive.bookings.money import prepayment
from exodrive.bookkeeping import vouchers
from exodrive.bookkeeping.vouchers import VoucherKind
from exodrive.invoicing import issuing
from exodrive.invoicing.models import Invoice, InvoiceKind
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account, Posting
from tests import audited, paper, rental
from tests.bill_paper import Sheet, fresh

pytestmark = pytest.mark.usefixtures("house")


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def found(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def documents(booking_id: UUID) -> list[Invoice]:
    with transaction():
        return issuing.all_of_booking(booking_id)


def codes(invoice: Invoice) -> dict[str, int]:
    """The sums of its lines, by their code."""
    sums: dict[str, int] = {}
    for code, _params, amount in invoice.lines:
        sums[code] = sums.get(code, 0) + amount
    return sums


def balance(booking_id: UUID, account: Account) -> int:
    return postings.balance(account, currency="USD", booking_id=booking_id).amount


def bill(booking_id: UUID, *amounts: int) -> Sheet:
    """A bill by hand, which the customer gets."""
    with transaction():
        lines = [BillLine("charge_other", {"note": f"No. {n}"}, usd(a)) for n, a in enumerate(amounts, 1)]
        made = bills.open_by_hand(booking_id, lines=lines, note="", by=rental.AGENT, at=clock.now())
        sheet = Sheet(made.id)
    sheet.perform()
    return sheet


def paid(booking_id: UUID, amount: int) -> Sheet:
    sheet = bill(booking_id, amount)
    sheet.pay(amount)
    sheet.read()
    return sheet


def closed() -> UUID:
    booking_id = paper.returned()
    rental.settle(booking_id)
    paper.answer(booking_id)
    return booking_id


def missed_unpaid() -> UUID:
    """A rental that a manager let stand unpaid, and nobody came: PayPal has never heard of it."""
    booking_id = rental.hold()
    rental.order(booking_id)
    with transaction():
        prepayment.waive(booking_id, reason="a guest of ten years", by=rental.AGENT, at=clock.now())
    paper.sign(booking_id)
    with transaction():
        at = queries.by_id(booking_id).pickup_at
        cancelling.miss(booking_id, by=rental.AGENT, at=at, reason="nobody came")
    return booking_id


@pytest.mark.parametrize("reached", [paper.returned, closed])
def test_a_bill_by_hand_has_an_invoice_of_its_own(reached) -> None:  # type: ignore[no-untyped-def]
    booking_id = reached()
    sheet = bill(booking_id, 30_000, 10_000)
    invoice = documents(booking_id)[-1]
    assert (invoice.kind, invoice.total, invoice.paid) == (InvoiceKind.SUPPLEMENT, 40_000, 0)
    assert codes(invoice) == {"charge_other": 40_000}
    assert fresh(sheet.bill_id).invoice_id == invoice.id
    with transaction():
        posting = session().query(Posting).filter_by(source=f"bill:{sheet.bill_id}").one()
        assert vouchers.of([posting])[posting.id] == (VoucherKind.SUPPLEMENT, invoice.number)


def test_what_is_owed_already_is_invoiced_once() -> None:
    booking_id = closed()
    sheet = bill(booking_id, 40_000)
    with transaction():
        bills.cancel(sheet.bill_id, reason="wrong line", by=rental.AGENT, at=clock.now())
    sheet.perform()
    again = bill(booking_id, 30_000, 25_000)
    invoice = documents(booking_id)[-1]
    assert (invoice.total, codes(invoice)) == (15_000, {"charge_other": 15_000})
    assert fresh(again.bill_id).invoice_id == invoice.id
    with transaction():
        bills.cancel(again.bill_id, reason="wrong line", by=rental.AGENT, at=clock.now())
    again.perform()
    assert fresh(bill(booking_id, 55_000).bill_id).invoice_id is None, "it asks for nothing new"
    audited.assert_no_breach_yet()


def test_the_fee_of_a_rental_that_paypal_never_saw_is_invoiced_with_its_tax() -> None:
    booking_id = missed_unpaid()
    booking = found(booking_id)
    fee = owing.for_rental(booking)
    assert fee == booking.total_money
    assert documents(booking_id) == []
    bill(booking_id, fee.amount)
    (invoice,) = documents(booking_id)
    assert invoice.total_money == fee
    assert invoice.tax == booking.agreed.tax
    assert codes(invoice) == {"cancellation_fee": (fee - invoice.tax).amount, "tax": invoice.tax.amount}
    assert invoice.supplied_on == booking.pickup_at.astimezone(booking.pickup_place.zone).date()
    assert balance(booking_id, Account.TAX) == -invoice.tax.amount
    assert balance(booking_id, Account.CANCELLATION) == -(fee - invoice.tax).amount
    assert owing.for_rental(found(booking_id)) == usd(0), "the bill asks for it now"
    audited.assert_no_breach_yet()


def test_a_fee_in_two_bills_and_something_beyond_it() -> None:
    booking_id = missed_unpaid()
    fee = owing.for_rental(found(booking_id)).amount
    bill(booking_id, fee - 100)
    assert owing.for_rental(found(booking_id)) == usd(100)
    bill(booking_id, 5_000)
    first, second = documents(booking_id)
    assert codes(second)["charge_other"] == 4_900
    assert first.total + second.total == fee + 4_900
    assert balance(booking_id, Account.CHARGES) == -4_900
    audited.assert_no_breach_yet()


def test_a_hold_that_comes_to_light_later_brings_only_what_no_bill_asked_for() -> None:
    booking_id = paper.confirmed(days_ahead=4)
    with transaction():
        cancelling.miss(booking_id, by=rental.AGENT, at=found(booking_id).pickup_at, reason="nobody came")
    paper.answer(booking_id)
    (invoice,) = documents(booking_id)
    assert invoice.total_money == found(booking_id).total_money
    assert owing.for_rental(found(booking_id)) == usd(0)
    bill(booking_id, 2_000)
    assert codes(documents(booking_id)[-1]) == {"charge_other": 2_000}, "PayPal has the whole fee"
    audited.assert_no_breach_yet()


@pytest.mark.parametrize("reached", [paper.returned, closed, missed_unpaid])
def test_what_goes_back_of_a_bill_has_a_credit_note(reached) -> None:  # type: ignore[no-untyped-def]
    booking_id = reached()
    sheet = paid(booking_id, 40_000)
    document = documents(booking_id)[-1]
    sheet.give_back(10_000)
    for _ in range(2):
        sheet.read()
    note = documents(booking_id)[-1]
    assert (note.kind, note.total, note.corrects_id) == (InvoiceKind.CREDIT_NOTE, -10_000, document.id)
    assert note.reason == bill_papers.REFUNDED
    assert note.tax == -Money(document.tax.amount * 10_000 // 40_000, "USD")
    assert balance(booking_id, Account.REFUNDS) == 10_000 + note.tax.amount
    sheet.give_back(30_000)
    sheet.read()
    assert sum(row.total for row in documents(booking_id) if row.corrects_id == document.id) == -40_000
    audited.assert_no_breach_yet()


@pytest.mark.parametrize("reached", [paper.returned, closed])
def test_an_earlier_credit_note_is_not_written_twice(reached) -> None:  # type: ignore[no-untyped-def]
    booking_id = reached()
    sheet = paid(booking_id, 40_000)
    number = documents(booking_id)[-1].number
    with transaction():
        correcting.credit(
            booking_id, number=number, amount=usd(10_000), reason="too much", by=rental.AGENT, at=clock.now()
        )
    before = len(documents(booking_id))
    sheet.give_back(10_000)
    sheet.read()
    assert len(documents(booking_id)) == before
    sheet.give_back(5_000)
    sheet.read()
    assert documents(booking_id)[-1].total == -5_000
    audited.assert_no_breach_yet()


def test_what_was_overpaid_was_never_earned() -> None:
    booking_id = closed()
    sheet = paid(booking_id, 40_000)
    sheet.pay(1_000)
    sheet.read()
    before = documents(booking_id)
    sheet.give_back(1_000)
    sheet.read()
    assert [row.id for row in documents(booking_id)] == [row.id for row in before]
    assert (balance(booking_id, Account.RECEIVABLE), balance(booking_id, Account.REFUNDS)) == (0, 0)


def test_a_credit_note_without_a_number_corrects_the_rentals_own_invoice() -> None:
    booking_id = paper.returned()
    bill(booking_id, 10_000)
    rental.settle(booking_id)
    paper.answer(booking_id)
    own = next(row for row in documents(booking_id) if row.kind == InvoiceKind.INVOICE)
    with transaction():
        note = correcting.credit(
            booking_id, amount=usd(1_000), reason="too much", by=rental.AGENT, at=clock.now()
        )
        assert note.corrects_id == own.id
