"""How many days a rental counts, by the wall clock at the place of pick-up.

A rental from Friday 10:00 to Monday 10:00 is three days, even where a change to or from daylight-saving time
makes it 71 or 73 hours long: both ends are read from the clock on the wall of the pick-up place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from exodrive.kernel.errors import Refused

DAY = timedelta(days=1)
# Each day is looked at on its own; a mistyped year must not keep a process busy with millions of them. The
# house's own limit (its booking policy) is far below.
MOST_DAYS = 400


class DayCount(StrEnum):
    """The house's way of counting; the values are those of its policy for rental days."""

    CLOCK = "clock24"  # each 24 hours begun since pick-up, after the grace
    CALENDAR = "calendar"  # each date touched
    NIGHTS = "nights"  # each night between the two dates


class ReturnBeforePickup(Refused):
    """The car would come back before it leaves, or at the same moment."""

    code = "return_before_pickup"


class RentalTooLong(Refused):
    """More days than any house prices in one rental."""

    code = "rental_too_long"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A local time as a moment (in UTC), and whether the clock change made us choose it.

    `gap`: the clock jumped over that time, so it is read as the time after the jump. `fold`: the clock showed
    it twice, and the first one counts.
    """

    at: datetime
    adjusted: Literal["gap", "fold"] | None = None


def resolve_local(naive: datetime, zone: str) -> Resolved:
    """The moment at which a wall clock in `zone` shows `naive`, a time without an offset."""
    if naive.tzinfo is not None:
        raise ValueError("a local time carries no offset")
    local = naive.replace(tzinfo=ZoneInfo(zone), fold=0)
    at = local.astimezone(UTC)
    if wall_clock(at, zone) != naive:
        return Resolved(at, "gap")
    # PEP 495: in a fold, the second reading of the same figures has another offset.
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        return Resolved(at, "fold")
    return Resolved(at)


def wall_clock(at: datetime, zone: str) -> datetime:
    """What the clock on the wall shows at a moment: a time without an offset."""
    if at.tzinfo is None:
        raise ValueError("a moment needs an offset")
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def rental_days(
    pickup_at: datetime, return_at: datetime, *, zone: str, method: DayCount, grace_minutes: int
) -> int:
    """The days to be paid, at least one. `zone` is the pick-up place's.

    Raises ReturnBeforePickup and RentalTooLong.
    """
    if return_at <= pickup_at:
        raise ReturnBeforePickup
    if return_at - pickup_at > MOST_DAYS * DAY:
        raise RentalTooLong
    out = _to_the_minute(wall_clock(pickup_at, zone))
    back = _to_the_minute(wall_clock(return_at, zone))
    nights = (back.date() - out.date()).days
    if method is DayCount.CALENDAR:
        return max(1, nights + 1)
    if method is DayCount.NIGHTS:
        return max(1, nights)
    # The grace is free at the end of any day, so it is taken off before what was begun is rounded up.
    begun = -((timedelta(minutes=grace_minutes) - (back - out)) // DAY)
    return max(1, begun)


def rental_dates(pickup_at: datetime, *, zone: str, days: int) -> list[date]:
    """The date on which each rental day starts: day n is the 24 hours from pick-up + n days, wall clock."""
    first = wall_clock(pickup_at, zone).date()
    return [first + n * DAY for n in range(days)]


def _to_the_minute(local: datetime) -> datetime:
    """A wall clock shows minutes: a car back at 10:29:40 is back at 10:29."""
    return local.replace(second=0, microsecond=0)
