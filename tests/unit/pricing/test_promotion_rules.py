"""How a promo code may be written, and which rentals it is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from exodrive.pricing import promotion_rules
from exodrive.pricing.promotion_rules import Asked, CodeUnfit, Conditions, PromotionRefused, Unfit
from tests.unit.pricing.examples import CAR, ZONE, local

ASKED = Asked(
    booked_at=local("2026-11-23 23:30"),
    pickup_at=local("2026-12-11 10:00"),
    house_zone=ZONE,
    pickup_zone=ZONE,
    days=3,
    category="exotic",
    car_id=CAR,
    currency="USD",
)


@pytest.mark.parametrize(
    ("typed", "shown", "key"),
    [
        ("spring24", "SPRING24", "SPR1NG24"),
        (" Spring-24 ", "SPRING24", "SPR1NG24"),
        ("SPR1NG24", "SPR1NG24", "SPR1NG24"),
        ("HELLO", "HELLO", "HE110"),
        ("he11o", "HE11O", "HE110"),
        ("we_l.come 10", "WELCOME10", "WE1C0ME10"),
    ],
)
def test_what_looks_alike_is_one_code(typed: str, shown: str, key: str) -> None:
    assert promotion_rules.normal(typed) == shown
    assert promotion_rules.key(typed) == key


@pytest.mark.parametrize("typed", ["", "ABC", "A" * 21, "ÄPFEL", "10 %!", "<script>", "\0\0\0\0", "ＡＢＣＤ"])
def test_what_can_be_no_code(typed: str) -> None:
    assert promotion_rules.key(typed) == ""
    with pytest.raises(CodeUnfit):
        promotion_rules.normal(typed)


@pytest.mark.parametrize(
    "conditions",
    [
        Conditions(),
        Conditions(booked_from=date(2026, 11, 23), booked_until=date(2026, 11, 23)),  # the house's day
        Conditions(pickup_from=date(2026, 12, 11), pickup_until=date(2026, 12, 11)),
        Conditions(minimum_days=3),
        Conditions(categories=frozenset({"exotic"})),
        Conditions(cars=frozenset({CAR})),
        Conditions(categories=frozenset({"sports"}), cars=frozenset({CAR})),  # either will do
        Conditions(currency="USD"),
    ],
)
def test_a_rental_that_it_is_for(conditions: Conditions) -> None:
    conditions.check(ASKED)


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        (Conditions(booked_from=date(2026, 11, 24)), Unfit.TOO_EARLY),
        (Conditions(booked_until=date(2026, 11, 22)), Unfit.TOO_LATE),
        (Conditions(pickup_from=date(2026, 12, 12)), Unfit.OTHER_DATES),
        (Conditions(pickup_until=date(2026, 12, 10)), Unfit.OTHER_DATES),
        (Conditions(minimum_days=4), Unfit.TOO_SHORT),
        (Conditions(categories=frozenset({"sports"})), Unfit.OTHER_CAR),
        (Conditions(currency="JPY"), Unfit.OTHER_CAR),
    ],
)
def test_a_rental_that_it_is_not_for(conditions: Conditions, why: Unfit) -> None:
    with pytest.raises(PromotionRefused) as refused:
        conditions.check(ASKED)
    assert refused.value.why is why


def test_the_day_of_booking_is_the_houses_and_that_of_pick_up_the_places() -> None:
    there = replace(ASKED, pickup_at=local("2026-12-11 22:00"), pickup_zone="Asia/Tokyo")
    Conditions(pickup_from=date(2026, 12, 12)).check(there)
