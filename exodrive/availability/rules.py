"""Periods as plain values: what a rental takes of a car's time, and what is left between.

A period is a pair of moments, half-open: the start belongs to it, the end does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
FOREVER = datetime.max.replace(tzinfo=UTC)  # the end of a car that is out of service until further notice


class OccupancyKind(StrEnum):
    HOLD = "hold"
    BOOKING = "booking"
    MAINTENANCE = "maintenance"
    OUT_OF_SERVICE = "out_of_service"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of time, `starts_at` inside and `ends_at` outside. Raises ValueError for an empty one."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a period needs moments, not local times")
        if self.ends_at <= self.starts_at:
            raise ValueError(f"a period cannot end at {self.ends_at} and start at {self.starts_at}")

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    def overlaps(self, other: Period) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def occupied(promised: Period, *, before_minutes: int, after_minutes: int) -> Period:
    """What a rental takes of the car: the promised times, with preparation before and turnaround after."""
    return Period(
        promised.starts_at - timedelta(minutes=before_minutes),
        promised.ends_at + timedelta(minutes=after_minutes),
    )


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same time in as few periods as possible, in order; what touches becomes one."""
    result: list[Period] = []
    for period in sorted(periods):
        if result and period.starts_at <= result[-1].ends_at:
            result[-1] = Period(result[-1].starts_at, max(result[-1].ends_at, period.ends_at))
        else:
            result.append(period)
    return result


def clipped(periods: Iterable[Period], window: Period) -> list[Period]:
    """What of each period lies inside the window."""
    return [
        Period(max(period.starts_at, window.starts_at), min(period.ends_at, window.ends_at))
        for period in periods
        if period.overlaps(window)
    ]


def gaps(busy: Iterable[Period], window: Period) -> list[Period]:
    """The time inside the window that no busy period takes, in order."""
    free: list[Period] = []
    since = window.starts_at
    for period in merged(clipped(busy, window)):
        if period.starts_at > since:
            free.append(Period(since, period.starts_at))
        since = period.ends_at
    if since < window.ends_at:
        free.append(Period(since, window.ends_at))
    return free


def shifted(promised: Period, days: int, *, zone: str) -> Period:
    """The same rental so many days later (or earlier), at the same times on the wall clock of `zone`."""
    return Period(_same_time(promised.starts_at, days, zone), _same_time(promised.ends_at, days, zone))


def _same_time(at: datetime, days: int, zone: str) -> datetime:
    # Arithmetic on a zoned time moves the wall clock, not the hours that pass: what is wanted here.
    return (at.astimezone(ZoneInfo(zone)) + days * DAY).astimezone(UTC)


def nearest_free(
    promised: Period,
    busy: Iterable[Period],
    *,
    before_minutes: int,
    after_minutes: int,
    zone: str,
    not_before: datetime,
    days: int,
) -> Iterator[Period]:
    """Other dates of the same rental that are free, nearest first, later before earlier at the same distance.

    Each differs from the wished one by whole days, up to `days`, and starts at `not_before` or later.
    """
    taken = merged(busy)
    for distance in range(1, days + 1):
        for shift in (distance, -distance):
            other = shifted(promised, shift, zone=zone)
            needed = occupied(other, before_minutes=before_minutes, after_minutes=after_minutes)
            if other.starts_at >= not_before and not any(needed.overlaps(period) for period in taken):
                yield other
