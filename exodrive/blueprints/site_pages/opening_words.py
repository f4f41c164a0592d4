"""When the desk is open, in words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from exodrive.house.opening import Door, Hours
from exodrive.kernel import clock
from exodrive.rendering import formats

WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


def rows(week: list[Hours]) -> list[tuple[str, str]]:
    """Days with the same hours in one row: `Monday to Friday`, `9:00 to 19:00`."""
    found: list[tuple[list[Hours], str]] = []
    for day in week:
        hours = _("%(opens)s to %(closes)s", opens=_clock(day.opens), closes=_clock(day.closes))
        if found and found[-1][1] == hours and found[-1][0][-1].weekday == day.weekday - 1:
            found[-1][0].append(day)
        else:
            found.append(([day], hours))
    return [(_days(days), hours) for days, hours in found]


def now(door: Door, zone: ZoneInfo) -> str:
    """`Open now until 19:00`, or when it opens again; nothing where no day has hours."""
    if door.until is not None:
        return _("Open now until %(time)s", time=formats.time_of_day(door.until, zone))
    if door.opens_at is None:
        return ""
    return _("Closed now, open again %(when)s", when=_soon(door.opens_at, zone))


def _soon(at: datetime, zone: ZoneInfo) -> str:
    here, today = at.astimezone(zone), clock.now().astimezone(zone).date()
    time = formats.time_of_day(at, zone)
    if here.date() == today:
        return _("today at %(time)s", time=time)
    if (here.date() - today).days == 1:
        return _("tomorrow at %(time)s", time=time)
    return _("on %(day)s at %(time)s", day=WEEKDAYS[here.weekday()], time=time)


def _days(days: list[Hours]) -> str:
    first, last = WEEKDAYS[days[0].weekday], WEEKDAYS[days[-1].weekday]
    if len(days) == 1:
        return str(first)
    if len(days) == 2:
        return _("%(first)s and %(last)s", first=first, last=last)
    return _("%(first)s to %(last)s", first=first, last=last)


def _clock(at: object) -> str:
    return f"{at:%H:%M}".removeprefix("0")
