"""The list of bookings: saved views, a search that forgives, pages by keyset."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.blueprints import htmx
from exodrive.blueprints.staff import narrowed
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.rental import attention_words
from exodrive.bookings import queries
from exodrive.house import queries as houses
from exodrive.kernel.db import transaction


@staff.get("/bookings")
def bookings() -> ResponseReturnValue:
    """The list, its next page, or the list anew where a filter changed."""
    asked = _asked()
    cursor = request.args.get("after") or None
    with transaction():
        zone = ZoneInfo(houses.house().time_zone)
        listing = queries.listing(
            view=asked["view"], text=asked["q"], pickup_from=_from(asked["from"], zone), cursor=cursor
        )
        counts = queries.counts()
    context: dict[str, Any] = {
        "asked": asked,
        "listing": listing,
        "counts": counts,
        "views": _views(),
        "address": narrowed.address("staff.bookings", asked),
        "attention_words": attention_words.of,
    }
    if cursor:
        return htmx.page("staff/bookings.html", "rows", "more", **context)
    return htmx.page("staff/bookings.html", "list", "tabs", **context)


def _asked() -> dict[str, str]:
    """The filters. Who searches from anywhere searches among all bookings, not only the open ones."""
    text = request.args.get("q", "").strip()[:100]
    view = request.args.get("view", "")
    if view not in queries.VIEWS:
        view = "all" if text else "open"
    return {"view": view, "q": text, "from": request.args.get("from", "")}


def _from(text: str, zone: ZoneInfo) -> datetime | None:
    """The start of a day at the house; a date that cannot be read filters nothing."""
    try:
        return datetime.combine(date.fromisoformat(text), time.min, zone).astimezone(UTC)
    except ValueError:
        return None


def _views() -> dict[str, str]:
    return {
        "open": _("Open"),
        "unpaid": _("Unpaid"),
        "unsigned": _("Unsigned"),
        "confirmed": _("Confirmed"),
        "on_rent": _("On rent"),
        "to_settle": _("To settle"),
        "all": _("All"),
    }
