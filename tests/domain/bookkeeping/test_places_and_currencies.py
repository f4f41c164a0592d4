"""Two places with other rates in one month, a rate that changes in it, and currencies without decimals."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from exodrive.bookkeeping import periods
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from tests import rental
from tests.domain.bookkeeping import accountant, papers
from tests.domain.bookkeeping.accountant import Month
from tests.domain.bookkeeping.papers import ZONE

pytestmark = pytest.mark.usefixtures("house")
CARS = ("aurelia-gt", "calder-brake", "corsara-v10")


def bookings() -> list[UUID]:
    found = []
    for car in CARS:
        found.append(rental.hold(car, visitor=car))
        rental.order(found[-1])
    return found


def month(folder: Path) -> Month:
    made = Month(accountant.export(periods.of_month("2027-02", zone=ZONE), folder))
    made.closed(None)
    return made


def at(day: int) -> datetime:
    return datetime(2027, 2, day, 12, tzinfo=ZONE)


def test_each_place_and_rate_is_told_apart(tmp_path: Path) -> None:
    in_md, again, in_va = bookings()
    net = Money(1_000_01, "USD")
    with transaction():
        old = papers.tax("MD", "md-rental", rate_ppm=115_000, net=net)
        new = papers.tax("MD", "md-rental", rate_ppm=120_000, net=net)
        virginia = papers.tax("VA", "va-rental", rate_ppm=100_000, net=net)
        papers.issue(in_md, net, old, at=at(3), supplied_on=date(2027, 1, 30))
        papers.issue(again, net, new, at=at(4), supplied_on=date(2027, 2, 1))
        papers.issue(in_va, net, virginia, at=at(5), supplied_on=date(2027, 2, 2))
    made = month(tmp_path)
    due = {(row["place"], row["tax"]): int(row["due_minor"]) for row in made.files["taxes"]}
    assert due == {("MD", "md-rental"): 235_00, ("VA", "va-rental"): 100_00}
    by_rate = {
        (row["place"], row["rate_ppm"]): (row["base"], row["amount"], row["supplied_on"])
        for row in made.files["invoice-lines"]
        if row["place"]
    }
    assert by_rate == {
        ("MD", "115000"): ("1000.01", "115.00", "2027-01-30"),
        ("MD", "120000"): ("1000.01", "120.00", "2027-02-01"),
        ("VA", "100000"): ("1000.01", "100.00", "2027-02-02"),
    }


def test_currencies_without_decimals_have_none_in_any_file(tmp_path: Path) -> None:
    amounts = {"JPY": 90_001, "HUF": 123_457, "TWD": 31_999}
    held = bookings()
    with transaction():
        for booking_id, (currency, amount) in zip(held, amounts.items(), strict=True):
            net = Money(amount, currency)
            papers.issue(booking_id, net, papers.tax("X", "x", rate_ppm=100_000, net=net), at=at(3))
    made = month(tmp_path)
    for row in made.files["invoices"]:
        net = amounts[row["currency"]]
        assert (row["net"], row["tax"], row["total"]) == (str(net), str(net // 10), str(net + net // 10))
        assert row["total"] == row["total_minor"]
    assert {row["currency"] for row in made.files["trial-balance"]} == set(amounts)
    owed = {row["currency"]: row["closing"] for row in made.files["receivables"]}
    assert owed == {currency: str(net + net // 10) for currency, net in amounts.items()}
