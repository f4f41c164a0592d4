"""The lines of a price, one rule at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from exodrive.kernel.money import Money, MoneyError
from exodrive.pricing import rules
from exodrive.pricing.price import LineKind, Price
from exodrive.pricing.request import Trip
from exodrive.pricing.rounding import Rounding
from exodrive.pricing.rulebook import (
    ExtraRole,
    ExtraRule,
    ExtraUnit,
    LongStayRule,
    SeasonKind,
    SeasonRule,
    TaxRule,
    Terms,
)
from exodrive.pricing.rules import ExtraQuantity, ExtraUnknown
from tests.unit.pricing.examples import (
    CAR,
    MARYLAND,
    SECOND_DRIVER,
    VIRGINIA,
    WEEKEND,
    ZONE,
    book,
    local,
    request,
    usd,
)


def amounts(price: Price, code: str) -> list[int]:
    return [line.amount.amount for line in price.lines if line.code == code]


def params(price: Price, code: str) -> dict[str, Any]:
    [line] = [line for line in price.lines if line.code == code]
    return dict(line.params)


def summer(rate_bp: int, **changes: Any) -> SeasonRule:
    return replace(SeasonRule(SeasonKind.SEASON, "Summer", rate_bp), **changes)


def test_the_shop_window_example() -> None:
    price = rules.price(
        request(delivery=Trip("Bethesda", usd(150_00)), additional_drivers=1),
        book(seasons=[WEEKEND], extras=[SECOND_DRIVER], taxes=[MARYLAND]),
    )

    assert [(line.code, line.amount.amount) for line in price.lines] == [
        ("rental_days", 2685_00),
        ("season", 268_50),
        ("delivery", 150_00),
        ("additional_driver", 75_00),
        ("tax", 365_53),
    ]
    assert price.total == usd(3544_03)
    assert price.net == usd(3178_50)
    assert price.rental == usd(2953_50)
    assert params(price, "season")["weekdays"] == [5, 6]


def test_a_season_counts_for_its_own_days_alone() -> None:
    peak = summer(5000, first_day=date(2026, 12, 13), last_day=date(2026, 12, 31))

    price = rules.price(request(), book(seasons=[peak]))

    assert amounts(price, "season") == [447_50]  # one day of the three
    assert params(price, "season")["days"] == 1


@pytest.mark.parametrize(
    ("pickup", "days_in_season"),
    [("2026-12-11 23:30", 1), ("2026-12-12 00:15", 2), ("2026-12-12 10:00", 2), ("2026-12-13 00:00", 2)],
)
def test_the_date_on_the_wall_decides_the_season(pickup: str, days_in_season: int) -> None:
    season = summer(1000, first_day=date(2026, 12, 12))
    out = local(pickup)
    back = local(f"{date.fromisoformat(pickup[:10]).replace(day=int(pickup[8:10]) + 2)} {pickup[11:]}")

    price = rules.price(request(pickup_at=out, return_at=back), book(seasons=[season]))

    assert params(price, "season")["days"] == days_in_season


@pytest.mark.parametrize(
    ("seasons", "charged"),
    [
        ([summer(1000), summer(2000, name="Peak")], 1000),  # alphabet decides at last: Summer after Peak
        ([summer(1000), summer(2000, name="Peak", priority=1)], 2000),
        ([summer(1000, category="exotic"), summer(2000, priority=9)], 1000),
        ([summer(1000, car_id=CAR), summer(2000, category="exotic", priority=9)], 1000),
        ([summer(1000, category="sports")], None),
        ([summer(1000, car_id=UUID(int=8))], None),
        ([summer(1000, last_day=date(2026, 12, 10))], None),
        ([summer(1000, first_day=date(2026, 12, 15))], None),
    ],
)
def test_one_season_a_day_and_the_most_particular_goes_before(
    seasons: list[SeasonRule], charged: int | None
) -> None:
    price = rules.price(request(), book(seasons=seasons))

    assert [line.params["rate_bp"] for line in price.lines if line.code == "season"] == (
        [charged] if charged else []
    )


def test_a_season_and_a_weekday_rate_add_up() -> None:
    price = rules.price(request(), book(seasons=[WEEKEND, summer(1000)]))

    assert amounts(price, "season") == [268_50, 268_50]  # 10 % of three days, 15 % of two


@pytest.mark.parametrize(
    ("back", "off"),
    [
        ("2026-12-13 10:00", None),
        ("2026-12-14 10:00", 200),
        ("2026-12-17 10:29", 200),
        ("2026-12-17 10:30", 1000),
        ("2027-01-07 10:29", 1000),
        ("2027-01-07 10:30", 2500),
    ],
)
def test_the_best_long_stay_discount_applies_alone(back: str, off: int | None) -> None:
    # From 11 December: the seventh day begins on the 17th, once the grace is over, and so on.
    discounts = [LongStayRule(3, 200), LongStayRule(7, 1000), LongStayRule(28, 2500)]

    price = rules.price(request(return_at=local(back)), book(long_stays=discounts))

    assert [line.params["rate_bp"] for line in price.lines if line.code == "long_stay"] == (
        [off] if off else []
    )


def test_a_shorter_stay_may_have_the_better_discount() -> None:
    price = rules.price(request(), book(long_stays=[LongStayRule(2, 1500), LongStayRule(3, 200)]))

    assert amounts(price, "long_stay") == [-402_75]


def test_a_discount_for_another_category_is_not_earned() -> None:
    price = rules.price(request(), book(long_stays=[LongStayRule(3, 1500, "sports")]))

    assert amounts(price, "long_stay") == []


@pytest.mark.parametrize(
    ("unit", "quantity", "charged"),
    [
        (ExtraUnit.DAY, 1, 30_00),
        (ExtraUnit.DAY, 2, 60_00),
        (ExtraUnit.RENTAL, 2, 20_00),
        (ExtraUnit.MILE, 120, 1200_00),
    ],
)
def test_an_extra_costs_by_its_unit(unit: ExtraUnit, quantity: int, charged: int) -> None:
    extra = ExtraRule("seat", "Child seat", unit, usd(10_00), max_quantity=500)

    price = rules.price(request(extras={"seat": quantity}), book(extras=[extra]))

    assert amounts(price, "extra") == [charged]
    assert params(price, "extra") == {
        "code": "seat",
        "name": "Child seat",
        "unit": unit,
        "quantity": quantity,
        "days": 3,
        "unit_amount": 10_00,
    }


def test_no_extra_is_no_line() -> None:
    extra = ExtraRule("seat", "Child seat", ExtraUnit.DAY, usd(10_00))

    assert amounts(rules.price(request(extras={"seat": 0}), book(extras=[extra])), "extra") == []


def test_an_extra_must_be_offered() -> None:
    with pytest.raises(ExtraUnknown) as refused:
        rules.price(request(extras={"yacht": 1}), book())

    assert refused.value.extra == "yacht"


def test_a_driver_fee_cannot_be_chosen_as_an_extra() -> None:
    with pytest.raises(ExtraUnknown):
        rules.price(request(extras={"second_driver": 1}), book(extras=[SECOND_DRIVER]))


@pytest.mark.parametrize("quantity", [-1, 3])
def test_an_extra_can_be_had_so_many_times(quantity: int) -> None:
    extra = ExtraRule("seat", "Child seat", ExtraUnit.DAY, usd(10_00), max_quantity=2)

    with pytest.raises(ExtraQuantity) as refused:
        rules.price(request(extras={"seat": quantity}), book(extras=[extra]))

    assert (refused.value.quantity, refused.value.most) == (quantity, 2)


def test_the_fees_for_drivers() -> None:
    young = ExtraRule("young", "Young driver", ExtraUnit.RENTAL, usd(90_00), ExtraRole.YOUNG_DRIVER)

    price = rules.price(request(additional_drivers=2, young_driver=True), book(extras=[SECOND_DRIVER, young]))

    assert amounts(price, "additional_driver") == [150_00]
    assert amounts(price, "young_driver") == [90_00]


def test_a_house_without_driver_fees_charges_none() -> None:
    price = rules.price(request(additional_drivers=2, young_driver=True), book())

    assert [line.code for line in price.lines] == ["rental_days"]


@pytest.mark.parametrize(
    ("jurisdiction", "base", "tax"),
    [("MD", 3028_50, 348_28), ("VA", 2878_50, 287_85), ("PA", None, None)],
)
def test_each_place_taxes_its_own_base(jurisdiction: str, base: int | None, tax: int | None) -> None:
    price = rules.price(
        request(
            jurisdiction=jurisdiction,
            delivery=Trip("Reston", usd(150_00)),
            extras={"seat": 1},
            return_at=local("2026-12-14 10:00"),
        ),
        book(
            seasons=[replace(WEEKEND, rate_bp=1000)],
            extras=[ExtraRule("seat", "Child seat", ExtraUnit.RENTAL, usd(14_50))],
            taxes=[MARYLAND, VIRGINIA],
        ),
    )

    assert [line.params["base_amount"] for line in price.lines if line.code == "tax"] == (
        [base] if base else []
    )
    assert amounts(price, "tax") == ([tax] if tax else [])


def test_two_taxes_of_a_place_have_their_own_lines() -> None:
    county = TaxRule("MD", "county", "County fee", (LineKind.DELIVERY,), 25_000, date(2020, 1, 1))

    price = rules.price(request(delivery=Trip("Bethesda", usd(150_00))), book(taxes=[MARYLAND, county]))

    assert amounts(price, "tax") == [326_03, 3_75]  # 11.5 % of 2,835.00 is 326.025


def test_the_tax_of_the_day_of_pickup_is_due() -> None:
    new_year = date(2027, 1, 1)
    old, new = (
        replace(MARYLAND, valid_until=new_year),
        replace(MARYLAND, rate_ppm=120_000, valid_from=new_year),
    )
    over_new_year = request(pickup_at=local("2026-12-31 23:00"), return_at=local("2027-01-02 23:00"))
    after = request(pickup_at=local("2027-01-01 00:00"), return_at=local("2027-01-02 00:00"))

    both = book(taxes=[old, new])

    assert params(rules.price(over_new_year, both), "tax")["rate_ppm"] == 115_000
    assert params(rules.price(after, both), "tax")["rate_ppm"] == 120_000


@pytest.mark.parametrize(
    ("rounding", "rate", "rate_bp", "charged"),
    [
        (Rounding.HALF_UP, 50, 100, 1),  # 0.5
        (Rounding.HALF_EVEN, 50, 100, 0),
        (Rounding.HALF_UP, 150, 100, 2),  # 1.5
        (Rounding.HALF_EVEN, 150, 100, 2),
        (Rounding.HALF_UP, 50, -100, -1),  # away from zero on both sides
        (Rounding.HALF_EVEN, 50, -100, 0),
        (Rounding.HALF_UP, 49, 100, 0),
        (Rounding.HALF_UP, 51, 100, 1),
    ],
)
def test_a_line_is_rounded_once_by_the_named_rule(
    rounding: Rounding, rate: int, rate_bp: int, charged: int
) -> None:
    one_day = request(day_rate=usd(rate), return_at=local("2026-12-12 10:00"))

    price = rules.price(one_day, book(terms=Terms(ZONE, rounding=rounding), seasons=[summer(rate_bp)]))

    assert amounts(price, "season") == [charged]


def test_yen_are_whole() -> None:
    tax = TaxRule("JP", "sales", "Consumption tax", (LineKind.RENTAL,), 100_000, date(2020, 1, 1))
    yen = request(day_rate=Money(98_765, "JPY"), jurisdiction="JP")

    price = rules.price(yen, replace(book(seasons=[WEEKEND], taxes=[tax]), currency="JPY"))

    assert amounts(price, "season") == [29_630]  # 15 % of two days: 29,629.5
    assert price.total == Money(296_295 + 29_630 + 32_593, "JPY")


def test_a_car_is_priced_in_its_own_currency() -> None:
    with pytest.raises(MoneyError):
        rules.price(request(day_rate=Money(98_765, "JPY")), book())


@pytest.mark.parametrize(
    ("day", "shown"),
    [(date(2026, 12, 10), 895_00), (date(2026, 12, 11), 1029_25), (date(2026, 12, 18), 1118_75)],
)
def test_the_calendar_shows_each_days_own_price(day: date, shown: int) -> None:
    rules_of_december = book(seasons=[WEEKEND, summer(1000, first_day=date(2026, 12, 15))])

    assert rules.day_price(
        day, rules_of_december, day_rate=usd(895_00), car_id=CAR, category="exotic"
    ) == usd(shown)


@pytest.mark.parametrize(
    "make",
    [
        lambda: summer(-5000),
        lambda: LongStayRule(3, 10_001),
        lambda: LongStayRule(3, 0),
        lambda: replace(SECOND_DRIVER, amount=usd(-1)),
        lambda: replace(MARYLAND, rate_ppm=-1),
        lambda: replace(MARYLAND, kinds=(LineKind.TAX,)),
    ],
)
def test_a_rule_that_makes_no_sense_is_no_rule(make: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  each says its own words
        make()


def test_the_version_of_a_book_is_its_content() -> None:
    both = book(seasons=[WEEKEND, summer(1000)])

    assert both.version == book(seasons=[summer(1000), WEEKEND]).version
    assert both.version != book(seasons=[WEEKEND, summer(1001)]).version
    assert both.version != replace(both, terms=Terms(ZONE, grace_minutes=30)).version
