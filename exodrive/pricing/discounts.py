"""What is taken off a price by a promo code or as a gift: the terms, and the lines that they become."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exodrive.kernel import money
from exodrive.kernel.money import Money
from exodrive.pricing import rounding
from exodrive.pricing.price import Line, LineKind
from exodrive.pricing.rounding import Rounding

# All discounts of a rental together leave a tenth of what they are off: a price of nothing could not be
# authorized at PayPal, and nine tenths of one yen are none.
MOST_BP = 9000
# What a discount can be off. Drivers' fees and the ways of the car are what the house pays others for.
REDUCIBLE = (LineKind.RENTAL, LineKind.EXTRA)


class DiscountSource(StrEnum):
    """Why something is taken off; the code of its lines."""

    PROMOTION = "promotion"
    GIFT = "gift"


@dataclass(frozen=True, slots=True)
class Discount:
    """A share in basis points, or an amount, off the lines of some kinds. `code` is what a customer types."""

    source: DiscountSource
    kinds: tuple[LineKind, ...] = REDUCIBLE
    rate_bp: int | None = None
    amount: Money | None = None
    code: str = ""

    def __post_init__(self) -> None:
        if (self.rate_bp is None) == (self.amount is None):
            raise ValueError("a discount is a share or an amount")
        if self.rate_bp is not None and not 0 < self.rate_bp <= MOST_BP:
            raise ValueError(f"a discount takes off up to nine tenths, not {self.rate_bp / 100:g} %")
        if self.amount is not None and self.amount.amount <= 0:
            raise ValueError("a discount takes something off")
        if not self.kinds or not set(self.kinds) <= set(REDUCIBLE):
            raise ValueError("a discount is off the days, the extras or both")

    def to_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "kinds": list(self.kinds),
            "rate_bp": self.rate_bp,
            "amount": [self.amount.amount, self.amount.currency] if self.amount else None,
            "code": self.code,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Discount:
        return cls(
            source=DiscountSource(value["source"]),
            kinds=tuple(LineKind(kind) for kind in value["kinds"]),
            rate_bp=value["rate_bp"],
            amount=Money(*value["amount"]) if value["amount"] else None,
            code=value["code"],
        )


def is_discount(line: Line) -> bool:
    """Whether a line of a price is one of those that are made here."""
    return line.code in set(DiscountSource)


def lines(
    discounts: Sequence[Discount], priced: Iterable[Line], *, currency: str, rule: Rounding
) -> list[Line]:
    """The lines that lower a price: of each discount one for each kind that it lowers, in minor units.

    Each is off the lines as they were before any discount. What would take off more than may be taken is cut
    short, the later discount first.
    """
    found = list(priced)
    bases = {
        kind: money.total((line.amount for line in found if line.kind is kind), currency=currency)
        for kind in REDUCIBLE
    }
    room = {kind: base.amount * MOST_BP // 10_000 for kind, base in bases.items()}
    made: list[Line] = []
    for discount in discounts:
        for kind, off in _wanted(discount, bases, room, rule=rule):
            room[kind] -= off
            made.append(_line(discount, kind, off, base=bases[kind]))
    return made


def _wanted(
    discount: Discount, bases: Mapping[LineKind, Money], room: Mapping[LineKind, int], *, rule: Rounding
) -> Iterator[tuple[LineKind, int]]:
    """How many minor units a discount takes off each kind; never more than there is room for."""
    if discount.amount is not None:
        left = [room[kind] for kind in discount.kinds]
        whole = Money(min(discount.amount.amount, sum(left)), discount.amount.currency)
        wanted = rounding.share_out(whole, left)
    else:
        wanted = [
            rounding.share(bases[kind], discount.rate_bp or 0, scale=rounding.BASIS_POINTS, rounding=rule)
            for kind in discount.kinds
        ]
    for kind, off in zip(discount.kinds, wanted, strict=True):
        if cut := min(off.amount, room[kind]):
            yield kind, cut


def _line(discount: Discount, kind: LineKind, off: int, *, base: Money) -> Line:
    params: dict[str, Any] = {
        "code": discount.code,
        "on": str(kind),
        "rate_bp": discount.rate_bp,
        "amount": discount.amount.amount if discount.amount else None,
        "base_amount": base.amount,
    }
    return Line(str(discount.source), kind, params, Money(-off, base.currency))
