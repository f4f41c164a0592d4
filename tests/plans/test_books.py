"""The books: their page, their files, and the run that compares all that is open with PayPal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from exodrive.bookkeeping import periods, sheets
from exodrive.bookkeeping.periods import Period
from exodrive.extensions import limiter
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.actors import SYSTEM
from exodrive.kernel.db import session
from exodrive.ledger.models import Posting
from exodrive.reconciliation import runs
from tests.filled import FilledHouse
from tests.plans.explained import watched
from tests.web.staff.browser import Browser

pytestmark = pytest.mark.slow

# A balance is the sum of all that was posted, and has a line for whoever stands on it, hundreds at a time:
# only what stands beside it is found by an index.
BALANCES = frozenset({"trial-balance", "taxes", "receivables", "prepayments", "deposits"})
WHOLE = ("ledger_entries", "ledger_postings", "booking_drivers")


@pytest.fixture(scope="module")
def busiest(house: FilledHouse) -> date:
    """The day on which most was posted: closings, invoices and fees."""
    day = func.date(Posting.posted_at)
    query = select(day).group_by(day).order_by(func.count().desc(), day).limit(1)
    found: date = session().scalars(query).one()
    return found


@pytest.fixture
def period(busiest: date) -> Period:
    zone = ZoneInfo(houses.house().time_zone)
    return periods.of_days(f"{busiest}", f"{busiest}", zone=zone)


@pytest.fixture(scope="module")
def desk(house: FilledHouse) -> Iterator[Browser]:
    limiter.enabled, before = False, limiter.enabled
    browser = Browser(house.app.test_client())
    assert browser.sign_in(*house.owner).status_code in (302, 303)
    yield browser
    limiter.enabled = before


def but_for_balances(faults: list[str]) -> list[str]:
    return [fault for fault in faults if not any(table in fault.partition("\n")[0] for table in WHOLE)]


@pytest.mark.parametrize("name", sheets.SHEETS)
def test_a_file(name: str, period: Period) -> None:
    with watched() as watch:
        assert sum(1 for _ in sheets.sheet(name).written(period))
    assert (but_for_balances(watch.faults) if name in BALANCES else watch.faults) == []


def test_the_page_of_a_month(desk: Browser, busiest: date) -> None:
    with watched() as watch:
        desk.get(f"/desk/books?month={busiest:%Y-%m}")
    assert but_for_balances(watch.faults) == []


def test_a_run_over_all_that_is_open(house: FilledHouse) -> None:
    """It writes down what it is going to read, which is much; each slice of it is little."""
    with watched() as watch:
        run = runs.begin(by=SYSTEM, at=clock.now())
        runs.slice_of(run.id)
        runs.begin_if_due(at=clock.now() + timedelta(days=1))
    assert not [fault for fault in watch.faults if fault.startswith("reads all of")]
