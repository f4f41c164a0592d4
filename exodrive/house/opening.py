"""When the desk is open: the house's hours as spans of a day, and how they stand at a moment.

`hours` maps weekday numbers (Monday "0") to opening and closing time, as the register keeps them. All is by
the wall clock of the house, so that a change of the clock moves no door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Hours:
    """One weekday, Monday 0, by the wall clock."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Door:
    """Open `until` a moment, or closed and open again at `opens_at`; None where no day has hours."""

    until: datetime | None
    opens_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.until is not None


def week(hours: Mapping[str, Any]) -> list[Hours]:
    """The days that have hours, Monday first."""
    return [
        Hours(day, time.fromisoformat(hours[str(day)][0]), time.fromisoformat(hours[str(day)][1]))
        for day in range(7)
        if hours.get(str(day))
    ]


def door(hours: Mapping[str, Any], zone: ZoneInfo, *, at: datetime) -> Door:
    """How the door stands at this moment."""
    here = at.astimezone(zone)
    by_day = {each.weekday: each for each in week(hours)}
    today = by_day.get(here.weekday())
    if today is not None and today.opens <= here.time() < today.closes:
        return Door(until=datetime.combine(here.date(), today.closes, zone), opens_at=None)
    for ahead in range(8):
        date = here.date() + timedelta(days=ahead)
        span = by_day.get(date.weekday())
        if span is not None and (opens := datetime.combine(date, span.opens, zone)) > here:
            return Door(until=None, opens_at=opens)
    return Door(until=None, opens_at=None)
