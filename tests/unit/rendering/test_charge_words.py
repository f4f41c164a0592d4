"""What a charge is called, and how its amount came about."""

from __future__ import annotations

import pytest
from flask import Flask

from exodrive.bookings.models import ChargeKind
from exodrive.kernel.money import Money
from exodrive.pricing.price import Line, LineKind
from exodrive.rendering import charge_words, price_words

TOLD = [
    ("mileage", {"miles": 1042, "each": 500}, "", "Extra miles", "1,042 miles beyond those included × $5.00"),
    ("mileage", {}, "", "Extra miles", ""),
    (
        "fuel", {"gallons": 1, "each": 700, "service": 2500}, "", "Fuel",
        "1 gallon × $7.00, and $25.00 for filling it",
    ),
    ("late", {"hours": 1}, "", "Late return", "1 hour begun"),
    (
        "late", {"days": 2, "penalty": 15000}, "Called at noon", "Late return",
        "2 days at the day's price, and $150.00. Called at noon",
    ),
    ("cleaning", {}, " Sand in the carpets ", "Cleaning", "Sand in the carpets"),
    ("damage", {}, "Kerb mark", "Damage", "Kerb mark"),
    ("smoking", {}, "Ash on the seats", "Smoking", "Ash on the seats"),
    ("loss_of_use", {"days": 1, "each": 89500}, "In the shop", "Loss of use",
     "1 day off the road × $895.00. In the shop"),
    ("toll", {"place": "Bay Bridge", "when": "14 Dec, 10:32", "number": "77-1"}, "", "Toll",
     "Bay Bridge, 14 Dec, 10:32, No. 77-1"),
    ("fine", {"place": "K Street", "fee": 2500}, "", "Fine", "K Street, with $25.00 for handling it"),
    ("damage", {"of": 90000}, "Kerb mark", "Damage", "Kerb mark. What the deposit left of $900.00"),
    ("other", {}, "Lost parking card", "Lost parking card", ""),
    ("other", {}, "", "Other charge", ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "params", "note", "name", "reason"), TOLD)
def test_words(words: Flask, kind: str, params: dict[str, int], note: str, name: str, reason: str) -> None:
    assert charge_words.in_words(kind, params, currency="USD", note=note) == (name, reason)


def test_every_kind_has_words() -> None:
    assert set(charge_words.WORDS) == {f"charge_{kind}" for kind in ChargeKind}


def test_lines_of_an_invoice_are_told_alike(words: Flask) -> None:
    line = Line(
        "charge_fuel",
        LineKind.EXTRA,
        {"gallons": 2, "each": 700, "service": 0, "note": ""},
        Money(1400, "USD"),
    )
    assert price_words.in_words(line).reason == "2 gallons × $7.00, and $0.00 for filling it"
