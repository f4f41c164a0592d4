"""Whole rentals in currencies that PayPal takes no decimals of: wire, pages, papers, books."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pypdf
import pytest
import requests
from flask import Flask
from sqlalchemy import select, text

from exodrive.billing import queries as billing
from exodrive.billing.opening import BillLine
from exodrive.bookings import queries
from exodrive.bookings.by_hand import bills, capturing, refunding
from exodrive.bookkeeping import periods, sheets
from exodrive.invoicing import issuing as invoices
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.notifications import messages
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from exodrive.reconciliation import mending, runs
from exodrive.reconciliation.models import Difference
from exodrive.storage import files
from exodrive.tasks import sweeps
from tests import rental
from tests.conftest import Simulators
from tests.drain import drain, troubles
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.seen import Seen
from tests.tasks.wire import Wire

CURRENCIES = ["JPY", "HUF", "TWD"]
# How an amount begins on a page: the sign, or the code where a reader's language has none.
SIGNS = {"JPY": "¥", "HUF": "HUF", "TWD": "NT$"}


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """pytest-flask keeps one request open for a whole test; people here come and go."""


@pytest.fixture(params=CURRENCIES)
def currency(house: Flask, request: pytest.FixtureRequest) -> str:
    """The demo house in another country: its figures are whole units of this currency."""
    with transaction():
        for table in ("houses", "cars", "extras"):
            session().execute(text(f"UPDATE {table} SET currency = :code"), {"code": request.param})
    return str(request.param)


def amounts(value: Any) -> Iterator[tuple[str, str]]:
    """(currency, value) of every amount in a document of PayPal's."""
    if isinstance(value, dict):
        if "currency_code" in value and "value" in value:
            yield value["currency_code"], value["value"]
        for each in value.values():
            yield from amounts(each)
    elif isinstance(value, list):
        for each in value:
            yield from amounts(each)


def on_the_wire(wire: Wire) -> list[tuple[str, str]]:
    bodies = [
        one.body for one in wire.seen if "/paypal/v2/" in one.path and one.body.startswith((b"{", b"["))
    ]
    return [found for body in bodies for found in amounts(json.loads(body))]


def check_figures(shown: str, currency: str) -> None:
    """Every amount carries its own sign and no decimals, and no dollars are left over."""
    sign = re.escape(SIGNS[currency])
    assert re.search(rf"{sign}\s?\d", shown), shown[:400]
    assert not re.search(rf"(?:{sign}|{currency})\s?[\d,]+\.\d", shown)
    assert not re.search(r"(?<!NT)\$\s?\d", shown)
    assert "USD" not in shown


def rented(currency: str, pass_time: PassTime) -> UUID:
    """From the hold to the keys, captured as the plan says, with charges at the return."""
    booking_id = steps.confirmed(days_ahead=3)
    steps.deposit_held(booking_id)
    pass_time(timedelta(days=2, hours=12))
    sweeps.run_payment_plans()
    drain()
    rental.hand_over(booking_id)
    rental.take_back(booking_id, odometer=20_000 + 7 * 100 + 20, fuel_eighths=7)
    drain()
    return booking_id


def bill(booking_id: UUID, currency: str) -> UUID:
    with transaction():
        line = BillLine("charge_other", {"note": "A scratched rim"}, Money(12_500, currency))
        return bills.open_by_hand(booking_id, lines=[line], note="", by=rental.AGENT, at=clock.now()).id


