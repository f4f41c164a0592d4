"""The numbers of a year: from 1, by the house's own midnight, without gaps however many come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.invoicing.models import Invoice, InvoiceKind
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from tests import rental
from tests.domain.bookkeeping import papers
from tests.domain.bookkeeping.papers import ZONE

LAST_SECOND = datetime(2026, 12, 31, 23, 59, 59, tzinfo=ZONE)
DOCUMENTS = 16


class Changed(RuntimeError):
    """Something after the number went wrong: all of it is undone."""


def number(booking_id: UUID, *, at: datetime) -> str:
    with transaction():
        return papers.issue(booking_id, Money(100, "USD"), at=at, kind=InvoiceKind.SUPPLEMENT).number


@pytest.mark.made_up
@pytest.mark.usefixtures("house")
def test_the_year_changes_at_the_houses_midnight() -> None:
    booking_id = rental.hold()
    midnight = LAST_SECOND + timedelta(seconds=1)
    assert [number(booking_id, at=at) for at in (LAST_SECOND, LAST_SECOND, midnight, midnight)] == [
        "2026-00001", "2026-00002", "2027-00001", "2027-00002",
    ]  # fmt: skip
    # It is New Year in London long before: whoever asks in UTC is told the house's year all the same.
    assert number(booking_id, at=LAST_SECOND.replace(hour=20)) == "2026-00003"


def test_many_at_once_leave_no_gap_and_what_is_undone_gives_its_number_back(open_house: Flask) -> None:
    booking_id = rental.hold()
    midnight = LAST_SECOND + timedelta(seconds=1)

    def issued(turn: int) -> None:
        """Every fourth is rolled back when it has its number; half of them belong to the next year."""
        with open_house.app_context():
            try:
                with transaction():
                    at = midnight if turn % 2 else LAST_SECOND
                    papers.issue(booking_id, Money(100, "USD"), at=at, kind=InvoiceKind.SUPPLEMENT)
                    if turn % 4 == 0:
                        raise Changed
            except Changed:
                pass

    with ThreadPoolExecutor(DOCUMENTS) as pool:
        list(pool.map(issued, range(DOCUMENTS)))
    rows = session().scalars(select(Invoice).order_by(Invoice.year, Invoice.sequence)).all()
    quarter = DOCUMENTS // 4
    assert [(row.year, row.sequence) for row in rows] == [
        *((2026, n) for n in range(1, quarter + 1)),
        *((2027, n) for n in range(1, 2 * quarter + 1)),
    ]
