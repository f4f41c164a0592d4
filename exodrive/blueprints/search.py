"""What a customer asks for: places, dates and a kind of car, read from the address of the page.

Times are those of the wall clock at the pick-up place. Whatever was typed stays in the form; what is wrong
with it stands beside its field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import DateTimeLocalField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from exodrive.blueprints import date_words, promo_codes
from exodrive.blueprints.date_words import Refusal
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation.offers import Journey
from exodrive.house.models import Place
from exodrive.pricing import days

FORMAT = "%Y-%m-%dT%H:%M"
# Years beyond these are slips of the finger, and some of them no time zone can reckon with.
YEARS = range(2000, 2200)
FRIDAY = 4
USUAL_TIME = time(10)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class MomentField(DateTimeLocalField):  # type: ignore[misc]  # WTForms has no types
    """A date and time without an offset."""

    data: datetime | None

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and _DAY.fullmatch(valuelist[0].strip()):
            # A day alone, as somebody types it into the address: from the usual time on.
            valuelist = [f"{valuelist[0].strip()}T{USUAL_TIME:%H:%M}"]
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Choose a date and a time.")) from error
        if self.data is not None and self.data.year not in YEARS:
            self.data = None
            raise ValueError(_("Look at the year again."))


class SearchForm(FlaskForm):  # type: ignore[misc]
    """The search, in the address: nothing is changed by it, so it needs no token against forgery."""

    class Meta:
        csrf = False

    place = SelectField(_l("Pick-up place"))
    back = SelectField(_l("Return place"))
    pickup = MomentField(_l("Pick-up"), [Optional()], name="from")
    back_at = MomentField(_l("Return"), [Optional()], name="to")
    code = StringField(_l("Promo code"), [Optional()], name=promo_codes.FIELD)


@dataclass
class Search:
    """A search that was read. `journey` is None where dates are missing or wrong; `notes` say what a change
    of the clock made of a time."""

    form: Any
    place: Place
    back: Place
    category: str | None = None
    code: str = ""  # a promo code, as it was typed
    pickup_at: datetime | None = None
    return_at: datetime | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def journey(self) -> Journey | None:
        if self.pickup_at is None or self.return_at is None or self.form.errors:
            return None
        return Journey(self.place, self.back, self.pickup_at, self.return_at)

    @property
    def dated(self) -> bool:
        """Whether somebody asked for dates, good or bad."""
        return bool(_typed(self.form.pickup) or _typed(self.form.back_at))

    @property
    def faults(self) -> list[str]:
        return [message for messages in self.form.errors.values() for message in messages]

    def refuse(self, refusal: Refusal) -> None:
        """Put words beside a field; from here on there is no journey."""
        found = self.form[refusal.field]
        found.errors = [*found.errors, refusal.words]

    def params(self, **changes: Any) -> dict[str, Any]:
        """The search as parts of an address, for links that keep it; None leaves a part out."""
        parts = {
            "place": self.place.slug,
            "back": None if self.back.id == self.place.id else self.back.slug,
            "from": _typed(self.form.pickup),
            "to": _typed(self.form.back_at),
            "category": self.category,
            promo_codes.FIELD: self.code,
        }
        return {name: value for name, value in {**parts, **changes}.items() if value}


def read(
    args: Mapping[str, str],
    places: Sequence[Place],
    *,
    partly: bool = False,
    earliest: datetime | None = None,
    latest: datetime | None = None,
) -> Search:
    """Read a search; unknown places become the first one. `partly` allows one date without the other.

    `earliest` and `latest` are the moments between which the calendar of a browser lets people choose the
    pick-up; what is typed into the address all the same is for the house's rules to judge.
    """
    by_slug = {place.slug: place for place in places}
    asked = MultiDict({name: str(args.get(name, "")) for name in ("place", "back", "from", "to")})
    place = by_slug.get(asked["place"], places[0])
    back = by_slug.get(asked["back"], place)
    asked["place"] = place.slug
    asked["back"] = "" if back is place else back.slug
    code = asked[promo_codes.FIELD] = promo_codes.typed(str(args.get(promo_codes.FIELD, "")))
    form = SearchForm(formdata=asked)
    form.place.choices = [SelectChoice(each.slug, each.name) for each in places]
    form.back.choices = [SelectChoice("", _("Same as pick-up")), *form.place.choices]
    form.place.render_kw = {"data_usual": places[0].slug}
    _limit(form, place.time_zone, earliest, latest)
    form.validate()
    found = Search(form, place, back, category=args.get("category") or None, code=code)
    found.pickup_at = _moment(found, form.pickup)
    found.return_at = _moment(found, form.back_at)
    _check(found, partly=partly)
    return found


def suggested(now: datetime, zone: str) -> dict[str, str]:
    """The next weekend that leaves two days to think: Friday to Monday, as parts of an address."""
    today = now.astimezone(ZoneInfo(zone)).date()
    friday = today + timedelta(days=2 + (FRIDAY - today.weekday() - 2) % 7)
    return {
        "from": datetime.combine(friday, USUAL_TIME).strftime(FORMAT),
        "to": datetime.combine(friday + timedelta(days=3), USUAL_TIME).strftime(FORMAT),
    }


def local(at: datetime, zone: str) -> str:
    """A moment as the form writes it."""
    return days.wall_clock(at, zone).strftime(FORMAT)


def journey_params(journey: Journey, *, code: str = "") -> dict[str, str]:
    """A journey as parts of an address, with the promo code that somebody typed."""
    zone = journey.pickup_place.time_zone
    parts = {
        "place": journey.pickup_place.slug,
        "back": "" if journey.return_place.id == journey.pickup_place.id else journey.return_place.slug,
        "from": local(journey.pickup_at, zone),
        "to": local(journey.return_at, zone),
        promo_codes.FIELD: code,
    }
    return {name: value for name, value in parts.items() if value}


def _limit(form: SearchForm, zone: str, earliest: datetime | None, latest: datetime | None) -> None:
    """Tell the browser which days can be chosen; its refusal of an hour would explain nothing."""
    limits = {}
    if earliest is not None:
        limits["min"] = f"{days.wall_clock(earliest, zone):%Y-%m-%dT00:00}"
    form.back_at.render_kw = dict(limits)
    if latest is not None:
        limits["max"] = f"{days.wall_clock(latest, zone):%Y-%m-%dT23:59}"
    form.pickup.render_kw = limits


def _moment(search: Search, asked: Any) -> datetime | None:
    """The moment of a field, with a note where the clock change had a say."""
    if asked.data is None or asked.errors:
        return None
    resolved = days.resolve_local(asked.data, search.place.time_zone)
    if resolved.adjusted:
        shown = days.wall_clock(resolved.at, search.place.time_zone)
        search.notes.append(_clock_change(resolved.adjusted, asked=asked.data, shown=shown))
    return resolved.at


def _clock_change(kind: str, *, asked: datetime, shown: datetime) -> str:
    if kind == "gap":
        return _(
            "The clock jumps forward that night and never shows %(asked)s, so we read it as %(shown)s.",
            asked=f"{asked:%H:%M}",
            shown=f"{shown:%H:%M}",
        )
    return _(
        "The clock goes back that night and shows %(asked)s twice. The first one counts.",
        asked=f"{asked:%H:%M}",
    )


def _check(search: Search, *, partly: bool) -> None:
    if search.form.errors:
        return
    if search.pickup_at is not None and search.return_at is not None:
        if search.return_at <= search.pickup_at:
            search.refuse(date_words.in_words(DatesRefused("return_before_pickup")))
    elif search.dated and not partly:
        missing = date_words.RETURN if search.pickup_at else date_words.PICKUP
        search.refuse(Refusal(missing, _("Choose this date too.")))


def _typed(asked: Any) -> str:
    return str(asked.raw_data[0]) if asked.raw_data else ""
