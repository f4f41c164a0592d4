"""A car's free days, two months at a time, where a range is chosen by two clicks: pick-up, then return.

Each day is a link that carries the search on, so that choosing works without script. With script the days
are a date grid for the keyboard, and the range is shown before it is chosen: `static/js/calendar.js`.
"""

from __future__ import annotations

import calendar as months_of
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from exodrive.blueprints import search
from exodrive.blueprints.search import Search
from exodrive.bookings.reservation import finding
from exodrive.bookings.reservation.finding import CalendarDay, DayState
from exodrive.bookings.reservation.offers import Desk
from exodrive.fleet.models import Car
from exodrive.kernel.money import Money
from exodrive.rendering import formats

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
SHOWN = 2  # months; where there is room for one, the second is not displayed
WEEKS = 6  # as many as a month can touch: every month is as high as the other


@dataclass(frozen=True, slots=True)
class Day:
    """One field of the calendar, as the macro of `macros/calendar.html` shows it.

    `deed` is what a click chooses: "out" the pick-up, "back" the return, "" nothing.
    """

    number: int
    kind: str
    note: str = ""
    href: str | None = None
    words: str = ""
    date: str = ""
    deed: str = ""


OUT = Day(0, "out")


@dataclass(frozen=True, slots=True)
class Month:
    caption: str
    weeks: list[list[Day]]


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is shown. `first` is the chosen pick-up while its return is still to be chosen, else ""."""

    weekdays: list[str]
    months: list[Month]
    earlier: str | None
    later: str | None
    first: str


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is chosen already. `until` is the last day to which a rental from `first` could reach."""

    first: date | None
    last: date | None
    until: date | None


def months(car: Car, asked: Search, name: str, *, desk: Desk, at: datetime) -> Calendar:
    """From the month called `name` (such as 2026-12) on, else from that of the pick-up, else from now."""
    zone = ZoneInfo(asked.place.time_zone)
    today = at.astimezone(zone).date()
    horizon = today + timedelta(days=desk.policies.booking.horizon_days)
    first = _chosen_month(name, asked, zone=zone, earliest=today, latest=horizon)
    shown = [month for month in (first, _after(first)) if month <= horizon][:SHOWN]
    end = _after(shown[-1])
    found = _found(car, asked, (first, end), zone=zone, desk=desk, at=at)
    choice = _choice(asked, found, zone=zone)
    days = {
        day.date: _day(day, car, asked, choice=choice, desk=desk, zone=zone)
        for day in found
        if day.date >= first
    }
    before, after = first - timedelta(days=1), _after(first)
    return Calendar(
        weekdays=_weekdays(),
        months=[Month(formats.month(month), _weeks(month, days)) for month in shown],
        earlier=_address(car, asked, month=f"{before:%Y-%m}") if before >= today.replace(day=1) else None,
        later=_address(car, asked, month=f"{after:%Y-%m}") if after <= horizon else None,
        first=choice.first.isoformat() if choice.first and choice.last is None else "",
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


def _after(month: date) -> date:
    """The first day of the next month."""
    return month + timedelta(days=months_of.monthrange(month.year, month.month)[1])


def _weeks(month: date, days: dict[date, Day]) -> list[list[Day]]:
    weeks = months_of.Calendar(_first_weekday()).monthdatescalendar(month.year, month.month)
    shown = [[days.get(day, OUT) if day.month == month.month else OUT for day in week] for week in weeks]
    return shown + [[OUT] * 7] * (WEEKS - len(shown))


def _found(
    car: Car, asked: Search, span: tuple[date, date], *, zone: ZoneInfo, desk: Desk, at: datetime
) -> list[CalendarDay]:
    """The days that are shown, and those between the chosen pick-up and them: one may be taken."""
    first, end = span
    pickup = asked.pickup_at.astimezone(zone).date() if asked.pickup_at else first
    today = at.astimezone(zone).date()
    start = max(min(first, pickup), min(first, today))
    return finding.calendar(car, first=start, days=(end - start).days, zone=zone.key, desk=desk, at=at)


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
    number, full, name = day.date.day, formats.day(day.date), day.date.isoformat()
    if day.state is DayState.OVER:
        return Day(number, "closed", words=_("%(day)s: out of reach", day=full), date=name)
    if day.state is DayState.TAKEN and kind != "chosen":
        return Day(number, "taken", words=_("%(day)s: taken", day=full), date=name)
    opening = _opening(day.date, desk)
    if opening is None:
        words = _("%(day)s: closed", day=full)
        return Day(number, "closed" if kind == "free" else kind, note, words=words, date=name)
    price = _price(day)
    if _is_return(day.date, choice):
        # The same day twice means a rental of some hours, until the house closes.
        moment = _at(day.date, asked.pickup_at, opening, zone=zone, latest=day.date == choice.first)
        words = _("%(day)s: return the car", day=full)
        return Day(number, kind, note, _address(car, asked, to=moment), words, name, "back")
    moment = _at(day.date, asked.pickup_at, opening, zone=zone)
    href = _address(car, asked, **{"from": moment, "to": None})
    words = _("%(day)s: pick up the car", day=full)
    return Day(number, kind, note, href, f"{words}, {price}" if price else words, name, "out")


def _look(day: CalendarDay, choice: _Choice) -> tuple[str, str]:
    """Kind and note of a day: what is chosen, its price, or nothing."""
    if choice.first is None or not choice.first <= day.date <= (choice.last or choice.first):
        return "free", _price(day)
    if day.date == choice.first:
        return "chosen", _("out")
    return "chosen", _("back") if day.date == choice.last else _price(day)


def _price(day: CalendarDay) -> str:
    return formats.money_round(_whole(day.price)) if day.price is not None else ""


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
