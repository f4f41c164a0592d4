"""The policies in words: each figure of a rule stands in a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from exodrive.fleet.models import Car, Category
from exodrive.house.rules import KINDS, Rulebook
from exodrive.rendering import policies

RULES = Rulebook(
    **{kind.kind: kind() for kind in KINDS},  # type: ignore[arg-type]
    versions={kind.kind: number for number, kind in enumerate(KINDS, start=1)},
)

SENTENCES: list[tuple[str, dict[str, Any], str]] = [
    ("driver", {"minimum_age": 30}, "Every driver is 30 or older on the day of pick-up."),
    ("driver", {"licence_held_years": 1}, "The licence has been held for a year or more"),
    ("driver", {"additional_drivers": 0}, "Nobody else may drive."),
    ("driver", {"additional_drivers": 1}, "One more driver may be named."),
    ("driver", {}, "Up to 2 more drivers may be named."),
    ("booking", {}, "A car is held for 15 minutes without payment. Once ordered, it waits 60 minutes"),
    ("booking", {"payment_minutes": 180}, "it waits 3 hours for the payment"),
    ("capture", {}, "It is charged 24 hours before pick-up"),
    ("bills", {}, "due within 14 days."),
    ("bills", {"due_days": 1}, "due within a day."),
    ("capture", {"when": "on_signing"}, "It is charged as soon as the agreement is signed."),
    ("capture", {"when": "on_return"}, "It is charged at the return"),
    ("capture", {"when": "manual"}, "at the latest at the return"),
    ("rental_days", {}, "The first 29 minutes of another day are free."),
    ("rental_days", {"grace_minutes": 0}, "A rental day is 24 hours from pick-up"),
    ("rental_days", {"method": "calendar"}, "Each date that the rental touches is a rental day."),
    ("rental_days", {"method": "nights"}, "Each night between pick-up and return is a rental day."),
    ("mileage", {}, "100 miles for each rental day are included"),
    ("mileage", {"extra_mile": 350}, "Each mile beyond costs $3.50."),
    ("fuel", {"octane": 91}, "of 91 octane or better"),
    ("fuel", {}, "$7.00 a gallon, and $25.00 for filling it."),
    ("deposit", {}, "The deposit that the car's page names is held, not charged"),
    ("deposit", {}, "where it names none, 50 % of the total."),
    ("deposit", {"release_business_days": 1}, "at the latest one business day after return"),
    ("cancellation", {}, "Cancelling is free until 72 hours before pick-up"),
    ("cancellation", {}, "After that the first rental day is charged"),
    ("cancellation", {"change_until_hours": 12}, "yourself until 12 hours before pick-up"),
    ("cancellation", {}, "has paid for the unused days"),
    ("cancellation", {"unused_days_refunded": True}, "gets the unused days back"),
    ("cancellation", {"late_days_charged": 2}, "After that the first 2 rental days are charged"),
    ("late", {}, "each hour begun costs 25 % of a day's price."),
    ("late", {"hours_per_day": 1}, "From 1 hour on, each day begun is charged, and $150.00 once."),
    ("agreement", {}, "weeks later. We add nothing to them."),
    ("agreement", {"toll_fee": 500}, "weeks later. Handling a toll costs $5.00 beside it."),
    ("agreement", {"fine_fee": 2500}, "weeks later. Handling a fine costs $25.00 beside it."),
    ("agreement", {"toll_fee": 1, "fine_fee": 2}, "$0.01 beside it. Handling a fine costs $0.02 beside it."),
    ("agreement", {}, "each day on which the car cannot be rented for it at your price of a day."),
    ("agreement", {"governing_law": "Virginia"}, "Virginia law applies."),
]


@pytest.mark.parametrize(("kind", "changed", "sentence"), SENTENCES)
def test_sentence(words: Flask, kind: str, changed: dict[str, Any], sentence: str) -> None:
    rules = replace(RULES, **{kind: replace(getattr(RULES, kind), **changed)})
    told = policies.text(kind, rules, currency="USD")
    assert sentence in " ".join(told.paragraphs)
    assert told.version == RULES.versions[kind]


def test_every_policy_is_told_but_the_houses_own_affair() -> None:
    assert set(policies.SENTENCES) == {kind.kind for kind in KINDS} - {"turnaround"}


def test_a_car_without_a_deposit_of_its_own_has_the_share(words: Flask) -> None:
    car = Car(minimum_age=0, category=Category(minimum_age=0, licence_held_years=0))
    told = policies.text("deposit", RULES, currency="USD", car=car)
    assert told.paragraphs[0].startswith("50 % of the total is held, not charged")


def test_a_cars_own_figures_go_before(words: Flask) -> None:
    car = Car(miles_per_day=75, extra_mile=900, deposit=750000, minimum_age=0)
    car.category = Category(minimum_age=30, licence_held_years=5)
    told = {each.kind: " ".join(each.paragraphs) for each in policies.texts(RULES, currency="USD", car=car)}
    assert "30 or older" in told["driver"]
    assert "held for 5 years" in told["driver"]
    assert "75 miles" in told["mileage"]
    assert "$9.00" in told["mileage"]
    assert told["deposit"].startswith("$7,500.00 is held, not charged")


def test_a_car_without_deposit_says_so(words: Flask) -> None:
    car = Car(miles_per_day=None, extra_mile=None, deposit=0, minimum_age=0)
    car.category = Category(minimum_age=0, licence_held_years=0)
    assert policies.text("deposit", RULES, currency="USD", car=car).paragraphs == (
        "This car needs no deposit.",
    )
