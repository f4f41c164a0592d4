"""Correcting an invoice: a document of its own, the tax in proportion, never beyond what was invoiced."""

from __future__ import annotations

import random
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from exodrive.bookings import queries
from exodrive.bookings.by_hand import correcting, purse, refunding
from exodrive.bookings.by_hand.correcting import ReasonWanted
from exodrive.invoicing import issuing
from exodrive.invoicing.issuing import InvoiceNotFound
from exodrive.invoicing.models import Invoice, InvoiceKind
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments.states import Purpose
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def closed() -> UUID:
    booking_id = paper.returned()
    rental.settle(booking_id)
    paper.answer(booking_id)
    session().expire_all()
    assert queries.by_id(booking_id).state == "closed"
    return booking_id


def own(booking_id: UUID) -> Invoice:
    found = issuing.of_booking(booking_id)
    assert found is not None
    return found


def credit(
    booking_id: UUID, amount: int | None, *, reason: str = "charged twice", number: str | None = None
) -> Invoice:
    with transaction():
        return correcting.credit(
            booking_id,
            number=number,
            amount=None if amount is None else usd(amount),
            reason=reason,
            by=rental.AGENT,
            at=clock.now(),
        )


def refund(booking_id: UUID, amount: int | None) -> None:
    with transaction():
        refunding.refund(
            booking_id,
            purpose=Purpose.RENTAL,
            amount=None if amount is None else usd(amount),
            reason="made good",
            by=rental.AGENT,
            at=clock.now(),
        )
    paper.answer(booking_id)


def of(account: Account) -> Money:
    return balance(account, currency="USD")


def test_a_part_is_corrected_with_its_share_of_the_tax() -> None:
    booking_id = closed()
    invoice, tax = own(booking_id), of(Account.TAX)
    note = credit(booking_id, 100_00)
    assert (note.kind, note.corrects_id, note.reason) == (
        InvoiceKind.CREDIT_NOTE,
        invoice.id,
        "charged twice",
    )
    assert note.sequence == invoice.sequence + 1, "one series for all documents"
    assert note.total_money == usd(-100_00)
    assert note.tax == -(of(Account.TAX) - tax)
    assert note.tax.amount == -(100_00 * invoice.tax.amount // invoice.total)
    assert of(Account.REFUNDS) == usd(100_00) + note.tax
    assert of(Account.PREPAID) == usd(-100_00), "paid for, so the house owes it"
    assert own(booking_id).total_money == invoice.total_money, "an invoice never changes"
    assert audit.trail(booking_id)[0].action == "invoice.credited"


def test_in_whatever_parts_the_whole_takes_all_of_the_tax_along() -> None:
    booking_id = closed()
    invoice = own(booking_id)
    chance = random.Random(7)
    while (left := correcting.left(invoice)).amount > 100_00:
        credit(booking_id, chance.randrange(1, left.amount))
    credit(booking_id, None)
    assert not correcting.left(invoice)
    assert of(Account.TAX) == usd(0)
    assert sum(note.tax.amount for note in issuing.corrections_of(invoice.id)) == -invoice.tax.amount
    with pytest.raises(purse.NoAmount):
        credit(booking_id, None)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_correction(amount: int) -> None:
    booking_id = closed()
    with pytest.raises(purse.NoAmount):
        credit(booking_id, amount)


def test_no_more_than_is_left() -> None:
    booking_id = closed()
    total = own(booking_id).total
    credit(booking_id, 1)
    with pytest.raises(purse.AmountBeyond) as refused:
        credit(booking_id, total)
    assert refused.value.most == usd(total - 1)


def test_it_says_why() -> None:
    booking_id = closed()
    with pytest.raises(ReasonWanted):
        credit(booking_id, 1, reason="  ")


def test_a_credit_note_is_not_corrected_and_another_number_is_no_document() -> None:
    booking_id = closed()
    note = credit(booking_id, 1)
    for number in (note.number, "2001-00001"):
        with pytest.raises(InvoiceNotFound):
            credit(booking_id, 1, number=number)
    assert credit(booking_id, 1, number=own(booking_id).number).total == -1


def test_giving_back_after_the_settlement_writes_one() -> None:
    booking_id = closed()
    refund(booking_id, 75_00)
    (note,) = issuing.corrections_of(own(booking_id).id)
    assert (note.total_money, note.reason) == (usd(-75_00), "made good")
    assert of(Account.PREPAID) == usd(0)


def test_what_was_credited_before_is_given_back_without_another() -> None:
    booking_id = closed()
    credit(booking_id, 80_00)
    refund(booking_id, 50_00)
    refund(booking_id, 50_00)
    notes = [note.total for note in issuing.corrections_of(own(booking_id).id)]
    assert notes == [-80_00, -20_00]
    assert of(Account.PREPAID) == usd(0)


def test_before_there_is_an_invoice_nothing_can_be_corrected() -> None:
    booking_id = paper.on_rent()
    with pytest.raises(InvoiceNotFound):
        credit(booking_id, 1)


@pytest.mark.parametrize(
    "deed",
    ["UPDATE invoices SET total = total - 1", "UPDATE invoices SET file_id = NULL", "DELETE FROM invoices"],
)
def test_a_document_is_never_changed(deed: str) -> None:
    """Neither an invoice nor a credit note; it gets its PDF once."""
    booking_id = closed()
    credit(booking_id, 100_00)
    with transaction():
        for document in session().scalars(select(Invoice)):
            issuing.keep_pdf(document.id, b"%PDF-1.7", at=clock.now())
    with pytest.raises(IntegrityError, match="append-only"), session().begin_nested():
        session().execute(text(deed))
