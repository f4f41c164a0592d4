"""What a price is asked for: a car, two moments, two places and what goes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from exodrive.kernel.money import Money
from exodrive.pricing.discounts import Discount


@dataclass(frozen=True, slots=True)
class Trip:
    """A car brought to a place or fetched from it, for a flat fee. `place` is the name people read."""

    place: str
    fee: Money

    def to_json(self) -> list[Any]:
        return [self.place, self.fee.amount, self.fee.currency]

    @classmethod
    def from_json(cls, value: list[Any] | None) -> Trip | None:
        return cls(value[0], Money(value[1], value[2])) if value else None


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """All that a price depends on besides the rules. `zone` and `jurisdiction` are the pick-up place's.

    `day_rate` is the car's base price of a day, and its currency is the currency of everything. `extras` maps
    an extra's code to the quantity wanted. `discounts` are what a promo code or the house takes off.
    """

    car_id: UUID
    category: str
    day_rate: Money
    pickup_at: datetime
    return_at: datetime
    zone: str
    jurisdiction: str
    delivery: Trip | None = None
    collection: Trip | None = None
    extras: Mapping[str, int] = field(default_factory=dict)
    additional_drivers: int = 0
    young_driver: bool = False
    discounts: tuple[Discount, ...] = ()

    def to_json(self) -> dict[str, Any]:
        written: dict[str, Any] = {
            "car": str(self.car_id),
            "category": self.category,
            "rate": [self.day_rate.amount, self.day_rate.currency],
            "from": self.pickup_at.astimezone(UTC).isoformat(),
            "to": self.return_at.astimezone(UTC).isoformat(),
            "zone": self.zone,
            "jurisdiction": self.jurisdiction,
            "delivery": self.delivery and self.delivery.to_json(),
            "collection": self.collection and self.collection.to_json(),
            "extras": dict(self.extras),
            "drivers": self.additional_drivers,
            "young": self.young_driver,
        }
        # Left out where there are none: the requests of older bookings are written as they were.
        if self.discounts:
            written["discounts"] = [discount.to_json() for discount in self.discounts]
        return written

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> PriceRequest:
        return cls(
            car_id=UUID(value["car"]),
            category=value["category"],
            day_rate=Money(*value["rate"]),
            pickup_at=datetime.fromisoformat(value["from"]),
            return_at=datetime.fromisoformat(value["to"]),
            zone=value["zone"],
            jurisdiction=value["jurisdiction"],
            delivery=Trip.from_json(value["delivery"]),
            collection=Trip.from_json(value["collection"]),
            extras=value["extras"],
            additional_drivers=value["drivers"],
            young_driver=value["young"],
            discounts=tuple(map(Discount.from_json, value.get("discounts", ()))),
        )
