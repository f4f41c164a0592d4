"""Money: a whole number of minor units in one currency; never a float."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, DecimalException

# How many decimals a currency has at PayPal, which takes none for HUF and TWD although ISO 4217 knows two:
# https://developer.paypal.com/api/rest/reference/currency-codes/
DECIMALS: dict[str, int] = {
    "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 0,
    "ILS": 2, "JPY": 0, "MXN": 2, "MYR": 2, "NOK": 2, "NZD": 2, "PHP": 2, "PLN": 2, "SEK": 2, "SGD": 2,
    "THB": 2, "TWD": 0, "USD": 2,
}  # fmt: skip
MOST_DIGITS = 18  # what the database keeps as a whole number; `1e900000` would take minutes to write out


class MoneyError(ValueError):
    """Two currencies in one sum, or a figure that is not an amount of its currency."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency.

    `amount` counts minor units: `Money(125000, "USD")` is $1,250.00. Raises MoneyError for a currency that
    the table above does not know and for an amount that is not a whole number.
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in DECIMALS:
            raise MoneyError(f"unknown currency {self.currency!r}")
        if type(self.amount) is not int:
            raise MoneyError(f"an amount counts whole minor units, not {self.amount!r}")

    @property
    def decimals(self) -> int:
        return DECIMALS[self.currency]

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def __bool__(self) -> bool:
        return self.amount != 0

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not add up")
        return other

    def to_decimal(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.amount).scaleb(-self.decimals)

    def to_text(self) -> str:
        """Major units as a provider's wire format has them: `"1250.00"`, for JPY `"1250"`."""
        return f"{self.to_decimal():.{self.decimals}f}"

    @classmethod
    def from_text(cls, value: str, currency: str) -> Money:
        """Read a provider's figure. Raises MoneyError where it has more decimals than the currency."""
        zero = cls(0, currency)
        try:
            scaled = Decimal(value).scaleb(zero.decimals)
        except DecimalException as error:  # no figure, or one beyond all bounds
            raise MoneyError(f"{value!r} is not an amount") from error
        if not scaled.is_finite() or scaled.adjusted() > MOST_DIGITS or scaled != scaled.to_integral_value():
            raise MoneyError(f"{value!r} is not an amount of {currency}")
        return cls(int(scaled), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """The sum of `amounts`, zero of `currency` where there are none."""
    result = Money.zero(currency)
    for amount in amounts:
        result += amount
    return result
