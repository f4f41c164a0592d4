"""Hold or capture, by how long PayPal holds; and when the last day of the inspection begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from exodrive.bookings.deposit.deposit_terms import Mode, mode, release_at
from exodrive.house.rules import DepositRules
from exodrive.payments import plan

AUTHORIZED = datetime(2027, 3, 1, 15, tzinfo=UTC)
LAST_SAFE = AUTHORIZED + plan.LIFE - plan.MARGIN
EASTERN = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        (AUTHORIZED + timedelta(days=20), Mode.HOLD),
        (LAST_SAFE, Mode.HOLD),
        (LAST_SAFE + timedelta(seconds=1), Mode.CAPTURE),
        (AUTHORIZED + plan.LIFE, Mode.CAPTURE),
    ],
)
def test_held_where_the_hold_outlives_the_inspection(last_day: datetime, expected: Mode) -> None:
    assert mode(authorized_at=AUTHORIZED, expires_at=None, release_at=last_day) is expected


def test_paypals_own_end_counts_where_it_names_one() -> None:
    early = AUTHORIZED + timedelta(days=10)
    assert mode(authorized_at=AUTHORIZED, expires_at=early, release_at=early) is Mode.CAPTURE


@pytest.mark.parametrize(
    ("days_of_rental", "expected"),
    [(3, Mode.HOLD), (6, Mode.HOLD), (7, Mode.CAPTURE), (14, Mode.CAPTURE)],
)
def test_about_a_week_fits_beside_fourteen_business_days(days_of_rental: int, expected: Mode) -> None:
    """Authorized two days before a pick-up on Wednesday."""
    pickup_at = AUTHORIZED + timedelta(days=2)
    last_day = release_at(pickup_at + timedelta(days=days_of_rental), zone=EASTERN, rules=DepositRules())
    assert mode(authorized_at=AUTHORIZED, expires_at=None, release_at=last_day) is expected


@pytest.mark.parametrize(
    ("returned_at", "zone", "begins"),
    [
        # Monday; 14 business days later is Friday. The clocks change in between, on 14 March.
        ("2027-03-08T15:00+00:00", "America/New_York", "2027-03-26T00:00-04:00"),
        # Saturday evening there is Sunday in London: the place of the return counts.
        ("2027-02-21T03:00+00:00", "America/New_York", "2027-03-11T00:00-05:00"),
        ("2027-02-21T03:00+00:00", "Europe/London", "2027-03-11T00:00+00:00"),
    ],
)
def test_the_last_day_begins_at_the_places_midnight(returned_at: str, zone: str, begins: str) -> None:
    found = release_at(datetime.fromisoformat(returned_at), zone=ZoneInfo(zone), rules=DepositRules())
    assert found == datetime.fromisoformat(begins)


def test_no_days_of_inspection_release_on_the_day_itself() -> None:
    rules = DepositRules(release_business_days=0)
    found = release_at(datetime(2027, 3, 8, 15, tzinfo=UTC), zone=EASTERN, rules=rules)
    assert found == datetime(2027, 3, 8, 5, tzinfo=UTC)
