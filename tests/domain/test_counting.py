"""What is many is counted up to a thousand, and says so."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Select, func, literal, select

from exodrive.bookings import day
from exodrive.bookings.day import Sum
from exodrive.kernel import counting
from exodrive.kernel.counting import MOST
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.rendering import formats

pytestmark = pytest.mark.usefixtures("rolled_back")


def _rows(count: int) -> Select[str, int]:
    rows = func.generate_series(1, count).table_valued("n")
    return select(literal("USD").label("currency"), literal(250_00).label("amount")).select_from(rows)


@pytest.mark.parametrize(
    ("there", "counted", "shown"),
    [
        (0, 0, "0"),
        (412, 412, "412"),
        (MOST, MOST, "1,000"),
        (MOST + 1, MOST + 1, "1,000+"),
        (5_000, MOST + 1, "1,000+"),
    ],
)
def test_a_count_goes_no_further_than_the_first_thousand(
    app: Flask, there: int, counted: int, shown: str
) -> None:
    found = session().scalar(select(counting.up_to_most(_rows(there))))
    assert found == counted
    with app.test_request_context():
        assert formats.tally(found) == shown


def test_what_is_due_on_a_day_is_summed_whole() -> None:
    assert day._sums(_rows(3)) == [Sum(3, Money(750_00, "USD"))]
    assert day._sums(_rows(0)) == []


def test_what_stood_still_for_long_is_summed_in_part_and_says_so() -> None:
    assert day._sums(_rows(2_000)) == [Sum(MOST + 1, Money((MOST + 1) * 250_00, "USD"), more=True)]
