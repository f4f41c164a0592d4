"""A house with some hundred bookings closes month after month, from its files alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from exodrive.bookkeeping import periods
from exodrive.config import Settings
from exodrive.house import queries as houses
from exodrive.kernel.db import session, transaction
from exodrive.ledger.models import Posting
from exodrive.payments.models import Capture, Refund
from tests import filled
from tests.domain.bookkeeping import accountant
from tests.domain.bookkeeping.accountant import Month
from tests.servers import Servers

BOOKINGS = 300


@pytest.fixture(scope="module")
def months(
    servers: Servers, worker_number: int, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Month]]:
    """Every month from the first posting to the last one."""
    with filled.house(servers, database="closed", worker=worker_number, bookings=BOOKINGS):
        with transaction():
            zone = ZoneInfo(houses.house().time_zone)
            first, last = (
                session().execute(select(func.min(Posting.posted_at), func.max(Posting.posted_at))).one()
            )
            found, day = [], first.astimezone(zone).date().replace(day=1)
            while day <= last.astimezone(zone).date():
                period = periods.of_month(f"{day:%Y-%m}", zone=zone)
                folder: Path = tmp_path_factory.mktemp(period.name)
                found.append(Month(accountant.export(period, folder)))
                day = period.last + timedelta(days=1)
        yield found


def test_every_month_closes_and_opens_the_next(months: list[Month]) -> None:
    assert len(months) > 3
    before = None
    for month in months:
        month.closed(before)
        before = month
    assert sum(len(month.files["invoices"]) for month in months) > BOOKINGS // 3


def test_the_years_have_no_gap(months: list[Month]) -> None:
    for issued in accountant.numbers(months).values():
        assert issued == list(range(1, len(issued) + 1))


def test_what_paypal_took_and_gave_back_is_named_by_its_ids(months: list[Month]) -> None:
    theirs = {}
    for capture in session().scalars(select(Capture).where(Capture.status != "PENDING")):
        theirs[capture.paypal_id, "gross"] = capture.amount
        theirs[capture.paypal_id, "fee"] = capture.fee or 0
    for refund in session().scalars(select(Refund).where(Refund.status == "COMPLETED")):
        theirs[refund.paypal_id, "gross"] = -refund.amount
    assert accountant.at_paypal(months) == {key: amount for key, amount in theirs.items() if amount}
