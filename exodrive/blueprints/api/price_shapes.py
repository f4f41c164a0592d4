"""A price with its reasons, and the places that it is for."""

from __future__ import annotations

from typing import Self

from exodrive.blueprints.api.shapes import Moment, Money, Shape
from exodrive.bookings.policy import CancellationTerms
from exodrive.house import models
from exodrive.pricing import price as prices
from exodrive.rendering import price_words

LINE_EXAMPLE = {
    "code": "rental_days",
    "name": "3 rental days",
    "reason": "3 × $895.00, counted by the clock from pick-up",
    "amount": {"amount": 268500, "currency": "USD"},
}
PRICE_EXAMPLE = {
    "days": 3,
    "lines": [LINE_EXAMPLE],
    "tax": {"amount": 30878, "currency": "USD"},
    "total": {"amount": 299378, "currency": "USD"},
}
PLACE_EXAMPLE = {
    "slug": "rockville",
    "name": "Our house in Rockville",
    "address": "12 Exchange Lane, Rockville, MD 20850",
    "time_zone": "America/New_York",
    "delivered": False,
}


class PriceLine(Shape):
    """One component of a price and the reason for it. A discount is negative."""

    code: str
    """What kind of line it is, such as `rental_days`, `season` or `tax`."""
    name: str
    reason: str
    amount: Money


class Price(Shape):
    """What a rental costs."""

    days: int
    """Rental days, counted as the house counts them."""
    lines: tuple[PriceLine, ...]
    tax: Money
    """The part of the total that is tax."""
    total: Money

    @classmethod
    def of(cls, price: prices.Price) -> Self:
        rows = price_words.rows(price.lines)
        return cls(
            days=price.days,
            lines=tuple(
                PriceLine(code=line.code, name=row.name, reason=row.reason, amount=Money.of(line.amount))
                for line, row in zip(price.lines, rows, strict=True)
            ),
            tax=Money.of(price.tax),
            total=Money.of(price.total),
        )


class Place(Shape):
    """Where a car is picked up or returned."""

    slug: str
    name: str
    address: str
    time_zone: str
    """IANA; rental days are counted by its wall clock."""
    delivered: bool
    """Whether the car is driven there and fetched: an address is needed then."""

    @classmethod
    def of(cls, place: models.Place) -> Self:
        return cls(
            slug=place.slug,
            name=place.name,
            address=place.address,
            time_zone=place.time_zone,
            delivered=place.delivered,
        )


class Cancellation(Shape):
    """What cancelling costs now, and until when it is free."""

    fee: Money
    free_until: Moment

    @classmethod
    def of(cls, terms: CancellationTerms) -> Self:
        return cls(fee=Money.of(terms.fee), free_until=terms.free_until)
