"""Charges by hand: before the settlement they wait for it, after it they are billed; objections, evidence."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from exodrive.billing import opening as bills
from exodrive.bookings import queries
from exodrive.bookings.after_return import evidence, late_charges, objections
from exodrive.bookings.after_return.evidence import PhotoUnknown, TooMuchEvidence
from exodrive.bookings.after_return.late_charges import ChargesClosed, ChargeUnusable, ClaimTooLate
from exodrive.bookings.after_return.lowering import NotLess
from exodrive.bookings.after_return.objections import ObjectionMade, ObjectionUnusable
from exodrive.bookings.charge import charges, charging
from exodrive.bookings.charge.charge_models import Answer
from exodrive.bookings.charge.charges import ChargeClosed, ChargeNotFound
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import Booking, Charge, ChargeKind
from exodrive.bookings.money import settlement
from exodrive.bookings.money.settlement import AlreadySettling, ChargesContested
from exodrive.invoicing import issuing as invoices
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments.states import Purpose
from exodrive.storage.documents import NotADocument
from exodrive.storage.pictures import NotAPicture
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def damage(amount: int) -> ChargeLine:
    return ChargeLine(ChargeKind.DAMAGE, usd(amount), note="Kerb mark, front left")


def add(booking_id: UUID, line: ChargeLine, *, claimed: bool = False) -> UUID:
    with transaction():
        return late_charges.add(booking_id, line, claimed=claimed, by=rental.AGENT, at=clock.now()).id


def one(booking_id: UUID, charge_id: UUID) -> Charge:
    return next(row for row in charges.all_of(fresh(booking_id).id) if row.id == charge_id)


def closed() -> UUID:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    rental.settle(booking_id)
    paper.answer(booking_id)
    assert fresh(booking_id).state == "closed"
    return booking_id


def test_an_estimate_keeps_the_deposit_until_it_is_assessed() -> None:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    charge_id = add(booking_id, damage(500_00), claimed=True)
    assert [row.id for row in late_charges.blocking(fresh(booking_id))] == [charge_id]
    with pytest.raises(ChargesContested):
        rental.settle(booking_id)
    with transaction():
        late_charges.assess(booking_id, charge_id, amount=usd(380_00), by=rental.AGENT, at=clock.now())
    assert late_charges.blocking(fresh(booking_id)) == []
    with pytest.raises(ChargeClosed), transaction():
        late_charges.assess(booking_id, charge_id, amount=usd(1), by=rental.AGENT, at=clock.now())
    rental.settle(booking_id)
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.DEPOSIT) == ("captured", usd(380_00), usd(0))
    settled = one(booking_id, charge_id)
    assert (settled.state, settled.amount, settled.from_deposit) == ("settled", 380_00, 380_00)


def test_loss_of_use_is_days_times_the_price_of_a_day() -> None:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    booking = fresh(booking_id)
    line = charging.loss_of_use(booking, days=3)
    assert line.amount == charging.day_price(booking) * 3
    assert line.params == {"days": 3, "each": charging.day_price(booking).amount}


def test_what_comes_up_after_closing_is_billed_with_an_invoice_of_its_own() -> None:
    booking_id = closed()
    first = invoices.of_booking(booking_id)
    owed = balance(Account.RECEIVABLE, currency="USD")
    earned = balance(Account.CHARGES, currency="USD")
    charge_id = add(booking_id, ChargeLine(ChargeKind.FINE, usd(75_00), note="Parking"))
    charge = one(booking_id, charge_id)
    assert (charge.state, charge.late, charge.from_deposit) == ("settled", True, 0)
    bill = bills.of_cause(f"late_charge:{charge_id}")
    assert bill is not None
    assert (bill.id, bill.money) == (charge.bill_id, usd(75_00))
    supplement = invoices.invoice(charge.invoice_id or UUID(int=0))
    assert (supplement.kind, supplement.total, supplement.paid) == ("supplement", 75_00, 0)
    assert invoices.of_booking(booking_id) == first
    assert balance(Account.RECEIVABLE, currency="USD") == owed + usd(75_00)
    assert balance(Account.CHARGES, currency="USD") == earned - usd(75_00)
    assert fresh(booking_id).charges == []  # the settlement's stay as they were
    with pytest.raises(ClaimTooLate):
        add(booking_id, damage(1_00), claimed=True)


def test_nothing_is_charged_where_the_car_never_left() -> None:
    with pytest.raises(ChargesClosed):
        add(paper.confirmed(), damage(1_00))


@pytest.mark.parametrize("line", [damage(0), ChargeLine(ChargeKind.TOLL, Money(100, "EUR"))])
def test_amounts_that_are_none(line: ChargeLine) -> None:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    with pytest.raises(ChargeUnusable):
        add(booking_id, line)
    with pytest.raises(ChargeUnusable), transaction():
        late_charges.add(
            booking_id, damage(1), arose_at=clock.now() + timedelta(days=1), by=rental.AGENT, at=clock.now()
        )


def test_nothing_is_added_or_dropped_while_paypal_settles() -> None:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    charge_id = add(booking_id, damage(100_00))
    rental.settle(booking_id)
    with pytest.raises(AlreadySettling):
        add(booking_id, damage(1_00))
    with pytest.raises(AlreadySettling), transaction():
        late_charges.drop(booking_id, charge_id, reason="no", by=rental.AGENT, at=clock.now())


def test_a_dropped_charge_stays_on_record_and_costs_nothing() -> None:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    charge_id = add(booking_id, damage(100_00))
    with transaction():
        late_charges.drop(booking_id, charge_id, reason="Was there", by=rental.AGENT, at=clock.now())
    assert fresh(booking_id).charges == []
    assert one(booking_id, charge_id).dropped_for == "Was there"
    with pytest.raises(ChargeClosed), transaction():
        late_charges.drop(booking_id, charge_id, reason="again", by=rental.AGENT, at=clock.now())
    with pytest.raises(ChargeNotFound), transaction():
        late_charges.drop(booking_id, UUID(int=7), reason="none", by=rental.AGENT, at=clock.now())


def test_evidence_is_checked_by_its_content_and_shown_beside_the_pick_up() -> None:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    charge_id = add(booking_id, damage(100_00))
    sent = [evidence.check("wheel.jpg", rental.photo()), evidence.check("quote.pdf", PDF)]
    with transaction():
        evidence.add(booking_id, charge_id, sent=sent, positions=["front"], by=rental.AGENT, at=clock.now())
    photo, quote, front = evidence.of_charges(booking_id, [one(booking_id, charge_id)])[charge_id]
    assert [photo.media_type, quote.media_type] == ["image/jpeg", "application/pdf"]
    assert front.position == "front"
    assert front.before is not None
    assert front.before != front.file_id
    with pytest.raises(PhotoUnknown), transaction():
        evidence.add(booking_id, charge_id, positions=["roof"], by=rental.AGENT, at=clock.now())
    with pytest.raises(TooMuchEvidence), transaction():
        evidence.add(booking_id, charge_id, sent=sent * 6, by=rental.AGENT, at=clock.now())
    with pytest.raises(NotAPicture):
        evidence.check("photo.jpg", b"MZ this is a program")
    with pytest.raises(NotADocument):
        evidence.check("quote.pdf", PDF.replace(b"<<>>", b"<</OpenAction 1>>"))


def objected(booking_id: UUID, amount: int = 100_00) -> UUID:
    charge_id = add(booking_id, damage(amount))
    with transaction():
        objections.make(booking_id, charge_id, text=" It was there before ", at=clock.now())
    return charge_id


def answer(booking_id: UUID, charge_id: UUID, outcome: Answer, amount: Money | None = None) -> None:
    with transaction():
        objections.answer(
            booking_id, charge_id, outcome=outcome, words="We looked", amount=amount, by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "to", "left"),
    [(Answer.KEPT, None, [100_00]), (Answer.REDUCED, 40_00, [40_00]), (Answer.DROPPED, None, [])],
)
def test_an_objection_waits_for_its_answer(outcome: Answer, to: int | None, left: list[int]) -> None:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    charge_id = objected(booking_id)
    assert fresh(booking_id).attention == "charge_objected"
    with pytest.raises(ChargesContested):
        rental.settle(booking_id)
    answer(booking_id, charge_id, outcome, usd(to) if to else None)
    booking = fresh(booking_id)
    assert booking.attention is None
    assert [row.amount for row in booking.charges] == left
    with pytest.raises(ObjectionMade), transaction():
        objections.make(booking_id, charge_id, text="And again", at=clock.now())
    rental.settle(booking_id)
    paper.answer(booking_id)
    assert settlement.charged(fresh(booking_id)) == usd(sum(left))


def test_words_and_amounts_of_an_answer_are_checked() -> None:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    charge_id = add(booking_id, damage(100_00))
    for text in (" ", "x" * 2001):
        with pytest.raises(ObjectionUnusable), transaction():
            objections.make(booking_id, charge_id, text=text, at=clock.now())
    with pytest.raises(objections.ObjectionNotFound):
        answer(booking_id, charge_id, Answer.KEPT)
    with transaction():
        objections.make(booking_id, charge_id, text="no", at=clock.now())
    for amount in (None, usd(100_00), usd(0), Money(1, "EUR")):
        with pytest.raises(NotLess):
            answer(booking_id, charge_id, Answer.REDUCED, amount)


def test_what_was_taken_from_the_deposit_goes_back_and_what_was_billed_is_asked_for_no_more() -> None:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    charge_id = add(booking_id, damage(100_00))
    rental.settle(booking_id)
    paper.answer(booking_id)
    with transaction():
        objections.make(booking_id, charge_id, text="Too much", at=clock.now())
    answer(booking_id, charge_id, Answer.REDUCED, usd(60_00))
    paper.answer(booking_id)
    assert one(booking_id, charge_id).given_back == 40_00
    assert rental.money(booking_id, Purpose.DEPOSIT)[1:] == (usd(100_00), usd(40_00))
    billed = objected(booking_id)
    answer(booking_id, billed, Answer.DROPPED)
    row = one(booking_id, billed)
    assert (row.credited, row.left("USD")) == (row.amount, usd(0))
