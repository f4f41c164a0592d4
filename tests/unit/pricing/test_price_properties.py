"""What holds for every price, whatever the rules and the request."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from exodrive.kernel.money import Money, total
from exodrive.pricing import rounding, rules
from exodrive.pricing.price import LineKind, Price
from exodrive.pricing.request import PriceRequest, Trip
from exodrive.pricing.rounding import Rounding
from exodrive.pricing.rulebook import (
    LOWEST_RATE_BP,
    ExtraRole,
    ExtraRule,
    ExtraUnit,
    LongStayRule,
    RuleBook,
    SeasonKind,
    SeasonRule,
    TaxRule,
    Terms,
)
from tests.unit.pricing.examples import EVERYTHING, ZONE, local, request

ZONE_INFO = ZoneInfo(ZONE)
CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "HUF"])
DAYS = st.dates(date(2026, 11, 1), date(2027, 4, 30))
RATES = st.one_of(st.sampled_from([LOWEST_RATE_BP, 0, 1]), st.integers(LOWEST_RATE_BP, 20_000))


@st.composite
def seasons(draw: st.DrawFn) -> SeasonRule:
    weekdays = draw(st.frozensets(st.integers(1, 7)))
    return SeasonRule(
        kind=draw(st.sampled_from(SeasonKind)),
        name=draw(st.sampled_from("ABCDE")),
        rate_bp=draw(RATES),
        first_day=draw(st.none() | DAYS),
        last_day=draw(st.none() | DAYS),
        weekdays=tuple(sorted(weekdays)),
        priority=draw(st.integers(0, 2)),
    )


@st.composite
def books(draw: st.DrawFn, currency: str) -> RuleBook:
    fees = st.integers(0, 500_00).map(lambda amount: Money(amount, currency))
    units = st.sampled_from(ExtraUnit)
    return RuleBook(
        currency=currency,
        terms=Terms(ZONE, rounding=draw(st.sampled_from(Rounding))),
        seasons=draw(st.lists(seasons(), max_size=5)),
        long_stays=[
            LongStayRule(days, rate)
            for days, rate in draw(
                st.lists(st.tuples(st.integers(1, 30), st.integers(1, 10_000)), max_size=3)
            )
        ],
        extras=[
            ExtraRule("seat", "Seat", draw(units), draw(fees), max_quantity=9),
            ExtraRule("second", "Second", draw(units), draw(fees), ExtraRole.ADDITIONAL_DRIVER),
            ExtraRule("young", "Young", draw(units), draw(fees), ExtraRole.YOUNG_DRIVER),
        ],
        taxes=[
            TaxRule("MD", f"tax{n}", f"Tax {n}", tuple(sorted(kinds)), rate, date(2020, 1, 1))
            for n, (kinds, rate) in enumerate(
                draw(
                    st.lists(
                        st.tuples(st.sets(st.sampled_from(EVERYTHING), min_size=1), st.integers(0, 300_000)),
                        max_size=3,
                    )
                )
            )
        ],
    )


@st.composite
def requests(draw: st.DrawFn, currency: str) -> PriceRequest:
    amounts = st.one_of(st.integers(1, 9), st.integers(1, 5_000_00))
    out = local("2026-11-06 10:00") + timedelta(minutes=draw(st.integers(0, 150 * 24 * 60)))
    fees = st.none() | st.integers(0, 500_00).map(lambda fee: Trip("Bethesda", Money(fee, currency)))
    return request(
        day_rate=Money(draw(amounts), currency),
        pickup_at=out,
        return_at=out + timedelta(minutes=draw(st.integers(1, 60 * 24 * 60))),
        delivery=draw(fees),
        collection=draw(fees),
        extras={"seat": draw(st.integers(0, 9))},
        additional_drivers=draw(st.integers(0, 2)),
        young_driver=draw(st.booleans()),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[PriceRequest, RuleBook]:
    currency = draw(CURRENCIES)
    return draw(requests(currency)), draw(books(currency))


@given(cases())
def test_the_total_is_the_sum_of_its_lines_and_never_negative(case: tuple[PriceRequest, RuleBook]) -> None:
    price = rules.price(*case)

    assert price.total.amount == sum(line.amount.amount for line in price.lines)
    assert price.total == price.net + price.tax
    assert all(type(line.amount.amount) is int for line in price.lines)
    assert {line.amount.currency for line in price.lines} == {case[1].currency}
    assert price.rental.amount >= 0
    assert price.tax.amount >= 0
    assert price.total.amount >= 0


@given(cases())
def test_each_day_takes_at_most_one_season_of_a_kind(case: tuple[PriceRequest, RuleBook]) -> None:
    price = rules.price(*case)

    for kind in SeasonKind:
        taken = [
            line.params["days"]
            for line in price.lines
            if line.code == "season" and line.params["kind"] == kind
        ]
        assert sum(taken) <= price.days


@given(cases())
def test_a_snapshot_comes_back_as_it_was(case: tuple[PriceRequest, RuleBook]) -> None:
    price = rules.price(*case)

    assert Price.from_json(price.to_json()) == price
    assert PriceRequest.from_json(case[0].to_json()) == case[0]


@given(cases())
def test_taxes_are_split_over_the_lines_without_remainder(case: tuple[PriceRequest, RuleBook]) -> None:
    price = rules.price(*case)
    shares = price.tax_shares()
    taxes = [line for line in price.lines if line.kind is LineKind.TAX]

    assert total(shares, currency=price.currency) == price.tax
    for line, part in zip(price.lines, shares, strict=True):
        exact = sum(
            Fraction(tax.amount.amount * line.amount.amount, tax.params["base_amount"])
            for tax in taxes
            if line.kind in tax.params["kinds"]
        )
        assert abs(part.amount - exact) < max(1, len(taxes))


@given(cases(), st.integers(1, 30))
def test_at_a_constant_rate_a_longer_rental_costs_more(
    case: tuple[PriceRequest, RuleBook], more: int
) -> None:
    wanted, varied = case
    plain = replace(varied, seasons=(), long_stays=())

    shorter = rules.price(wanted, plain)
    longer = rules.price(replace(wanted, return_at=wanted.return_at + timedelta(days=more, hours=2)), plain)

    assert shorter.days < longer.days
    assert shorter.rental < longer.rental
    assert shorter.total < longer.total


@given(cases())
def test_the_calendars_prices_differ_from_the_rental_by_rounding_alone(
    case: tuple[PriceRequest, RuleBook],
) -> None:
    wanted, varied = case
    price = rules.price(wanted, replace(varied, long_stays=()))
    first = wanted.pickup_at.astimezone(ZONE_INFO).date()
    each = [
        rules.day_price(
            first + timedelta(days=n),
            varied,
            day_rate=wanted.day_rate,
            car_id=wanted.car_id,
            category=wanted.category,
        )
        for n in range(price.days)
    ]

    lines = sum(line.code == "season" for line in price.lines)
    difference = total(each, currency=price.currency) - price.rental
    assert all(day.amount >= 0 for day in each)
    assert abs(difference.amount) <= (price.days + lines) / 2


@given(
    amount=st.integers(-10_000, 10_000),
    weights=st.lists(st.integers(-500, 5_000), min_size=1).filter(lambda weights: sum(weights) != 0),
)
def test_shares_add_up_and_are_nearly_exact(amount: int, weights: list[int]) -> None:
    shares = rounding.share_out(Money(amount, "USD"), weights)

    assert sum(part.amount for part in shares) == amount
    for part, weight in zip(shares, weights, strict=True):
        assert abs(part.amount - Fraction(amount * weight, sum(weights))) < 1
