"""What is earned goes to its accounts to the last minor unit, whatever the currency has of decimals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exodrive.bookings.models import Charge, ChargeKind
from exodrive.bookings.money import earnings
from exodrive.kernel.money import Money, total
from exodrive.ledger.models import Account
from exodrive.pricing.price import Line, LineKind, Price

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "HUF", "TWD"])


def tax(amount: int, currency: str, *, place: str = "US-MD", code: str = "rental") -> Line:
    params = {"jurisdiction": place, "code": code, "kinds": ["rental"], "rate_ppm": 1, "base_amount": 1}
    return Line("tax", LineKind.TAX, params, Money(amount, currency))


def price(
    currency: str, *, days: int, extras: int = 0, delivery: int = 0, taxes: tuple[int, ...] = ()
) -> Price:
    lines = [
        Line("rental_days", LineKind.RENTAL, {}, Money(days, currency)),
        Line("long_stay", LineKind.RENTAL, {}, Money(-days // 10, currency)),
        Line("extra", LineKind.EXTRA, {"code": "seat"}, Money(extras, currency)),
        Line("additional_driver", LineKind.DRIVER, {}, Money(extras, currency)),
        Line("delivery", LineKind.DELIVERY, {}, Money(delivery, currency)),
        Line("collection", LineKind.DELIVERY, {}, Money(delivery, currency)),
        *(tax(amount, currency, code=f"tax_{n}") for n, amount in enumerate(taxes)),
    ]
    return Price(currency=currency, days=3, lines=tuple(lines), book="book")


@st.composite
def prices(draw: st.DrawFn) -> Price:
    amounts = st.integers(0, 50_000_00)
    return price(
        draw(CURRENCIES),
        days=draw(st.integers(1, 100_000_00)),
        extras=draw(amounts),
        delivery=draw(amounts),
        taxes=tuple(draw(st.lists(st.integers(0, 9_000_00), max_size=4))),
    )


@given(prices())
def test_a_price_is_earned_whole(agreed: Price) -> None:
    earned = earnings.of_price(agreed)
    assert total(earned.values(), currency=agreed.currency) == -agreed.total
    taxes = [amount for side, amount in earned.items() if isinstance(side, tuple) and side[0] is Account.TAX]
    assert total(taxes, currency=agreed.currency) == -agreed.tax
    assert earned[Account.RENTAL] == -agreed.rental


@given(prices(), st.integers(0, 10**6))
def test_a_fee_is_earned_whole_and_never_has_more_tax_than_its_share(agreed: Price, ppm: int) -> None:
    fee = Money(agreed.total.amount * ppm // 10**6, agreed.currency)
    earned = earnings.of_fee(agreed, fee)
    assert total(earned.values(), currency=fee.currency) == -fee
    shares = earnings.fee_taxes(agreed, fee)
    assert all(share.amount >= 0 for share in shares)
    off = total(shares, currency=fee.currency).amount * agreed.total.amount - agreed.tax.amount * fee.amount
    assert -max(agreed.total.amount, 1) < off <= 0, "rounded down, by less than one minor unit"


def test_each_kind_has_its_account_and_each_tax_its_place() -> None:
    agreed = price("JPY", days=90_000, extras=1_500, delivery=4_000, taxes=(5_001, 99))
    earned = earnings.of_price(agreed)
    assert earned == {
        Account.RENTAL: Money(-81_000, "JPY"),
        (Account.EXTRAS, "seat"): Money(-1_500, "JPY"),
        (Account.EXTRAS, "additional_driver"): Money(-1_500, "JPY"),
        (Account.DELIVERY, "delivery"): Money(-4_000, "JPY"),
        (Account.DELIVERY, "collection"): Money(-4_000, "JPY"),
        (Account.TAX, "US-MD/tax_0"): Money(-5_001, "JPY"),
        (Account.TAX, "US-MD/tax_1"): Money(-99, "JPY"),
    }


def test_charges_are_added_up_by_kind() -> None:
    kinds = [(ChargeKind.FUEL, 40_00), (ChargeKind.MILEAGE, 10_00), (ChargeKind.FUEL, 2_50)]
    rows = [Charge(kind=str(kind), amount=amount, note="", params={}) for kind, amount in kinds]
    assert earnings.of_charges(rows, currency="USD") == {
        (Account.CHARGES, "fuel"): Money(-42_50, "USD"),
        (Account.CHARGES, "mileage"): Money(-10_00, "USD"),
    }


@pytest.mark.parametrize("currency", ["USD", "JPY"])
def test_a_price_of_nothing_has_no_tax_in_its_fee(currency: str) -> None:
    assert earnings.fee_taxes(price(currency, days=0), Money(0, currency)) == []
