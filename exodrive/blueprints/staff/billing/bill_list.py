"""The bills of all bookings at the desk: saved views, a search, sums by currency, pages by keyset."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.blueprints import htmx
from exodrive.blueprints.staff import narrowed
from exodrive.blueprints.staff.desk import staff
from exodrive.bookings.money import bill_list
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction


@staff.get("/bills")
def bills() -> ResponseReturnValue:
    """The list, its next page, or the list anew where a filter changed."""
    view = request.args.get("view", "")
    asked = {
        "view": view if view in bill_list.VIEWS else "open",
        "q": request.args.get("q", "").replace("\x00", "").strip()[:100],
    }
    cursor = request.args.get("after") or None
    at = clock.now()
    with transaction():
        listing = bill_list.listing(view=asked["view"], text=asked["q"], at=at, cursor=cursor)
        totals = {name: bill_list.totals(name, at=at) for name in bill_list.SUMMED}
        zone = ZoneInfo(houses.house().time_zone)
    blocks = ("rows", "more") if cursor else ("list", "tabs")
    return htmx.page(
        "staff/bills.html",
        *blocks,
        asked=asked,
        listing=listing,
        totals=totals,
        counts={name: sum(total.count for total in found) for name, found in totals.items()},
        views=_views(),
        address=narrowed.address("staff.bills", asked),
        zone=zone,
    )


def _views() -> dict[str, str]:
    return {
        "open": _("Open"),
        "overdue": _("Overdue"),
        "trouble": _("Needs somebody"),
        "paid": _("Paid"),
        "all": _("All"),
    }
