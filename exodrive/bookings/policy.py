"""What the house's rules make of a booking's dates and amounts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from exodrive.house.rules import BookingRules, CancellationRules, DepositRules, TurnaroundRules
from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money
from exodrive.pricing import rounding
from exodrive.pricing.price import LineKind, Price


class DatesRefused(Refused):
    """The house does not rent on these dates. `reason` is a code, `figures` what its words need."""

    code = "dates_refused"

    def __init__(self, reason: str, **figures: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.figures = figures


def check_dates(
    pickup_at: datetime,
    return_at: datetime,
    *,
    at: datetime,
    rules: BookingRules,
    days: int,
    minimum_days: int,
    hours: dict[str, Any],
    zone: ZoneInfo,
) -> None:
    """Raises DatesRefused for dates outside what the house offers; `hours` are its opening hours."""
    if return_at <= pickup_at:
        raise DatesRefused("return_before_pickup")
    if pickup_at < at + timedelta(hours=rules.notice_hours):
        raise DatesRefused("too_soon", hours=rules.notice_hours)
    if pickup_at > at + timedelta(days=rules.horizon_days):
        raise DatesRefused("too_far", days=rules.horizon_days)
    if return_at - pickup_at < timedelta(hours=rules.minimum_hours):
        raise DatesRefused("too_short", hours=rules.minimum_hours)
    if days > rules.maximum_days:
        raise DatesRefused("too_long", days=rules.maximum_days)
    if days < minimum_days:
        raise DatesRefused("below_minimum", days=minimum_days)
    for name, moment in (("pickup", pickup_at), ("return", return_at)):
        if not open_at(moment, hours=hours, zone=zone):
            raise DatesRefused(f"{name}_outside_hours")


def open_at(moment: datetime, *, hours: dict[str, Any], zone: ZoneInfo) -> bool:
    """Whether the house is open then; `hours` maps weekdays (Monday "0") to [opens, closes] as HH:MM."""
    local = moment.astimezone(zone)
    span = hours.get(str(local.weekday()))
    return span is not None and span[0] <= f"{local:%H:%M}" <= span[1]


def margins(rules: TurnaroundRules, *, delivered: bool, collected: bool) -> tuple[int, int]:
    """Minutes of preparation before and turnaround after; more on a side where the car is driven to."""
    before = rules.before_minutes + (rules.delivery_minutes if delivered else 0)
    after = rules.after_minutes + (rules.delivery_minutes if collected else 0)
    return before, after


def deposit(own: int | None, *, total: Money, rules: DepositRules) -> Money:
    """The car's own deposit, else the policy's share of the total."""
    if own is not None:
        return Money(own, total.currency)
    return rounding.portion(total, rules.share_bp, of=10_000)


def deposit_ask_at(pickup_at: datetime, *, at: datetime, rules: DepositRules) -> datetime:
    """When to ask for the deposit: so many hours before pick-up, at once where that has passed."""
    return max(at, pickup_at - timedelta(hours=rules.ask_hours_before))


def deposit_release_by(returned_on: date, *, rules: DepositRules) -> date:
    """The last day to release the deposit: so many business days (Monday to Friday) after the return."""
    day, left = returned_on, rules.release_business_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


@dataclass(frozen=True, slots=True)
class CancellationTerms:
    """What a cancellation costs at a moment, and until when it is free."""

    fee: Money
    free_until: datetime
    free: bool


def cancellation(
    price: Price,
    pickup_at: datetime,
    *,
    at: datetime,
    rules: CancellationRules,
    closed_at: datetime | None = None,
) -> CancellationTerms:
    """Free until so many hours before pick-up; later the first days are charged, with the tax on them.

    `closed_at` is when that had ended before the dates were changed: a change does not reopen it.
    """
    free_until = closed_at or pickup_at - timedelta(hours=rules.free_until_hours)
    free = closed_at is None and at <= free_until
    fee = Money.zero(price.currency) if free else first_days(price, min(rules.late_days_charged, price.days))
    return CancellationTerms(fee, free_until, free)


def first_days(price: Price, days: int) -> Money:
    """The price of so many rental days of an agreed price, with the tax that rests on them."""
    shares = price.tax_shares()
    taxed = sum(
        line.amount.amount + share.amount
        for line, share in zip(price.lines, shares, strict=True)
        if line.kind is LineKind.RENTAL
    )
    return rounding.portion(Money(taxed, price.currency), days, of=price.days)
