"""The fleet: the search by dates, the filters, and the cars in a line, a page at a time.

The address names the view and nothing else: what is empty or usual is not in it. `after` goes on behind a
place in the line; `upto` shows all up to one, for who comes back to what was added page by page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from exodrive.blueprints import counter, date_words, promo_codes, search, sieve
from exodrive.blueprints.htmx import page, wants_fragment
from exodrive.blueprints.search import Search
from exodrive.blueprints.sieve import Sieve
from exodrive.blueprints.visitors import known
from exodrive.bookings import links
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation import lineup
from exodrive.bookings.reservation.lineup import Entry, LineUp, Part
from exodrive.bookings.reservation.offers import Desk, Journey
from exodrive.bookings.reservation.ranking import Order, Place
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Category
from exodrive.house import models
from exodrive.house import queries as house
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.pricing.days import RentalTooLong

DATES = ("place", "back", "from", "to", promo_codes.FIELD)  # and the promo code that goes along with them
PAGES = ("after", "upto")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, and the address without it."""

    words: str
    href: str


@dataclass(frozen=True)
class FleetView:
    """All that the page shows. `journey` is None where no dates were given, or none that can be had."""

    search: Search
    sieve: Sieve
    line: LineUp
    journey: Journey | None
    kinds: Sequence[Category]
    form: Any
    parts: Mapping[str, str]
    continued: bool

    def address(self, **changes: str | None) -> str:
        """This view's address with some parts changed; None leaves a part out."""
        return _address({**self.parts, **changes})

    @property
    def dates(self) -> dict[str, str]:
        """The search by dates and the promo code as parts of an address, for the cars' own pages."""
        return {name: value for name, value in self.parts.items() if name in DATES}

    @property
    def chips(self) -> list[Chip]:
        line, wanted = self.line, self.sieve
        return [
            Chip(
                wanted.words(name, kinds=self.kinds, options=line.options),
                self.address(**wanted.without(name)),
            )
            for name in wanted.active
        ]

    @property
    def cleared(self) -> str:
        """The address without any filter; dates and order stay."""
        return self.address(**dict.fromkeys(sieve.FILTERS))

    @property
    def next_page(self) -> str | None:
        line = self.line
        return self.address(after=str(line.last)) if line.last and line.more else None

    @property
    def count(self) -> int:
        """How many cars this part of the line has."""
        return len(self.line.entries)

    def count_of(self, kind: str) -> int:
        return next((each.count for each in self.line.options.categories if each.value == kind), 0)

    def booking_page(self, entry: Entry) -> str:
        """The page of the booking that the visitor has begun with this car; "" for other cars."""
        mine = entry.begun
        if mine is None:
            return ""
        secret = links.secret(current_app.config["SECRET_KEY"], mine.id, mine.link_version)
        return url_for("booking_page.show", secret=secret)


def answer() -> ResponseReturnValue:
    """The page, its next part, or the way to its clean address."""
    at = clock.now()
    with transaction():
        places = house.places()
        tidy = _tidy(request.args, places)
        if not wants_fragment() and _asked(request.args) != {**tidy, **_parts_of_line(request.args)}:
            return redirect(_address(tidy), 302)
        view = _look(places, tidy, at=at)
    return _more(view) if request.headers.get("HX-Target") == "more-cars" else _whole(view)


def _whole(view: FleetView) -> Response:
    status = 422 if view.search.form.errors else 200
    response = page("catalog/fleet.html", "fleet", status=status, view=view, search=view.search)
    if wants_fragment():
        response.headers["HX-Push-Url"] = view.address()
    return response


def _more(view: FleetView) -> Response:
    response = page("catalog/fleet.html", "cars", "more", view=view, search=view.search)
    if view.line.last:
        response.headers["HX-Replace-Url"] = view.address(upto=str(view.line.last))
    return response


def _look(places: Sequence[models.Place], parts: Mapping[str, str], *, at: datetime) -> FleetView:
    desk = counter.desk(at=at)
    rules = desk.policies.booking
    asked = search.read(
        request.args,
        places,
        earliest=at + timedelta(hours=rules.notice_hours),
        latest=at + timedelta(days=rules.horizon_days),
    )
    wanted = sieve.read(request.args, currency=desk.house.currency)
    part = Part(*(Place.read(request.args.get(name, "")) for name in PAGES))
    journey, line = _line_up(asked, wanted, part, desk=desk, at=at)
    wanted.pass_over(line.passed_over)
    return FleetView(
        search=asked,
        sieve=wanted,
        line=line,
        journey=journey,
        kinds=[kind for kind in fleet.categories() if line.options.has_category(kind.slug)],
        form=sieve.form(wanted, line.options, found=line.found),
        parts={name: value for name, value in parts.items() if name in DATES} | wanted.values,
        continued=part.after is not None,
    )


def _line_up(
    asked: Search, wanted: Sieve, part: Part, *, desk: Desk, at: datetime
) -> tuple[Journey | None, LineUp]:
    """The cars for the dates; where these cannot be had, beside their words, the cars by the day."""
    journey = asked.journey
    if journey is not None:
        try:
            return journey, _of(journey, wanted, part, desk=desk, at=at)
        except DatesRefused as error:
            asked.refuse(date_words.in_words(error))
        except RentalTooLong:
            asked.refuse(date_words.too_many_days())
    return None, _of(None, wanted, part, desk=desk, at=at)


def _of(journey: Journey | None, wanted: Sieve, part: Part, *, desk: Desk, at: datetime) -> LineUp:
    return lineup.line_up(
        wanted.wishes,
        order=wanted.order,
        journey=journey,
        desk=desk,
        at=at,
        visitor=known(),
        part=part,
    )


def _address(parts: Mapping[str, Any]) -> str:
    return url_for("catalog.fleet", **{name: value for name, value in parts.items() if value})


def _asked(args: Mapping[str, str]) -> dict[str, str]:
    """What the address asks of this page, as it was typed."""
    return {name: args[name] for name in (*DATES, *sieve.NAMES, *PAGES) if name in args}


def _tidy(args: Mapping[str, str], places: Sequence[models.Place]) -> dict[str, str]:
    """The same without what is empty or usual, and without the part of the line."""
    place = args.get("place") or places[0].slug
    usual = {"place": places[0].slug, "back": place, "sort": str(Order.CHOICE)}
    parts = {name: args.get(name, "").strip() for name in (*DATES, *sieve.NAMES)}
    parts[promo_codes.FIELD] = promo_codes.typed(parts[promo_codes.FIELD])
    return {name: value for name, value in parts.items() if value and value != usual.get(name)}


def _parts_of_line(args: Mapping[str, str]) -> dict[str, str]:
    return {name: args[name] for name in PAGES if name in args}
