"""A price as it was agreed: its lines, and the snapshot that a booking keeps of them.

A line is a code with parameters. The words are chosen when it is shown, in the reader's language; amounts
inside the parameters are minor units of the line's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exodrive.kernel import money
from exodrive.kernel.money import Money
from exodrive.pricing import rounding

SNAPSHOT = 1  # the form of the JSON below; a reader of an older form is kept for as long as bookings have it


class LineKind(StrEnum):
    """What a line is, for the taxes: a tax names the kinds that it is due on."""

    RENTAL = "rental"  # the days, with their seasons and discounts
    EXTRA = "extra"
    DRIVER = "driver"
    DELIVERY = "delivery"  # both ways
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class Line:
    """One component of a price and the reason for it. A discount is negative."""

    code: str
    kind: LineKind
    params: Mapping[str, Any]
    amount: Money


@dataclass(frozen=True, slots=True)
class Price:
    """What a rental costs. `book` is the version of the rules that it was worked out by."""

    currency: str
    days: int
    lines: tuple[Line, ...]
    book: str

    @property
    def total(self) -> Money:
        return self._sum(*LineKind)

    @property
    def tax(self) -> Money:
        return self._sum(LineKind.TAX)

    @property
    def net(self) -> Money:
        """The total without its taxes."""
        return self.total - self.tax

    @property
    def rental(self) -> Money:
        """The days alone, with their seasons and discounts."""
        return self._sum(LineKind.RENTAL)

    def _sum(self, *kinds: LineKind) -> Money:
        return money.total((line.amount for line in self.lines if line.kind in kinds), currency=self.currency)

    def tax_shares(self) -> list[Money]:
        """How much tax rests on each line, in the order of the lines; the sum is exactly `tax`.

        What is given back for one line (delivery that was not needed) takes its tax along.
        """
        shares = [Money.zero(self.currency)] * len(self.lines)
        for tax in self.lines:
            if tax.kind is LineKind.TAX:
                taxed = [n for n, line in enumerate(self.lines) if line.kind in tax.params["kinds"]]
                parts = rounding.share_out(tax.amount, [self.lines[n].amount.amount for n in taxed])
                for n, part in zip(taxed, parts, strict=True):
                    shares[n] += part
        return shares

    def to_json(self) -> dict[str, Any]:
        """The snapshot that a booking keeps."""
        return {
            "form": SNAPSHOT,
            "currency": self.currency,
            "days": self.days,
            "book": self.book,
            "lines": [[line.code, line.kind, dict(line.params), line.amount.amount] for line in self.lines],
            "total": self.total.amount,
        }

    @classmethod
    def from_json(cls, snapshot: Mapping[str, Any]) -> Price:
        """A snapshot as it was agreed: nothing is worked out again. Raises ValueError for a damaged one."""
        if snapshot["form"] != SNAPSHOT:
            raise ValueError(f"unknown form of price snapshot: {snapshot['form']!r}")
        currency = snapshot["currency"]
        price = cls(
            currency=currency,
            days=snapshot["days"],
            lines=tuple(
                Line(code, LineKind(kind), params, Money(amount, currency))
                for code, kind, params, amount in snapshot["lines"]
            ),
            book=snapshot["book"],
        )
        if price.total.amount != snapshot["total"]:
            raise ValueError("the lines of a price snapshot do not add up to its total")
        return price
