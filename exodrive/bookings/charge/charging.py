"""What a rental costs beyond its price: miles, fuel and time, worked out by the rules agreed to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from exodrive.bookings.models import Booking, ChargeKind
from exodrive.house.rules import FuelRules, LateRules, Rulebook
from exodrive.kernel.money import Money
from exodrive.pricing import rounding


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One charge. `params` say how it was worked out: miles, eighths, hours."""

    kind: ChargeKind
    amount: Money
    note: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def allowance(booking: Booking, rules: Rulebook) -> int:
    """The miles that the price includes."""
    per_day = booking.car.miles_per_day or rules.mileage.miles_per_day
    return per_day * booking.agreed.days


def propose(
    booking: Booking, *, rules: Rulebook, driven: int, missing_eighths: int, returned_at: datetime
) -> list[ChargeLine]:
    """What is due by the rules that the customer agreed to."""
    currency = booking.currency
    found = [
        _mileage(booking, rules, driven=driven),
        fuel(rules.fuel, missing_eighths=missing_eighths, tank=booking.car.tank_gallons, currency=currency),
        late(
            rules.late,
            by=returned_at - booking.return_at,
            day_price=day_price(booking),
        ),
    ]
    return [line for line in found if line is not None]


def _mileage(booking: Booking, rules: Rulebook, *, driven: int) -> ChargeLine | None:
    over = driven - allowance(booking, rules)
    if over <= 0:
        return None
    each = booking.car.extra_mile or rules.mileage.extra_mile
    return ChargeLine(
        ChargeKind.MILEAGE, Money(over * each, booking.currency), params={"miles": over, "each": each}
    )


def fuel(rules: FuelRules, *, missing_eighths: int, tank: int, currency: str) -> ChargeLine | None:
    """The gallons that are missing, rounded up, and the service of filling them."""
    if missing_eighths <= 0:
        return None
    gallons = ceil(tank * missing_eighths / 8)
    amount = Money(gallons * rules.per_gallon + rules.service, currency)
    return ChargeLine(
        ChargeKind.FUEL,
        amount,
        params={"gallons": gallons, "each": rules.per_gallon, "service": rules.service},
    )


def late(rules: LateRules, *, by: timedelta, day_price: Money) -> ChargeLine | None:
    """Nothing within the grace; then each hour begun; from so many hours on a day and the penalty."""
    if by <= timedelta(minutes=rules.grace_minutes):
        return None
    hours = ceil(by / timedelta(hours=1))
    if hours < rules.hours_per_day:
        amount = rounding.portion(day_price, rules.hour_share_bp * hours, of=10_000)
        return ChargeLine(ChargeKind.LATE, amount, params={"hours": hours})
    days = ceil(by / timedelta(days=1))
    amount = day_price * days + Money(rules.penalty, day_price.currency)
    return ChargeLine(ChargeKind.LATE, amount, params={"days": days, "penalty": rules.penalty})


def day_price(booking: Booking) -> Money:
    """What a rental day costs by the agreed price."""
    return rounding.portion(booking.agreed.rental, 1, of=booking.agreed.days)


def loss_of_use(booking: Booking, *, days: int, note: str = "") -> ChargeLine:
    """The days on which a damaged car cannot be rented, each at the day's price."""
    each = day_price(booking)
    return ChargeLine(
        ChargeKind.LOSS_OF_USE, each * days, note=note, params={"days": days, "each": each.amount}
    )
