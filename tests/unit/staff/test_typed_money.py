"""Amounts as people type them: whatever could mean another amount is none."""

from __future__ import annotations

import pytest

from exodrive.blueprints import typed_money
from exodrive.kernel.money import Money


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("250", "USD", 250_00), ("250.5", "USD", 250_50), ("$1,250.00", "USD", 1250_00),
        (" 1 250.00 usd ", "USD", 1250_00), ("1'250", "USD", 1250_00), ("1,234,567.89", "USD", 1_234_567_89),
        ("¥12,500", "JPY", 12_500), ("12500 JPY", "JPY", 12_500), ("NT$1,000", "TWD", 1000),
        (".50", "USD", 50), ("0", "USD", 0), ("-5", "USD", -5_00),
    ],
)  # fmt: skip
def test_what_can_mean_one_amount_only(typed: str, currency: str, minor: int) -> None:
    assert typed_money.read(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("350,00", "USD"), ("4,5", "USD"), ("1.250,00", "USD"), ("1,25,000", "USD"), ("12 50", "USD"),
        ("1,250 000", "USD"), ("1,2500", "USD"), ("1e3", "USD"), ("1_000", "USD"), ("NaN", "USD"),
        ("Infinity", "USD"), ("2.505", "USD"), ("12.5", "JPY"), ("€5", "USD"), ("", "USD"), (None, "USD"),
        ("$", "USD"), ("9" * 500, "USD"),
    ],
)  # fmt: skip
def test_what_could_mean_another_is_no_amount(typed: str | None, currency: str) -> None:
    assert typed_money.read(typed, currency) is None