def refund(booking_id: UUID, currency: str) -> None:
    with transaction():
        refunding.refund(
            booking_id, purpose=Purpose.RENTAL, amount=Money(1_001, currency), reason="Washed badly",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    drain()


def pay(bill_id: UUID) -> None:
    session().expire_all()
    with transaction():
        url = billing.one(bill_id).view_url
    assert url is not None
    shown = requests.get(url, timeout=60).text
    assert "12,500" in shown or "12500" in shown
    assert "12500.0" not in shown
    requests.post(url, data={"amount": "", "funding": "good"}, allow_redirects=False, timeout=60)
    with transaction():
        bills.look_again(bill_id)
    drain()


def exported() -> str:
    """All files of the books."""
    with transaction():
        day = clock.now().date()
        first, last = (f"{day + timedelta(days=days):%Y-%m-%d}" for days in (-40, 40))
        period = periods.of_days(first, last, zone=rental.ZONE)
        return "".join(piece for sheet in sheets.SHEETS.values() for piece in sheet.written(period))


def test_a_whole_rental(
    currency: str, wire: Wire, seen: Seen, pass_time: PassTime, simulators: Simulators
) -> None:
    booking_id = rented(currency, pass_time)
    with transaction():
        booking = queries.by_id(booking_id)
        total, charges = booking.total_money, Money(sum(row.amount for row in booking.charges), currency)
    assert charges.amount == 20 * 500 + 3 * 700 + 2500
    refund(booking_id, currency)
    check_figures(seen.desk(booking_id), currency)
    check_figures(seen.customer(booking_id), currency)
    rental.settle(booking_id)
    drain()
    bill_id = bill(booking_id, currency)
    drain()
    pay(bill_id)
    assert rental.state(booking_id) == "closed"
    assert rental.money(booking_id, Purpose.RENTAL) == (
        "partially_refunded", total, Money(1_001, currency),
    )  # fmt: skip
    # PayPal's hold would not last through the inspection: all of it was taken, and the rest went back.
    _, taken, back = rental.money(booking_id, Purpose.DEPOSIT)
    assert taken - back == charges
    with transaction():
        assert billing.one(bill_id).paid_money == Money(12_500, currency)
        assert balance(Account.RECEIVABLE, currency=currency) == Money.zero(currency)
        assert balance(Account.PREPAID, currency=currency) == Money.zero(currency)
        invoice = invoices.of_booking(booking_id)
        assert invoice is not None
        assert invoice.file_id is not None
        paper = files.read(invoice.file_id)[1]
        letters = " ".join(row.text for row in messages.of_booking(booking_id))
    printed = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages)
    for shown in (printed, letters, seen.desk(booking_id), seen.customer(booking_id)):
        check_figures(shown, currency)
    found = on_the_wire(wire)
    assert {code for code, _ in found} == {currency}
    assert all(re.fullmatch(r"\d+", value) for _, value in found), found
    assert str(total.amount) in {value for _, value in found}
    assert "12500" in {value for _, value in found}
    assert troubles() == []


def test_what_an_accountant_and_a_program_get(currency: str, seen: Seen, pass_time: PassTime) -> None:
    booking_id = rented(currency, pass_time)
    rental.settle(booking_id)
    drain()
    with transaction():
        total = queries.by_id(booking_id).total_money
    files_of_books = exported()
    assert f"{total.amount},{total.amount}" in files_of_books.replace("-", "")
    assert not re.search(rf"{currency},[^\n]*\d\.\d", files_of_books)
    db.session.remove()
    for address in (f"/desk/bookings/{_reference(booking_id)}/statement", "/desk/books"):
        shown = seen.manager.get(address)
        assert not re.search(rf"{re.escape(SIGNS[currency])}[\d,]+\.\d", shown), address


def _reference(booking_id: UUID) -> str:
    with transaction():
        return queries.by_id(booking_id).reference


def test_paypal_refuses_decimals_and_the_house_never_sends_any(currency: str, wire: Wire) -> None:
    booking_id = steps.paid(days_ahead=3)
    with transaction():
        (held,) = tree.authorizations(tree.of_booking(booking_id)[Purpose.RENTAL])
    gateway = factory.payment_gateway()
    body = {"amount": {"currency_code": currency, "value": "100.50"}}
    with pytest.raises(GatewayRejected) as refusal:
        gateway._write(  # type: ignore[attr-defined]
            "/v2/payments/authorizations/{id}/capture", "by-hand", body, subject=held.paypal_id, read=dict
        )
    assert refusal.value.code == "DECIMALS_NOT_SUPPORTED"
    assert Money(10_050, currency).to_text() == "10050"


def test_what_was_given_back_there_is_found_to_the_unit_and_taken_over(currency: str) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    with transaction():
        capturing.capture(
            booking_id, purpose=Purpose.RENTAL, amount=None, final=True, reason="Now", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    drain()
    with transaction():
        (taken,) = tree.captures(tree.of_booking(booking_id)[Purpose.RENTAL])
        capture, fee = taken.paypal_id, taken.fee
    assert fee
    there = Money(1_001, currency)
    # PayPal answers a request's id with what it did the first time, for whatever capture that was.
    once = f"by-hand-{capture}"
    factory.payment_gateway().refund(capture, amount=there, invoice_id=once, request_id=once)
    with transaction():
        runs.begin(by=rental.AGENT, at=clock.now())
    drain()
    with transaction():
        (row,) = session().scalars(select(Difference))
        assert (row.cause, row.ours, row.theirs, row.currency) == ("refund_unknown", None, 1_001, currency)
        mending.mend(row.id, by=rental.AGENT, at=clock.now())
    drain()
    with transaction():
        left = balance(Account.CLEARING, currency=currency, booking_id=booking_id)
        assert left == Money(taken.amount - fee, currency) - there
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "partially_refunded"
