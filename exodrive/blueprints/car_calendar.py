"""A month of a car's free days, where a range is chosen by two clicks: first the pick-up, then the return.

Each day is a link that carries the search on, so that choosing works without script.
"""

from __future__ import annotations

import calendar as months
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from exodrive.blueprints import search
from exodrive.blueprints.search import Search
from exodrive.bookings import finding
from exodrive.bookings.finding import CalendarDay, DayState
from exodrive.bookings.offers import Desk
from exodrive.fleet.models import Car
from exodrive.kernel.money import Money
from exodrive.rendering import formats

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Day:
    """One field of the calendar, as the macro of `macros/calendar.html` shows it."""

    number: int
    kind: str
    note: str = ""
    href: str | None = None
    words: str = ""


OUT = Day(0, "out")


@dataclass(frozen=True, slots=True)
class Month:
    caption: str
    weekdays: list[str]
    weeks: list[list[Day]]
    earlier: str | None
    later: str | None


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is chosen already. `until` is the last day to which a rental from `first` could reach."""

    first: date | None
    last: date | None
    until: date | None


def month(car: Car, asked: Search, name: str, *, desk: Desk, at: datetime) -> Month:
    """The month called `name` (such as 2026-12), else that of the pick-up, else the present one."""
    zone = ZoneInfo(asked.place.time_zone)
    today = at.astimezone(zone).date()
    horizon = today + timedelta(days=desk.policies.booking.horizon_days)
    first = _chosen_month(name, asked, zone=zone, earliest=today, latest=horizon)
    length = months.monthrange(first.year, first.month)[1]
    found = finding.calendar(car, first=first, days=length, zone=zone.key, desk=desk, at=at)
    choice = _choice(asked, found, zone=zone)
    days = {day.date: _day(day, car, asked, choice=choice, desk=desk, zone=zone) for day in found}
    weeks = months.Calendar(_first_weekday()).monthdatescalendar(first.year, first.month)
    before, after = first - timedelta(days=1), first + timedelta(days=length)
    return Month(
        caption=format_date(first, "LLLL y", locale=get_locale()),
        weekdays=_weekdays(),
        weeks=[[days.get(day, OUT) for day in week] for week in weeks],
        earlier=_address(car, asked, month=f"{before:%Y-%m}") if before >= today.replace(day=1) else None,
        later=_address(car, asked, month=f"{after:%Y-%m}") if after <= horizon else None,
    )


def _chosen_month(name: str, asked: Search, *, zone: ZoneInfo, earliest: date, latest: date) -> date:
    named = _MONTH.fullmatch(name)
    if named:
        wished = date(int(named[1]), int(named[2]), 1)
    elif asked.pickup_at is not None:
        wished = asked.pickup_at.astimezone(zone).date()
    else:
        wished = earliest
    return min(max(wished, earliest), latest).replace(day=1)


def _choice(asked: Search, found: list[CalendarDay], *, zone: ZoneInfo) -> _Choice:
    first = asked.pickup_at.astimezone(zone).date() if asked.pickup_at else None
    last = asked.return_at.astimezone(zone).date() if asked.return_at else None
    if first is None:
        return _Choice(None, None, None)
    beyond = [day.date for day in found if day.date > first and day.state is not DayState.FREE]
    until = min(beyond) - timedelta(days=1) if beyond else date.max
    return _Choice(first, last, until)


def _day(day: CalendarDay, car: Car, asked: Search, *, choice: _Choice, desk: Desk, zone: ZoneInfo) -> Day:
    kind, note = _look(day, choice)
    number, full = day.date.day, formats.day(day.date)
    if day.state is DayState.OVER:
        return Day(number, "closed", words=_("%(day)s: out of reach", day=full))
    if day.state is DayState.TAKEN and kind != "chosen":
        return Day(number, "taken", words=_("%(day)s: taken", day=full))
    opening = _opening(day.date, desk)
    if opening is None:
        return Day(number, "closed" if kind == "free" else kind, note, words=_("%(day)s: closed", day=full))
    if _is_return(day.date, choice):
        # The same day twice means a rental of some hours, until the house closes.
        moment = _at(day.date, asked.pickup_at, opening, zone=zone, latest=day.date == choice.first)
        href = _address(car, asked, to=moment)
        return Day(number, kind, note, href, _("%(day)s: return the car", day=full))
    moment = _at(day.date, asked.pickup_at, opening, zone=zone)
    href = _address(car, asked, **{"from": moment, "to": None})
    return Day(number, kind, note, href, _("%(day)s: pick up the car", day=full))


def _look(day: CalendarDay, choice: _Choice) -> tuple[str, str]:
    """Kind and note of a day: what is chosen, its price, or nothing."""
    price = formats.money_round(_whole(day.price)) if day.price is not None else ""
    if choice.first is None or not choice.first <= day.date <= (choice.last or choice.first):
        return "free", price
    if day.date == choice.first:
        return "chosen", _("out")
    return "chosen", _("back") if day.date == choice.last else price


def _is_return(day: date, choice: _Choice) -> bool:
    """Whether a click on the day sets the return: the pick-up is known, the return not, nothing between."""
    return (
        choice.first is not None
        and choice.until is not None
        and choice.last is None
        and choice.first <= day <= choice.until
    )


def _at(
    day: date, like: datetime | None, opening: tuple[time, time], *, zone: ZoneInfo, latest: bool = False
) -> str:
    """A time on that day: the one chosen before, else the usual one, inside the opening hours."""
    wished = like.astimezone(zone).time().replace(tzinfo=None) if like else search.USUAL_TIME
    if latest:
        wished = opening[1]
    return datetime.combine(day, min(max(wished, opening[0]), opening[1])).strftime(search.FORMAT)


def _opening(day: date, desk: Desk) -> tuple[time, time] | None:
    span: Any = desk.house.hours.get(str(day.weekday()))
    return (time.fromisoformat(span[0]), time.fromisoformat(span[1])) if span else None


def _whole(price: Money) -> Money:
    """Without its cents: a day's field is small, and the price beside the calendar is exact."""
    unit = 10**price.decimals
    return Money((price.amount + unit // 2) // unit * unit, price.currency)


def _address(car: Car, asked: Search, **changes: str | None) -> str:
    return url_for("catalog.car", slug=car.slug, **asked.params(category=None, **changes))


def _weekdays() -> list[str]:
    names = get_day_names("abbreviated", "stand-alone", locale=get_locale())
    return [names[(_first_weekday() + number) % 7] for number in range(7)]


def _first_weekday() -> int:
    locale = get_locale()
    return locale.first_week_day if locale else 0
