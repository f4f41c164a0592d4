"""Dates for the races, as the fields of the search take them: weekdays, when the house is open."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
# Of the start: a week that one test has called by its number is not another test's after midnight.
TODAY = datetime.now(ZONE).date()


def monday(weeks: int) -> datetime:
    """The Monday so many weeks after the coming one, at midnight by the house's wall clock."""
    ahead = timedelta(days=7 - TODAY.weekday(), weeks=weeks)
    return datetime.combine(TODAY + ahead, time())


def span(first: datetime, *, start: float, end: float) -> tuple[str, str]:
    """From and to, in hours after `first`: `span(monday, start=10, end=24 + 10)` is a day."""
    return written(first + timedelta(hours=start)), written(first + timedelta(hours=end))


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"
