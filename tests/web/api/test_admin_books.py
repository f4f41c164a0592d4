"""The books by the staff's programs: statement, trial balance, files and credit notes, and who may."""

from __future__ import annotations

import csv
import io
from uuid import UUID

import pytest
from flask import Flask

from exodrive.accounts.scopes import Kind, Scope
from exodrive.kernel import clock
from tests import paper, rental
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.api.till import path, usd


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    return Program(house, make_token(Kind.STAFF, name="Accountant"))


@pytest.fixture
def booking_id(house: Flask) -> UUID:
    found = paper.returned()
    rental.settle(found)
    paper.answer(found)
    return found


def _this_month() -> str:
    today = clock.now().date()
    return f"from={today.replace(day=1)}&to={today}"


def test_the_trial_balance_comes_to_nothing(desk: Program, booking_id: UUID) -> None:
    answer = desk.get(f"/api/v1/admin/books/trial-balance?{_this_month()}")
    accounts = answer.json["accounts"]
    assert {"rental_revenue", "tax_payable", "paypal_clearing"} <= {row["account"] for row in accounts}
    assert sum(row["closing"] for row in accounts) == 0


def test_the_statement_ends_at_nothing(desk: Program, booking_id: UUID) -> None:
    answer = desk.get(path(booking_id, "statement"))
    assert answer.json["balance"] == usd(0)
    assert {"capture", "settlement"} <= {step["kind"] for step in answer.json["steps"]}
    for step in answer.json["steps"]:
        assert sum(line["amount"]["amount"] for line in step["lines"]) == 0


def test_a_file_is_csv(desk: Program, booking_id: UUID) -> None:
    answer = desk.get(f"/api/v1/admin/books/exports/invoices?{_this_month()}")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("exports/customers?from=2026-10-01&to=2026-10-02", 404, "sheet_unknown"),
        ("exports/journal?from=2026-10-02&to=2026-10-01", 422, "period_unclear"),
        ("exports/journal?from=2026-01-01&to=2026-10-01", 422, "period_unclear"),
        ("trial-balance?from=0001-01-01&to=2026-10-01", 422, "period_unclear"),
        ("trial-balance?from=yesterday&to=2026-10-01", 400, "request_invalid"),
        ("trial-balance", 400, "request_invalid"),
    ],
)
def test_what_cannot_be_had_is_named(desk: Program, address: str, status: int, code: str) -> None:
    answer = desk.get(f"/api/v1/admin/books/{address}")
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


def test_an_invoice_is_corrected_once_for_each_key(desk: Program, booking_id: UUID) -> None:
    body = {"amount": usd(100_00), "reason": "Charged twice"}
    first = desk.post(path(booking_id, "credit-note"), body, Idempotency_Key="1")
    assert first.status_code == 201, first.text
    assert (first.json["kind"], first.json["total"]) == ("credit_note", usd(-100_00))
    again = desk.post(path(booking_id, "credit-note"), body, Idempotency_Key="1")
    assert again.json == first.json
    beyond = desk.post(path(booking_id, "credit-note"), {**body, "amount": usd(10**9)}, Idempotency_Key="2")
    assert beyond.status_code == 422
    other = desk.post(path(booking_id, "credit-note"), {**body, "invoice": "2001-00001"}, Idempotency_Key="3")
    assert (other.status_code, other.json["code"]) == (404, "invoice_not_found")


def test_an_invoice_is_corrected_only_on_the_booking_that_was_seen(desk: Program, booking_id: UUID) -> None:
    body = {"amount": usd(100_00), "reason": "Charged twice"}
    late = desk.post(path(booking_id, "credit-note"), body, Idempotency_Key="1", If_Match='"another"')
    assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile")
    seen = desk.get(f"/admin/bookings/{booking_id}").headers["ETag"]
    made = desk.post(path(booking_id, "credit-note"), body, Idempotency_Key="2", If_Match=seen)
    assert made.status_code == 201, made.text


def test_the_books_have_a_scope_of_their_own(house: Flask, make_token: MakeToken) -> None:
    program = Program(house, make_token(Kind.STAFF, Scope.BOOKINGS_READ, name="Agent"))
    assert program.get(f"/api/v1/admin/books/trial-balance?{_this_month()}").status_code == 403
