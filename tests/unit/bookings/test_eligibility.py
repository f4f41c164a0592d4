"""Who may drive: to the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exodrive.bookings.reservation.eligibility import Credentials, Requirements, anniversary, reasons
from exodrive.house.rules import DriverRules

PICKUP, RETURN = date(2027, 3, 10), date(2027, 3, 14)
NEEDS = Requirements(minimum_age=25, licence_held_years=2)
FIT = Credentials(
    born_on=date(1990, 1, 1),
    licence_since=date(2010, 1, 1),
    licence_until=date(2040, 1, 1),
    insured_until=date(2040, 1, 1),
    insurance_needed=True,
)


def codes(driver: Credentials, needs: Requirements = NEEDS) -> list[str]:
    return [code for _, code, _ in reasons(driver, needs=needs, pickup_on=PICKUP, return_on=RETURN)]


def test_nothing_is_against_a_fit_driver() -> None:
    assert codes(FIT) == []


@pytest.mark.parametrize(
    ("born_on", "found"),
    [
        (date(2002, 3, 9), []),
        (date(2002, 3, 10), []),  # 25 on the day of the pick-up
        (date(2002, 3, 11), ["too_young"]),  # 25 the day after
        (date(2002, 3, 14), ["too_young"]),  # a birthday during the rental comes too late
    ],
)
def test_age_counts_on_the_day_of_the_pick_up(born_on: date, found: list[str]) -> None:
    assert codes(replace(FIT, born_on=born_on)) == found


@pytest.mark.parametrize(
    ("pickup_on", "found"),
    [(date(2029, 2, 28), ["too_young"]), (date(2029, 3, 1), [])],
)
def test_who_was_born_on_29_february_has_a_birthday_on_1_march(pickup_on: date, found: list[str]) -> None:
    driver = replace(FIT, born_on=date(2004, 2, 29))
    against = reasons(driver, needs=NEEDS, pickup_on=pickup_on, return_on=pickup_on)
    assert [code for _, code, _ in against] == found


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2004, 2, 29), 25, date(2029, 3, 1)),
        (date(2004, 2, 29), 24, date(2028, 2, 29)),
        (date(2004, 2, 28), 25, date(2029, 2, 28)),
        (date(2000, 2, 29), 100, date(2100, 3, 1)),  # 2100 is no leap year
    ],
)
def test_anniversaries(day: date, years: int, later: date) -> None:
    assert anniversary(day, years) == later


@pytest.mark.parametrize(
    ("until", "found"),
    [
        (date(2027, 3, 13), ["licence_ends"]),
        (date(2027, 3, 14), ["licence_ends"]),  # on the return date: the car may come back after midnight
        (date(2027, 3, 15), []),
    ],
)
def test_the_licence_outlasts_the_return_date(until: date, found: list[str]) -> None:
    assert codes(replace(FIT, licence_until=until)) == found


@pytest.mark.parametrize(
    ("since", "found"),
    [(date(2025, 3, 10), []), (date(2025, 3, 11), ["licence_too_new"])],
)
def test_the_licence_was_held_so_many_years(since: date, found: list[str]) -> None:
    assert codes(replace(FIT, licence_since=since)) == found


@pytest.mark.parametrize(
    ("until", "needed", "found"),
    [
        (None, True, ["insurance_missing"]),
        (None, False, []),
        (date(2027, 3, 13), True, ["insurance_ends"]),
        (date(2027, 3, 13), False, ["insurance_ends"]),  # what is brought must hold, needed or not
        (date(2027, 3, 14), True, []),
    ],
)
def test_insurance_covers_the_return(until: date | None, needed: bool, found: list[str]) -> None:
    assert codes(replace(FIT, insured_until=until, insurance_needed=needed)) == found


def test_every_reason_is_named_at_once_with_its_field_and_figures() -> None:
    nobody = Credentials(
        born_on=date(2005, 1, 1),
        licence_since=date(2026, 1, 1),
        licence_until=date(2027, 3, 1),
        insurance_needed=True,
    )
    assert reasons(nobody, needs=NEEDS, pickup_on=PICKUP, return_on=RETURN) == [
        ("born_on", "too_young", {"years": 25}),
        ("licence_since", "licence_too_new", {"years": 2}),
        ("licence_until", "licence_ends", {"on": "2027-03-14"}),
        ("insured_until", "insurance_missing", {}),
    ]


@pytest.mark.parametrize(
    ("category_age", "category_years", "car_age", "expected"),
    [
        (0, 0, 0, Requirements(25, 2)),
        (30, 5, 0, Requirements(30, 5)),
        (21, 1, 0, Requirements(25, 2)),
        (25, 2, 35, Requirements(35, 2)),
    ],
)
def test_the_strictest_rule_holds(
    category_age: int, category_years: int, car_age: int, expected: Requirements
) -> None:
    rules = DriverRules(minimum_age=25, licence_held_years=2)
    found = Requirements.of(rules, category_age=category_age, category_years=category_years, car_age=car_age)
    assert found == expected
