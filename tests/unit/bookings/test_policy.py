"""What the house's rules make of dates and amounts, to the minute and to the cent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exodrive.bookings import policy
from exodrive.bookings.policy import DatesRefused
from exodrive.house.rules import BookingRules, CancellationRules, DepositRules, TurnaroundRules
from exodrive.kernel.money import Money
from exodrive.pricing.price import Line, LineKind, Price
from tests.unit.pricing.examples import local, usd

ZONE = ZoneInfo("America/New_York")
HOURS: dict[str, Any] = {**{str(day): ["09:00", "19:00"] for day in range(5)}, "5": ["10:00", "17:00"]}
AT = local("2027-03-01 12:00")  # a Monday


def refusal(pickup: str, back: str, *, days: int = 3, minimum_days: int = 1) -> tuple[str, dict[str, Any]]:
    try:
        policy.check_dates(
            local(pickup),
            local(back),
            at=AT,
            rules=BookingRules(),
            days=days,
            minimum_days=minimum_days,
            hours=HOURS,
            zone=ZONE,
        )
    except DatesRefused as error:
        return error.reason, error.figures
    return "", {}


@pytest.mark.parametrize(
    ("pickup", "back", "days", "minimum", "reason"),
    [
        ("2027-03-08 10:00", "2027-03-11 10:00", 3, 1, ""),
        ("2027-03-11 10:00", "2027-03-08 10:00", 3, 1, "return_before_pickup"),
        ("2027-03-08 10:00", "2027-03-08 10:00", 1, 1, "return_before_pickup"),
        ("2027-03-01 16:00", "2027-03-03 10:00", 2, 1, ""),  # exactly four hours' notice
        ("2027-03-01 15:59", "2027-03-03 10:00", 2, 1, "too_soon"),
        (
            "2027-07-29 13:00",
            "2027-07-30 12:00",
            1,
            1,
            "",
        ),  # exactly 150 days ahead, an hour of them in summer
        ("2027-07-29 13:01", "2027-07-30 12:00", 1, 1, "too_far"),
        ("2027-03-08 10:00", "2027-03-08 14:00", 1, 1, ""),
        ("2027-03-08 10:00", "2027-03-08 13:59", 1, 1, "too_short"),
        ("2027-03-08 10:00", "2027-05-07 10:00", 60, 1, ""),
        ("2027-03-08 10:00", "2027-05-07 11:00", 61, 1, "too_long"),
        ("2027-03-08 10:00", "2027-03-10 10:00", 2, 3, "below_minimum"),
        ("2027-03-08 10:00", "2027-03-11 10:00", 3, 3, ""),
        ("2027-03-07 10:00", "2027-03-10 10:00", 3, 1, "pickup_outside_hours"),  # a Sunday
        ("2027-03-08 08:59", "2027-03-10 10:00", 3, 1, "pickup_outside_hours"),
        ("2027-03-08 10:00", "2027-03-13 17:01", 6, 1, "return_outside_hours"),  # Saturday evening
        ("2027-03-08 09:00", "2027-03-13 17:00", 6, 1, ""),  # both ends of the opening hours count
    ],
)
def test_dates_outside_what_the_house_offers(
    pickup: str, back: str, days: int, minimum: int, reason: str
) -> None:
    assert refusal(pickup, back, days=days, minimum_days=minimum)[0] == reason


def test_a_refusal_carries_the_figure_that_its_words_need() -> None:
    assert refusal("2027-03-01 13:00", "2027-03-03 10:00") == ("too_soon", {"hours": 4})
    assert refusal("2027-12-01 13:00", "2027-12-03 10:00") == ("too_far", {"days": 150})
    assert refusal("2027-03-08 10:00", "2027-03-10 10:00", days=2, minimum_days=3)[1] == {"days": 3}


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        # 14:00 UTC is 9:00 on the wall before the clocks change on 14 March 2027, 10:00 after.
        (datetime(2027, 3, 12, 13, 59, tzinfo=UTC), False),
        (datetime(2027, 3, 12, 14, 0, tzinfo=UTC), True),
        (datetime(2027, 3, 15, 12, 59, tzinfo=UTC), False),
        (datetime(2027, 3, 15, 13, 0, tzinfo=UTC), True),
        (datetime(2027, 3, 15, 23, 0, tzinfo=UTC), True),
        (datetime(2027, 3, 15, 23, 1, tzinfo=UTC), False),
        # Late on Friday by UTC is still Friday evening at the house.
        (datetime(2027, 3, 13, 0, 0, tzinfo=UTC), True),
        (datetime(2027, 3, 14, 16, 0, tzinfo=UTC), False),  # Sunday
    ],
)
def test_opening_hours_go_by_the_wall_clock(moment: datetime, is_open: bool) -> None:
    assert policy.open_at(moment, hours=HOURS, zone=ZONE) is is_open


def price() -> Price:
    """Four days at $400.00 less $40.00, delivery of $150.00, 10 % tax on the days alone."""
    return Price(
        currency="USD",
        days=4,
        lines=(
            Line("rental", LineKind.RENTAL, {}, usd(1600_00)),
            Line("discount", LineKind.RENTAL, {}, usd(-40_00)),
            Line("delivery", LineKind.DELIVERY, {}, usd(150_00)),
            Line("tax", LineKind.TAX, {"kinds": ["rental"]}, usd(156_00)),
        ),
        book="1",
    )


@pytest.mark.parametrize(
    ("minutes_before", "fee"),
    [(72 * 60 + 1, 0), (72 * 60, 0), (72 * 60 - 1, 429_00), (0, 429_00), (-60, 429_00)],
)
def test_cancelling_is_free_until_72_hours_before_to_the_minute(minutes_before: int, fee: int) -> None:
    pickup_at = local("2027-03-10 10:00")
    found = policy.cancellation(
        price(), pickup_at, at=pickup_at - timedelta(minutes=minutes_before), rules=CancellationRules()
    )
    assert found.fee == usd(fee)
    assert found.free is (fee == 0)
    assert found.free_until == pickup_at - timedelta(hours=72)


@pytest.mark.parametrize(
    ("days_charged", "fee"), [(0, 0), (1, 429_00), (2, 858_00), (4, 1716_00), (9, 1716_00)]
)
def test_a_late_cancellation_costs_the_first_days_with_their_tax_and_no_delivery(
    days_charged: int, fee: int
) -> None:
    pickup_at = local("2027-03-10 10:00")
    rules = CancellationRules(late_days_charged=days_charged)
    assert policy.cancellation(price(), pickup_at, at=pickup_at, rules=rules).fee == usd(fee)


@pytest.mark.parametrize(
    ("own", "total", "share_bp", "amount"),
    [
        (2500_00, 9000_00, 5000, 2500_00),
        (0, 9000_00, 5000, 0),  # a car without a deposit
        (None, 9000_00, 5000, 4500_00),
        (None, 333_33, 5000, 166_67),  # half a cent goes up
        (None, 9000_00, 0, 0),
    ],
)
def test_the_deposit_is_the_cars_own_or_a_share(
    own: int | None, total: int, share_bp: int, amount: int
) -> None:
    found = policy.deposit(own, total=Money(total, "USD"), rules=DepositRules(share_bp=share_bp))
    assert found == usd(amount)


@pytest.mark.parametrize(
    ("at", "asked"),
    [
        ("2027-03-01 10:00", "2027-03-08 10:00"),
        ("2027-03-08 10:00", "2027-03-08 10:00"),
        ("2027-03-09 17:00", "2027-03-09 17:00"),  # booked later than that: at once
    ],
)
def test_the_deposit_is_asked_for_48_hours_before(at: str, asked: str) -> None:
    found = policy.deposit_ask_at(local("2027-03-10 10:00"), at=local(at), rules=DepositRules())
    assert found == local(asked)


@pytest.mark.parametrize(
    ("returned", "days", "released"),
    [
        (date(2027, 3, 1), 14, date(2027, 3, 19)),  # Monday to Friday two weeks on
        (date(2027, 3, 5), 1, date(2027, 3, 8)),  # Friday to Monday
        (date(2027, 3, 6), 1, date(2027, 3, 8)),  # Saturday to Monday
        (date(2027, 3, 6), 0, date(2027, 3, 6)),
    ],
)
def test_the_deposit_is_released_after_business_days(returned: date, days: int, released: date) -> None:
    assert policy.deposit_release_by(returned, rules=DepositRules(release_business_days=days)) == released


@pytest.mark.parametrize(
    ("delivered", "collected", "minutes"),
    [
        (False, False, (60, 180)),
        (True, False, (120, 180)),
        (False, True, (60, 240)),
        (True, True, (120, 240)),
    ],
)
def test_delivery_takes_time_on_its_own_side(
    delivered: bool, collected: bool, minutes: tuple[int, int]
) -> None:
    assert policy.margins(TurnaroundRules(), delivered=delivered, collected=collected) == minutes
