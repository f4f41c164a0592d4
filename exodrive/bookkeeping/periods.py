"""The stretch of time that a report is about: whole days, by the house's calendar."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exodrive.kernel.errors import Refused

MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
LONGEST = 3660  # days: ten years, beyond which somebody has mistyped
FIRST, LAST = date(1990, 1, 1), date(2200, 1, 1)  # between these every zone knows its midnights


class PeriodUnclear(Refused):
    """No such days, in the wrong order, or too many of them."""

    code = "period_unclear"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last one, both included. Raises PeriodUnclear."""

    first: date
    last: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        sound = FIRST <= self.first <= self.last <= LAST
        if not sound or (self.last - self.first).days > LONGEST:
            raise PeriodUnclear

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)

    @property
    def name(self) -> str:
        """For the names of files: `2026-10`, or `2026-10-03_2026-10-09`."""
        month = f"{self.first:%Y-%m}"
        return month if self == of_month(month, zone=self.zone) else f"{self.first}_{self.last}"


def of_month(text: str, *, zone: ZoneInfo) -> Period:
    """A month written `2026-10`. Raises PeriodUnclear."""
    found = MONTH.fullmatch(text)
    if found is None:
        raise PeriodUnclear
    year, month = int(found[1]), int(found[2])
    try:
        return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]), zone)
    except ValueError as error:  # month 13, or year 0
        raise PeriodUnclear from error


def of_days(first: str, last: str, *, zone: ZoneInfo) -> Period:
    """From one ISO date to another. Raises PeriodUnclear."""
    try:
        return Period(date.fromisoformat(first), date.fromisoformat(last), zone)
    except ValueError as error:
        raise PeriodUnclear from error


def months_until(day: date, *, count: int = 24) -> list[str]:
    """The months up to that of a day, the latest first."""
    number = day.year * 12 + day.month - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(number, number - count, -1)]
