"""Promo codes and gifts in a price: off the days and the extras, before the taxes, never all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exodrive.kernel.money import Money
from exodrive.pricing import rules
from exodrive.pricing.discounts import MOST_BP, REDUCIBLE, Discount, DiscountSource, is_discount
from exodrive.pricing.price import LineKind, Price
from exodrive.pricing.request import PriceRequest
from exodrive.pricing.rulebook import ExtraRule, ExtraUnit, RuleBook, TaxRule, Terms
from tests.unit.pricing.examples import EVERYTHING, MARYLAND, ZONE, book, request, usd
from tests.unit.pricing.test_price_properties import cases

DAYS, EXTRAS = LineKind.RENTAL, LineKind.EXTRA
SEAT = ExtraRule("seat", "Child seat", ExtraUnit.DAY, usd(15_00))


def share(rate_bp: int, *kinds: LineKind, code: str = "SPRING") -> Discount:
    return Discount(DiscountSource.PROMOTION, kinds or REDUCIBLE, rate_bp=rate_bp, code=code)


def fixed(amount: Money, *kinds: LineKind) -> Discount:
    return Discount(DiscountSource.GIFT, kinds or REDUCIBLE, amount=amount)


def off(price: Price) -> list[tuple[str, LineKind, int]]:
    return [(line.code, line.kind, line.amount.amount) for line in price.lines if is_discount(line)]


def priced(*discounts: Discount, extras: bool = True) -> Price:
    wanted = request(discounts=discounts, extras={"seat": 1} if extras else {})
    return rules.price(wanted, book(extras=[SEAT], taxes=[MARYLAND]))


@pytest.mark.parametrize(
    ("discounts", "taken_off"),
    [
        ([share(1000)], [("promotion", DAYS, -268_50), ("promotion", EXTRAS, -4_50)]),
        ([share(1000, DAYS)], [("promotion", DAYS, -268_50)]),
        # 100.00 over 2685.00 and 45.00; what a rounding leaves over goes to the larger remainder
        ([fixed(usd(100_00))], [("gift", DAYS, -98_35), ("gift", EXTRAS, -1_65)]),
        ([fixed(usd(100_00), EXTRAS)], [("gift", EXTRAS, -40_50)]),  # nine tenths of 45.00
        ([fixed(usd(99_999_00))], [("gift", DAYS, -2416_50), ("gift", EXTRAS, -40_50)]),
        (
            [share(MOST_BP, DAYS), fixed(usd(10_00), DAYS)],  # there is no room left for the second
            [("promotion", DAYS, -2416_50)],
        ),
        (
            [share(1000, DAYS), share(2000, DAYS, code="MORE")],  # both off the same days, one by one
            [("promotion", DAYS, -268_50), ("promotion", DAYS, -537_00)],
        ),
    ],
)
def test_what_is_taken_off(discounts: Sequence[Discount], taken_off: list[tuple[str, LineKind, int]]) -> None:
    assert off(priced(*discounts)) == taken_off


def test_the_tax_is_on_what_is_left() -> None:
    price = priced(share(1000))
    tax = next(line for line in price.lines if line.code == "tax")
    assert tax.params["base_amount"] == (2685_00 + 45_00) * 9 // 10
    assert tax.amount == usd(282_56)  # 11.5 % of 2457.00, rounded half up


def test_yen_have_no_decimals() -> None:
    sales = TaxRule("MD", "sales", "Consumption tax", EVERYTHING, 100_000, date(2020, 1, 1))
    wanted = request(day_rate=Money(98_765, "JPY"), discounts=(share(1250),))
    price = rules.price(wanted, RuleBook("JPY", Terms(ZONE), taxes=[sales]))
    assert [line.amount.amount for line in price.lines] == [296_295, -37_037, 25_926]
    assert price.total == Money(285_184, "JPY")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Discount(DiscountSource.GIFT),
        lambda: Discount(DiscountSource.GIFT, rate_bp=100, amount=usd(1)),
        lambda: share(0),
        lambda: share(MOST_BP + 1),
        lambda: fixed(usd(0)),
        lambda: fixed(usd(100), LineKind.DELIVERY),
        lambda: replace(share(100), kinds=()),
    ],
)
def test_terms_that_are_none_cannot_be_made(wrong: object) -> None:
    with pytest.raises(ValueError, match="discount"):
        wrong()  # type: ignore[operator]


def test_a_request_without_a_discount_is_written_as_it_always_was() -> None:
    assert "discounts" not in request().to_json()


@st.composite
def discounts(draw: st.DrawFn, currency: str) -> Discount:
    kinds = tuple(sorted(draw(st.sets(st.sampled_from(REDUCIBLE), min_size=1))))
    source = draw(st.sampled_from(DiscountSource))
    if draw(st.booleans()):
        return Discount(source, kinds, rate_bp=draw(st.integers(1, MOST_BP)), code="A")
    return Discount(source, kinds, amount=Money(draw(st.integers(1, 10_000_00)), currency))


@given(cases(), st.data())
def test_whatever_is_taken_off_a_tenth_stays_and_it_all_adds_up(
    case: tuple[PriceRequest, RuleBook], data: st.DataObject
) -> None:
    plain, rulebook = case
    wanted = replace(plain, discounts=tuple(data.draw(st.lists(discounts(rulebook.currency), max_size=3))))
    before, after = rules.price(plain, rulebook), rules.price(wanted, rulebook)

    for kind in REDUCIBLE:
        base = sum(line.amount.amount for line in before.lines if line.kind is kind)
        left = sum(line.amount.amount for line in after.lines if line.kind is kind)
        assert base - base * MOST_BP // 10_000 <= left <= base
    assert all(line.amount.amount < 0 for line in after.lines if is_discount(line))
    assert after.total <= before.total
    assert (after.total.amount > 0) == (before.total.amount > 0)
    assert after.total == after.net + after.tax
    assert sum(share.amount for share in after.tax_shares()) == after.tax.amount
    assert PriceRequest.from_json(wanted.to_json()) == wanted
    assert Price.from_json(after.to_json()) == after


@given(cases(), st.data())
def test_an_amount_comes_off_whole_where_there_is_room_for_it(
    case: tuple[PriceRequest, RuleBook], data: st.DataObject
) -> None:
    plain, rulebook = case
    before = rules.price(plain, rulebook)
    reducible = [line for line in before.lines if line.kind in REDUCIBLE]
    room = sum(line.amount.amount for line in reducible) * MOST_BP // 10_000 - 1
    if room < 1:
        return
    amount = Money(data.draw(st.integers(1, room)), rulebook.currency)
    after = rules.price(replace(plain, discounts=(Discount(DiscountSource.GIFT, amount=amount),)), rulebook)
    assert -sum(line.amount.amount for line in after.lines if is_discount(line)) == amount.amount
