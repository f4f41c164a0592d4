"""Finding anything at the desk: one route for the palette and for the page that needs no script.

Nobody is shown what the role does not reach. What was looked at lately comes first; the session keeps it, so
it ends with the session.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.blueprints import htmx, states
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.finding import offers_of, places
from exodrive.bookings import queries
from exodrive.bookings.queries import Row
from exodrive.customers import register
from exodrive.fleet import searching
from exodrive.kernel.db import transaction
from exodrive.kernel.folding import fold

LONGEST = 100
# The trigram index knows nothing of shorter words; they would have every booking read.
SHORTEST_WORD = 3
BOOKINGS, CUSTOMERS, CARS, PLACES = 7, 4, 4, 6
KEPT = 6
RECENT = "recent"


class Found(NamedTuple):
    """One result: where it leads, and how it is told from others."""

    href: str
    title: str
    detail: str
    icon: str
    state: states.Shown | None = None


class Group(NamedTuple):
    name: str
    label: str
    found: list[Found]


@staff.get("/find")
def find() -> ResponseReturnValue:
    """What was typed, found among bookings, customers, cars, deeds and pages."""
    text = request.args.get("q", "").strip()[:LONGEST]
    with transaction():
        groups = [group for group in (_search(text) if text else _start()) if group.found]
    short = bool(text) and not _is_long_enough(text)
    if htmx.wants_fragment():
        return htmx.page("staff/palette.html", "palette_found", text=text, groups=groups, short=short)
    return htmx.page("staff/find.html", "found", text=text, groups=groups, short=short)


def remember(reference: str) -> None:
    """Somebody looked at this booking."""
    before = session.get(RECENT, [])
    if before[:1] != [reference]:
        session[RECENT] = [reference, *(each for each in before if each != reference)][:KEPT]


def _start() -> list[Group]:
    """Before anything is typed."""
    lately = queries.by_references(session.get(RECENT, []))
    return [
        Group("recent", _("Looked at lately"), [_booking(row) for row in lately]),
        Group("places", _("Pages"), _places("")),
    ]


def _search(text: str) -> list[Group]:
    pages = Group("places", _("Pages"), _places(text)[:PLACES])
    if not _is_long_enough(text):
        return [pages]
    rows = queries.listing(view="all", text=text, limit=BOOKINGS).rows
    found = [
        Group("bookings", _("Bookings"), [_booking(row) for row in _lately_first(rows)]),
        Group("deeds", _("What can be done"), _deeds(rows)),
        Group("customers", _("Customers"), _customers(text)),
        Group("cars", _("Cars"), _cars(text)),
    ]
    named = bool(pages.found) and fold(pages.found[0].title).startswith(fold(text))
    return [pages, *found] if named else [*found, pages]


def _is_long_enough(text: str) -> bool:
    return any(len(word) >= SHORTEST_WORD for word in fold(text).split())


def _lately_first(rows: list[Row]) -> list[Row]:
    lately = session.get(RECENT, [])
    return sorted(rows, key=lambda row: row.booking.reference not in lately)


def _booking(row: Row) -> Found:
    booking = row.booking
    renter = booking.renter.name if booking.renter else _("Nobody yet")
    return Found(
        url_for("staff.booking", reference=booking.reference),
        booking.reference,
        _("%(name)s, %(car)s", name=renter, car=booking.car.name),
        "file",
        states.shown("booking", booking.state),
    )


def _deeds(rows: list[Row]) -> list[Found]:
    """Where one booking is meant: what may be done to it now."""
    if len(rows) != 1:
        return []
    reference = rows[0].booking.reference
    return [
        Found(offer.href, str(offer.words), reference, offer.icon)
        for offer in offers_of.booking(reading.of(reference))
    ]


def _customers(text: str) -> list[Found]:
    return [
        Found(
            url_for("staff.bookings", q=customer.email),
            customer.name,
            ", ".join(part for part in (customer.email, customer.phone) if part),
            "user",
        )
        for customer in register.listing(text=text, limit=CUSTOMERS)
    ]


def _cars(text: str) -> list[Found]:
    return [
        Found(
            url_for("staff.bookings", q=car.plate, view="all"),
            car.name,
            _("%(plate)s, its bookings", plate=car.plate),
            "car",
        )
        for car in searching.cars(text, limit=CARS)
    ]


def _places(text: str) -> list[Found]:
    return [Found(place.href, place.label, "", place.icon) for place in places.matching(text)]
