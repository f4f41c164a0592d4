"""Amounts, dates and times as people read them, in the reader's language and the voice of the house.

Moments are shown by the wall clock of a place: each filter takes that place's zone, none guesses it.
The patterns are texts for translators, since the order of day and month belongs to the language.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from flask import Flask
from flask_babel import get_locale, ngettext, pgettext
from flask_babel import gettext as _

from exodrive.kernel import clock, counting
from exodrive.kernel.money import Money

MINUS = "\N{MINUS SIGN}"
WORDS_UP_TO = 10


def init_app(app: Flask) -> None:
    """Register the filters and globals that pages use."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(rental_days=rental_days, period=period, lang=lang)


def money(value: Money) -> str:
    """`$3,379.36`; less than nothing carries a real minus sign."""
    return _currency(value)


def money_round(value: Money) -> str:
    """`$895` where there are no cents, else as `money`: for prices per day."""
    unit = 10**value.decimals
    return _currency(value, digits=0) if value.amount % unit == 0 else _currency(value)


def amount(minor: int, currency: str) -> str:
    """`money` for the minor units inside a price line's parameters."""
    return money(Money(minor, currency))


def _currency(value: Money, *, digits: int | None = None) -> str:
    locale = _locale()
    shown = value.to_decimal()
    # Our own table rules, not the locale data's: PayPal takes no decimals for HUF and TWD.
    places = value.decimals if digits is None else digits
    figure = "0." + "0" * places if places else "0"
    pattern = locale.currency_formats["standard"].pattern.split(";")[0].replace("0.00", figure)
    text = format_currency(abs(shown), value.currency, format=pattern, locale=locale, currency_digits=False)
    return f"{MINUS}{text}" if shown < 0 else text


def percent(share: Decimal | int, *, of: int = 100) -> str:
    """`11.5 %` from 1150 of 10,000 (basis points), 15 of 100 and so on; no decimals that say nothing."""
    value = Decimal(share) * 100 / of
    return _("%(number)s %%", number=format_decimal(value.normalize(), format="#,##0.####", locale=_locale()))


def number(value: float | Decimal) -> str:
    """`14,208`."""
    return str(format_decimal(value, locale=_locale()))


def tally(count: int) -> str:
    """`412`; `1,000+` for what was counted no further: see `kernel.counting`."""
    return number(count) if count <= counting.MOST else f"{number(counting.MOST)}+"


def moment(at: datetime, zone: str | ZoneInfo) -> str:
    """`Fri 11 December, 10:00`, by the clock of the place."""
    return _pattern(at, zone, pgettext("date and time", "EEE d MMMM, H:mm"))


def moment_short(at: datetime, zone: str | ZoneInfo) -> str:
    """`Fri 11 Dec, 10:00`, for tables and the desk."""
    return _pattern(at, zone, pgettext("date and time, short", "EEE d MMM, H:mm"))


def moment_full(at: datetime, zone: str | ZoneInfo) -> str:
    """`Fri 11 December 2026, 10:00`, for papers that are read in another year."""
    return _pattern(at, zone, pgettext("date and time, full", "EEE d MMMM y, H:mm"))


def day_full(value: date, zone: str | ZoneInfo | None = None) -> str:
    """`11 December 2026`."""
    return _pattern(value, zone, pgettext("date, full", "d MMMM y"))


def day(value: date, zone: str | ZoneInfo | None = None) -> str:
    """`Tue 8 December`. A moment needs its place's zone, a date has none."""
    return _pattern(value, zone, pgettext("date", "EEE d MMMM"))


def day_short(value: date, zone: str | ZoneInfo | None = None) -> str:
    """`8 Dec`."""
    return _pattern(value, zone, pgettext("date, short", "d MMM"))


def month(value: date) -> str:
    """`December 2026`, by itself."""
    return str(format_date(value, pgettext("month and year", "LLLL y"), locale=_locale()))


def time_of_day(at: datetime, zone: str | ZoneInfo) -> str:
    """`10:00`."""
    return _pattern(at, zone, pgettext("time", "H:mm"))


def time_with_seconds(at: datetime, zone: str | ZoneInfo) -> str:
    """`10:00:30`, for what is less than a minute away."""
    return _pattern(at, zone, pgettext("time with seconds", "H:mm:ss"))


def recent(at: datetime, zone: str | ZoneInfo, now: datetime | None = None) -> str:
    """`Today, 8:47`, then `Yesterday, 20:14`, then `Sat 5 Dec, 20:14`; with the year once it is another."""
    here, today = _local(at, zone), _local(now or clock.now(), zone)
    time = time_of_day(at, zone)
    if here.date() == today.date():
        return _("Today, %(time)s", time=time)
    if here.date() == today.date() - timedelta(days=1):
        return _("Yesterday, %(time)s", time=time)
    if here.year == today.year:
        return moment_short(at, zone)
    return _pattern(at, zone, pgettext("date and time of another year", "d MMM y, H:mm"))


def iso(value: date) -> str:
    """For the `datetime` attribute of `<time>`: a moment in UTC to the second, or a date."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat()


def countdown(left: timedelta | int) -> str:
    """`14:59` from seconds or a timedelta, `1:00:00` from an hour on, never below `0:00`."""
    seconds = max(0, int(left.total_seconds() if isinstance(left, timedelta) else left))
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def rental_days(count: int) -> str:
    """`Three rental days`; from eleven on in figures."""
    words = {
        1: _("One rental day"),
        2: _("Two rental days"),
        3: _("Three rental days"),
        4: _("Four rental days"),
        5: _("Five rental days"),
        6: _("Six rental days"),
        7: _("Seven rental days"),
        8: _("Eight rental days"),
        9: _("Nine rental days"),
        WORDS_UP_TO: _("Ten rental days"),
    }
    return words.get(count) or ngettext("%(num)d rental day", "%(num)d rental days", count)


def period(pickup_at: datetime, return_at: datetime, zone: str | ZoneInfo) -> str:
    """`Fri 11 December, 10:00 to Mon 14 December, 10:00`."""
    return _("%(pickup)s to %(back)s", pickup=moment(pickup_at, zone), back=moment(return_at, zone))


def lang() -> str:
    """The reader's language as HTML names it: `en`, `pt-BR`."""
    return str(_locale()).replace("_", "-")


def _locale() -> Locale:
    return get_locale() or Locale("en")


def _local(at: datetime, zone: str | ZoneInfo) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment has an offset; this is a bare local time")
    return at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def _pattern(value: date, zone: str | ZoneInfo | None, pattern: str) -> str:
    if isinstance(value, datetime):
        if zone is None:
            raise ValueError("a moment is shown by the clock of a place: name its zone")
        value = _local(value, zone).replace(tzinfo=None)
    else:
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001  a date, only to be formatted
    return str(format_datetime(value, pattern, locale=_locale()))


def paypal_word(word: str) -> str:
    """`Partially captured` from PARTIALLY_CAPTURED: the word by which PayPal's own pages call it."""
    return word.replace("_", " ").capitalize()


# What templates of pages, mails and PDFs alike use.
FILTERS: dict[str, Callable[..., str]] = {
    "money": money,
    "money_round": money_round,
    "amount": amount,
    "percent": percent,
    "moment": moment,
    "moment_short": moment_short,
    "moment_full": moment_full,
    "day": day,
    "day_short": day_short,
    "day_full": day_full,
    "month": month,
    "time": time_of_day,
    "iso": iso,
    "recent": recent,
    "countdown": countdown,
    "number": number,
    "tally": tally,
    "paypal_word": paypal_word,
}
