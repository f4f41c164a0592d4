"""The books of a settled rental: by kind and by place, to nothing in every period, the same in every file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from exodrive.bookings import queries
from exodrive.bookkeeping import journal, periods, sheets, statements, trial
from exodrive.bookkeeping.periods import Period
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money, total
from exodrive.ledger import forward, postings
from exodrive.ledger.models import Account
from exodrive.ledger.postings import Unbalanced
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")
ZONE = ZoneInfo("America/New_York")


def closed() -> UUID:
    booking_id = paper.returned()
    rental.settle(booking_id)
    paper.answer(booking_id)
    return booking_id


def this_month() -> Period:
    return periods.of_month(f"{clock.now().astimezone(ZONE):%Y-%m}", zone=ZONE)


def read(name: str, period: Period) -> list[dict[str, str]]:
    made = "".join(sheets.sheet(name).written(period)).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(made, newline="")))


def post(source: str, sides: postings.Sides, *, at: datetime) -> None:
    postings.post("note", source=source, booking_id=None, sides=sides, at=at)


def test_a_rental_is_earned_by_kind_and_its_tax_by_place() -> None:
    booking = queries.by_id(closed())
    price = booking.agreed
    period = this_month()
    by_account = {row.account: row for row in trial.balance(start=period.start, end=period.end)}
    assert -by_account[Account.RENTAL].closing == price.rental
    assert -by_account[Account.TAX].closing == price.tax
    taxes = trial.taxes(start=period.start, end=period.end)
    agreed = {
        f"{line.params['jurisdiction']}/{line.params['code']}": line.amount
        for line in price.lines
        if line.code == "tax"
    }
    assert {row.detail: row.credits for row in taxes} == agreed
    assert Account.PREPAID not in by_account or not by_account[Account.PREPAID].closing


@pytest.mark.made_up
@pytest.mark.parametrize("brought_forward", [False, True])
def test_every_period_opens_as_the_one_before_closed_and_comes_to_nothing(brought_forward: bool) -> None:
    start = datetime(2026, 1, 31, 23, 59, tzinfo=ZONE)
    for n, (cents, currency) in enumerate([(100_01, "USD"), (-25_00, "USD"), (7_000, "JPY"), (3, "HUF")]):
        amount = Money(cents, currency)
        at = start + timedelta(days=29 * n)
        post(f"note:{n}", {Account.CLEARING: amount, (Account.TAX, "US-MD/x"): -amount}, at=at)
    if brought_forward:
        assert bring_all(at=start + timedelta(days=200)) == 4
    closing: dict[tuple[Account, str], Money] = {}
    for month in ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05"):
        period = periods.of_month(month, zone=ZONE)
        rows = trial.balance(start=period.start, end=period.end)
        assert {(row.account, row.currency): row.opening for row in rows if row.opening} == {
            key: amount for key, amount in closing.items() if amount
        }
        closing = {(row.account, row.currency): row.closing for row in rows}
        for currency in {row.currency for row in rows}:
            of_one = [row for row in rows if row.currency == currency]
            assert not total((row.closing for row in of_one), currency=currency)
            debits, credits = (
                total((getattr(row, side) for row in of_one), currency=currency)
                for side in ("debits", "credits")
            )
            assert debits == credits
    assert closing[Account.CLEARING, "JPY"] == Money(7_000, "JPY")


def bring_all(*, at: datetime) -> int:
    midnights = 0
    while forward.bring(at=at):
        midnights += 1
    return midnights


@pytest.mark.made_up
def test_balances_are_brought_forward_a_day_later_and_forgotten_by_an_earlier_posting() -> None:
    first = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    tax = (Account.TAX, "US-MD/x")
    post("a", {Account.CLEARING: Money(5_00, "USD"), tax: Money(-5_00, "USD")}, at=first)
    post("b", {Account.CLEARING: Money(1_00, "USD"), tax: Money(-1_00, "USD")}, at=midnight)
    assert not forward.bring(at=midnight + forward.SETTLED - timedelta(seconds=1))
    assert forward.bring(at=midnight + forward.SETTLED)
    assert not forward.bring(at=midnight + forward.SETTLED)
    assert forward.latest(until=midnight - timedelta(seconds=1)) is None
    assert forward.latest(until=midnight) == midnight

    def opening() -> dict[Account, Money]:
        rows = trial.balance(start=midnight, end=midnight + timedelta(days=1))
        return {row.account: row.opening for row in rows}

    assert opening() == {Account.CLEARING: Money(5_00, "USD"), Account.TAX: Money(-5_00, "USD")}
    post("late", {Account.CLEARING: Money(7, "USD"), tax: Money(-7, "USD")}, at=first)
    assert forward.latest(until=midnight) is None
    assert opening() == {Account.CLEARING: Money(5_07, "USD"), Account.TAX: Money(-5_07, "USD")}
    assert bring_all(at=midnight + timedelta(days=5)) == 2
    assert opening() == {Account.CLEARING: Money(5_07, "USD"), Account.TAX: Money(-5_07, "USD")}
    # A posting of today leaves what was brought forward as it is.
    post("today", {Account.CLEARING: Money(9, "USD"), tax: Money(-9, "USD")}, at=midnight + timedelta(days=5))
    assert forward.latest(until=midnight) == midnight


def test_the_journal_has_the_trial_balance_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    closed()
    monkeypatch.setattr(journal, "PAGE", 2)  # so that it takes several pages
    period = this_month()
    lines = read("journal", period)
    for row in read("trial-balance", period):
        of_account = [
            int(line["amount_minor"])
            for line in lines
            if (line["account"], line["currency"]) == (row["account"], row["currency"])
        ]
        assert sum(amount for amount in of_account if amount > 0) == int(row["debits_minor"])
        assert -sum(amount for amount in of_account if amount < 0) == int(row["credits_minor"])
    assert sum(int(line["amount_minor"]) for line in lines) == 0
    assert len({line["posting"] for line in lines}) > 2


def test_the_files_of_the_invoices_say_what_the_ledger_says() -> None:
    booking = queries.by_id(closed())
    period = this_month()
    (invoice,) = read("invoices", period)
    assert invoice["booking"] == booking.reference
    assert int(invoice["total_minor"]) == int(invoice["net_minor"]) + int(invoice["tax_minor"])
    assert invoice["total"] == booking.total_money.to_text()
    lines = read("invoice-lines", period)
    assert sum(int(line["amount_minor"]) for line in lines) == int(invoice["total_minor"])
    taxed = [line for line in lines if line["place"]]
    due = {(row["place"], row["tax"]): int(row["due_minor"]) for row in read("taxes", period)}
    assert {(line["place"], line["tax"]): int(line["amount_minor"]) for line in taxed} == due
    assert all(line["base"] and line["rate_ppm"] for line in taxed)


def test_the_statement_ends_where_nobody_owes_anything() -> None:
    booking = queries.by_id(closed())
    found = statements.of_booking(booking.id, currency=booking.currency)
    assert [step.kind for step in found.steps if step.kind != "fee"] == ["capture", "settlement"]
    assert found.steps[0].balance == -booking.total_money, "the house holds it for them"
    assert not found.closing
    assert dict(found.accounts)[Account.TAX] == -booking.agreed.tax


def test_a_period_without_postings_has_empty_files() -> None:
    period = periods.of_month("2001-01", zone=ZONE)
    assert all(read(name, period) == [] for name in sheets.SHEETS)


@pytest.mark.made_up
@pytest.mark.parametrize("change", ["SET detail = 'other'", "SET amount = 0"])
def test_what_was_posted_stays(change: str) -> None:
    with transaction():
        post(
            "note:kept",
            {(Account.TAX, "US-MD/x"): Money(1, "USD"), Account.CASH: Money(-1, "USD")},
            at=clock.now(),
        )
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        session().execute(text(f"UPDATE ledger_entries {change}"))


def test_details_do_not_hide_an_imbalance() -> None:
    sides: postings.Sides = {(Account.TAX, "a"): Money(2, "USD"), (Account.TAX, "b"): Money(-1, "USD")}
    with pytest.raises(Unbalanced):
        post("note:off", sides, at=datetime(2026, 1, 1, tzinfo=UTC))
