"""What somebody wants to be different about a booking: pure, and kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from exodrive.bookings.reservation.drivers import DriverDetails
from exodrive.customers.addresses import Address
from exodrive.pricing.discounts import Discount

DATES = ("born_on", "licence_since", "licence_until", "insured_until")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Only what is to change; None leaves a thing as it is.

    `extras` is the whole choice, not a difference. `places` are slugs. `drop_drivers` are positions.
    """

    pickup_at: datetime | None = None
    return_at: datetime | None = None
    car_id: UUID | None = None
    pickup_place: str | None = None
    return_place: str | None = None
    delivery_address: str | None = None
    extras: Mapping[str, int] | None = None
    drop_drivers: tuple[int, ...] = ()
    add_drivers: tuple[DriverDetails, ...] = ()
    gift: Discount | None = None  # what the house takes off, beside what it takes off already

    @property
    def named(self) -> frozenset[str]:
        """The names of what is to change."""
        return frozenset(
            name for name in self.__slots__ if getattr(self, name) is not None and getattr(self, name) != ()
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "pickup_at": _moment(self.pickup_at),
            "return_at": _moment(self.return_at),
            "car": str(self.car_id) if self.car_id else None,
            "pickup_place": self.pickup_place,
            "return_place": self.return_place,
            "delivery_address": self.delivery_address,
            "extras": dict(self.extras) if self.extras is not None else None,
            "drop_drivers": list(self.drop_drivers),
            "add_drivers": [_written(driver) for driver in self.add_drivers],
            "gift": self.gift.to_json() if self.gift else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Wanted:
        return cls(
            pickup_at=_read_moment(value["pickup_at"]),
            return_at=_read_moment(value["return_at"]),
            car_id=UUID(value["car"]) if value["car"] else None,
            pickup_place=value["pickup_place"],
            return_place=value["return_place"],
            delivery_address=value["delivery_address"],
            extras=value["extras"],
            drop_drivers=tuple(value["drop_drivers"]),
            add_drivers=tuple(_read(driver) for driver in value["add_drivers"]),
            gift=Discount.from_json(value["gift"]) if value.get("gift") else None,
        )


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _read_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _written(driver: DriverDetails) -> dict[str, Any]:
    parts = driver.address_parts.to_json() if driver.address_parts else None
    plain = {**asdict(driver), "address_parts": parts}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in plain.items()}


def _read(value: Mapping[str, Any]) -> DriverDetails:
    dates = {name: date.fromisoformat(value[name]) for name in DATES if value[name]}
    parts = Address.from_json(value["address_parts"]) if value["address_parts"] else None
    return DriverDetails(**{**value, **dates, "address_parts": parts})
