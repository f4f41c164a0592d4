"""How an exact figure becomes whole minor units, and how whole minor units are shared out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from exodrive.kernel.money import Money


class Rounding(StrEnum):
    """The named rule by which each price line is rounded, once."""

    HALF_UP = "half_up"  # the half away from zero, as people round
    HALF_EVEN = "half_even"  # the half to the even neighbour, as banks round


DECIMAL_RULES = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN}

BASIS_POINTS = 4  # 10,000 basis points are the whole
PARTS_PER_MILLION = 6


def share(amount: Money, rate: int, *, scale: int, rounding: Rounding) -> Money:
    """`rate` of an amount, rounded; `scale` names the unit of the rate by its power of ten."""
    exact = (Decimal(amount.amount) * rate).scaleb(-scale)
    return Money(int(exact.quantize(Decimal(1), rounding=DECIMAL_RULES[rounding])), amount.currency)


def portion(amount: Money, parts: int, *, of: int, rounding: Rounding = Rounding.HALF_UP) -> Money:
    """`parts` of an amount that stands for `of` equal parts, rounded: two days of the price of five."""
    exact = Decimal(amount.amount * parts) / of
    return Money(int(exact.quantize(Decimal(1), rounding=DECIMAL_RULES[rounding])), amount.currency)


def share_out(amount: Money, weights: Sequence[int]) -> list[Money]:
    """`amount` shared out in the ratio of `weights`, with nothing lost or made by rounding.

    Each share is the exact one rounded down, and what is left goes, a minor unit each, to the largest
    remainders. Weights may be negative (a discount among the lines) but must not add up to zero, unless the
    amount is zero.
    """
    whole = sum(weights)
    if whole == 0:
        if amount:
            raise ValueError("nothing to share out over")
        return [amount for _ in weights]
    exact = [Fraction(amount.amount * weight, whole) for weight in weights]
    shares = [figure.__floor__() for figure in exact]
    left = amount.amount - sum(shares)
    by_remainder = sorted(range(len(exact)), key=lambda n: (shares[n] - exact[n], n))
    for n in by_remainder[:left]:
        shares[n] += 1
    return [Money(figure, amount.currency) for figure in shares]
