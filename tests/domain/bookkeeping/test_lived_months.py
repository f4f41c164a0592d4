"""Rentals with every way that money takes: each of three months closes from its files alone."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text

from exodrive.billing.models import Bill
from exodrive.billing.opening import BillLine
from exodrive.bookings import cancelling, queries
from exodrive.bookings.after_return import late_charges
from exodrive.bookings.by_hand import bills, correcting, refunding
from exodrive.bookings.by_hand.bills import Taken
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import ChargeKind
from exodrive.bookings.money import takings
from exodrive.bookkeeping import archive, periods
from exodrive.bookkeeping.periods import Period
from exodrive.house import queries as houses
from exodrive.invoicing import issuing
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.payments import receipts
from exodrive.payments.receipt_models import For, Method
from exodrive.payments.states import Purpose
from tests import paper, rental
from tests.bill_paper import Sheet
from tests.domain.bookkeeping import accountant
from tests.domain.bookkeeping.accountant import Month

ZONE = ZoneInfo("America/New_York")
MONTH = timedelta(days=30)
Freeze = Callable[[datetime], None]


def money(amount: int) -> Money:
    """In the house's currency, whatever that is here."""
    return Money(amount, houses.house().currency)


@pytest.fixture(params=["USD", "EUR", "JPY"])
def currency(house: Flask, request: pytest.FixtureRequest) -> str:
    """The demo house in another country: its figures are minor units of this currency."""
    with transaction():
        for table in ("houses", "cars", "extras"):
            session().execute(text(f"UPDATE {table} SET currency = :code"), {"code": request.param})
    return str(request.param)


def closed(slug: str, *, fuel_eighths: int = 8, at_desk: bool = False) -> UUID:
    booking_id = paper.confirmed(slug)
    if at_desk:
        _take_deposit(booking_id)
    else:
        paper.hold_deposit(booking_id)
    with transaction():
        odometer = queries.by_id(booking_id).car.odometer
    rental.hand_over(booking_id, odometer=odometer)
    rental.take_back(booking_id, odometer=odometer + 150, fuel_eighths=fuel_eighths)
    rental.settle(booking_id)
    paper.answer(booking_id)
    assert rental.state(booking_id) == "closed"
    return booking_id


def _take_deposit(booking_id: UUID) -> None:
    with transaction():
        whole = queries.by_id(booking_id).deposit_money
        takings.take(
            booking_id, purpose=For.DEPOSIT, method=Method.TERMINAL, amount=whole, reference="slip 7",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip


def billed(booking_id: UUID, amount: int) -> Sheet:
    """Damage that was found late: an invoice of its own, and a bill at PayPal."""
    with transaction():
        line = ChargeLine(ChargeKind.DAMAGE, money(amount), note="Kerb mark")
        late_charges.add(booking_id, line, by=rental.AGENT, at=clock.now())
        sheet = Sheet(session().scalars(select(Bill.id).where(Bill.booking_id == booking_id)).one())
    sheet.perform()
    return sheet


def credit(booking_id: UUID, amount: int | None, *, number: str | None = None) -> None:
    with transaction():
        correcting.credit(
            booking_id, number=number, amount=None if amount is None else money(amount),
            reason="charged twice", by=rental.AGENT, at=clock.now(),
        )  # fmt: skip


def give_back(booking_id: UUID, amount: int) -> None:
    with transaction():
        refunding.refund(
            booking_id, purpose=Purpose.RENTAL, amount=money(amount), reason="made good", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    paper.answer(booking_id)


def cancelled() -> UUID:
    booking_id = paper.confirmed("noctua-r", days_ahead=2)
    with transaction():
        fee = cancelling.terms(queries.by_id(booking_id), at=clock.now()).fee
        assert fee
        cancelling.cancel(booking_id, agreed_fee=fee, by=rental.AGENT, at=clock.now())
    paper.answer(booking_id)
    return booking_id


def paid_and_lost() -> None:
    """Bills: one paid at PayPal in part and given up, one paid at the desk, one for something else."""
    damaged = billed(closed("noctua-s"), 900_00)
    damaged.pay(300_00, fee=11_00)
    damaged.read()
    with transaction():
        bills.write_off(damaged.bill_id, reason="moved away", by=rental.AGENT, at=clock.now())
    at_desk = billed(closed("solenne-spider"), 250_00)
    with transaction():
        bills.record_payment(
            at_desk.bill_id, amount=money(250_00), method=Taken.CASH, reference="note 4", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    at_desk.perform()
    open_again = closed("bramante-s")
    with transaction():
        line = BillLine("charge_other", {"note": "A lost key"}, money(80_00))
        bills.open_by_hand(open_again, lines=[line], note="", by=rental.AGENT, at=clock.now())


def hand_back(booking_id: UUID) -> None:
    with transaction():
        (receipt,) = receipts.of_booking(booking_id)
        takings.give_back(
            booking_id, receipt_id=receipt.id, amount=receipt.money, method=None, reference="slip 9",
            reason="clean", by=rental.AGENT, at=clock.now(),
        )  # fmt: skip


def supplement_of(booking_id: UUID) -> str:
    return issuing.all_of_booking(booking_id)[-1].number


def from_the_archive(period: Period, folder: Path) -> Month:
    """The month as somebody has it who was sent the archive, and nothing else."""
    with archive.packed(period) as packed, zipfile.ZipFile(packed) as opened:
        opened.extractall(folder)
    return Month(folder)


def test_three_months_close_one_after_the_other(
    currency: str, frozen: Freeze, at: datetime, tmp_path: Path
) -> None:
    whole, at_desk = closed("aurelia-gt"), closed("calder-brake", at_desk=True)
    closed("corsara-v10", fuel_eighths=5)
    given_up, unpaid = cancelled(), closed("strada-tt")
    credit(whole, 100_00)
    paid_and_lost()

    frozen(at + MONTH)
    give_back(whole, 150_00)
    give_back(given_up, 40_00)
    hand_back(at_desk)
    billed(unpaid, 120_00)
    waiting = paper.confirmed("linnet-38", days_ahead=20)

    frozen(at + 2 * MONTH)
    credit(unpaid, None, number=supplement_of(unpaid))
    credit(whole, None)
    assert rental.state(waiting) == "confirmed"

    months, before = [], None
    for name in ("2027-02", "2027-03", "2027-04"):
        period = periods.of_month(name, zone=ZONE)
        month = from_the_archive(period, tmp_path / name)
        month.closed(before)
        months.append(month)
        before = month
    kinds = [{row["kind"] for row in month.files["invoices"]} for month in months]
    assert kinds == [
        {"invoice", "supplement", "credit_note"}, {"supplement", "credit_note"}, {"credit_note"},
    ]  # fmt: skip
    assert {row["currency"] for month in months for row in month.files["journal"]} == {currency}
    (issued,) = accountant.numbers(months).values()
    assert issued == list(range(1, len(issued) + 1))
    assert {row["method"] for row in months[0].files["desk"]} == {"terminal", "cash"}
    assert {row["kind"] for row in months[1].files["paypal"]} == {"refund"}
    owed = {row["booking"]: row["closing_minor"] for row in months[2].files["receivables"]}
    assert sorted(map(int, owed.values())) == [0, 80_00], "what was credited is not owed any more"
