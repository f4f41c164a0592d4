"""The sandbox's clock: moved forward, so that a rental of a week can be seen in a minute."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.house import queries as houses
from exodrive.kernel import clock, sandbox_clock
from exodrive.kernel.db import transaction
from exodrive.rendering import formats

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "three_days": timedelta(days=3)}
# The simulators' pages for people, below their own address.
PAGES = (
    "/",
    "/faults",
    "/paypal/payments",
    "/paypal/events",
    "/docuseal/submissions",
    "/docuseal/events",
    "/resend/mailbox",
)


@staff.route("/clock", methods=["GET", "POST"])
def sandbox() -> ResponseReturnValue:
    """Business time, and the ways forward. There is no such page outside the sandbox."""
    if not current_app.config["SANDBOX"]:
        abort(404)
    with transaction():
        zone = ZoneInfo(houses.house().time_zone)
    fault = ""
    if request.method == "POST":
        by = _wanted(zone)
        if by is not None:
            with transaction():
                sandbox_clock.move(by)
            flash(_("It is now %(time)s.", time=formats.moment(clock.now(), zone)))
            return redirect(url_for("staff.sandbox"), 303)
        fault = _("The clock only goes forward, by 400 days at most.")
    return htmx.page(
        "staff/clock.html",
        "clock",
        status=422 if fault else 200,
        now=clock.now(),
        ahead=clock.offset(),
        zone=zone,
        fault=fault,
        simulators=current_app.config["SETTINGS"].simulators_url,
        pages=PAGES,
    )


def _wanted(zone: ZoneInfo) -> timedelta | None:
    """How far to go: a step, or to ten in the morning of a date. None where that is no way forward."""
    by = STEPS.get(request.form.get("by", ""))
    if by is None:
        try:
            day = date.fromisoformat(request.form.get("to", ""))
        except ValueError:
            return None
        by = datetime.combine(day, time(10), zone) - clock.now()
    return by if timedelta() < by <= sandbox_clock.LONGEST_MOVE else None
