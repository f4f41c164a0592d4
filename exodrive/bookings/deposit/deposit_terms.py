"""How long a deposit must be secured, and whether PayPal's hold lasts as long. Pure.

PayPal holds money for 29 days, renewed or not; a renewal only makes it answer for the money for three days
more: https://developer.paypal.com/docs/checkout/standard/customize/authorization-honor/
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from exodrive.bookings import policy
from exodrive.house.rules import DepositRules
from exodrive.payments import plan

WARNING = timedelta(days=2)  # how long before the last day staff are told what stands in its way


class Mode(StrEnum):
    """How a deposit is secured through rental and inspection."""

    HOLD = "hold"
    CAPTURE = "capture"  # taken when the keys go out, and given back


def mode(*, authorized_at: datetime, expires_at: datetime | None, release_at: datetime) -> Mode:
    """Held where PayPal's hold outlives the last day of the inspection, with a margin; captured otherwise."""
    dead = expires_at or authorized_at + plan.LIFE
    return Mode.HOLD if release_at <= dead - plan.MARGIN else Mode.CAPTURE


def release_at(returned_at: datetime, *, zone: ZoneInfo, rules: DepositRules) -> datetime:
    """The beginning of the last day on which it goes back, at the place of the return.

    The whole day is left for the calls to PayPal and for whoever hands money back at the desk.
    """
    last = policy.deposit_release_by(returned_at.astimezone(zone).date(), rules=rules)
    return datetime.combine(last, time.min, zone).astimezone(UTC)
