"""Amounts as people type them: `1,250.00`, `$40`, `¥12,500`, `12500 JPY`."""

from __future__ import annotations

import re

from babel.numbers import get_currency_symbol

from exodrive.kernel.money import DECIMALS, Money, MoneyError

PLAIN = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)")
# Thousands may stand apart, by threes and by one sign only: `350,00` is no amount, and 35,000 least of all.
GROUPED = re.compile(r"(-?\d{1,3})((?P<apart>[,'\s])\d{3}(?:(?P=apart)\d{3})*)((?:\.\d*)?)")


def read(typed: str | None, currency: str) -> Money | None:
    """An amount of this currency, with its own sign or without; None for anything else.

    More decimals than the currency has are no amount of it, and another currency's sign is a mistake.
    """
    plain = (typed or "").strip().upper()
    for sign in _signs(currency):
        plain = plain.removeprefix(sign).removesuffix(sign).strip()
    if (grouped := GROUPED.fullmatch(plain)) is not None:
        plain = plain.replace(grouped["apart"], "")
    if PLAIN.fullmatch(plain) is None:
        return None
    try:
        return Money.from_text(plain, currency)
    except MoneyError:
        return None


def example(currency: str, *, units: int = 250) -> str:
    """A figure to show where something else was typed: `250.00`, for JPY `250`."""
    return Money(units * 10 ** DECIMALS[currency], currency).to_text()


def _signs(currency: str) -> list[str]:
    """The longest first, so that `NT$` is not taken for a `$` with letters before it."""
    symbol = get_currency_symbol(currency, locale="en_US").upper()
    signs = {currency, symbol} | ({"$"} if symbol.endswith("$") else set())
    return sorted(signs, key=len, reverse=True)
