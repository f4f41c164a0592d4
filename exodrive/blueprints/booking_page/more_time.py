"""Asking for more time while the clock runs."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.bookings.reservation import more_time as asking
from exodrive.kernel import clock
from exodrive.kernel.db import transaction


@booking_page.post("/more-time")
def more_time(secret: str) -> ResponseReturnValue:
    """Add what the rules allow; the page, or its clock alone, shows how it stands now."""
    with transaction():
        given = asking.ask(whose(secret), at=clock.now())
    minutes = int(given.total_seconds() // 60)
    if minutes:
        flash(ngettext("One minute more.", "%(num)d minutes more.", minutes))
    return redirect(url_for("booking_page.show", secret=secret), 303)


@booking_page.get("/more-time")
def more_time_again(secret: str) -> ResponseReturnValue:
    """Somebody loads the address of the button: the page has it, and nothing is added."""
    return redirect(url_for("booking_page.show", secret=secret), 303)
