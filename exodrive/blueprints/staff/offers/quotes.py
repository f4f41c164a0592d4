"""Quotes at the desk: those that are open with who has looked at them, and what can be done about one."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff import narrowed
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import VersionForm, because
from exodrive.blueprints.staff.rental import timeline
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.quote import quotes as rows
from exodrive.bookings.quote import quoting
from exodrive.bookings.quote.quote_models import Quote
from exodrive.bookings.quote.quote_states import NEXT, QuoteMove, QuoteState
from exodrive.house import queries as houses
from exodrive.kernel import audit, clock
from exodrive.kernel.db import transaction
from exodrive.kernel.ids import read_reference


class ExtendForm(VersionForm):
    """How much longer the price stands, from now."""

    days = IntegerField(_l("Days from now"), [InputRequired(_l("Say for how many days."))])

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        within = NumberRange(1, most, _l("Choose a number from 1 to %(max)s."))
        self.days.validators = [*self.days.validators, within]


class WithdrawForm(VersionForm):
    """Why it is taken back."""

    reason = because()


@staff.get("/quotes")
def quotes() -> ResponseReturnValue:
    """The list, or its next page. Raises CursorUnreadable."""
    view = request.args.get("view", "open")
    asked = {"view": view if view in rows.VIEWS else "open"}
    cursor = request.args.get("after") or None
    with transaction():
        found, following = rows.listing(view=asked["view"], cursor=cursor)
        zone = ZoneInfo(houses.house().time_zone)
    context: dict[str, Any] = {
        "asked": asked,
        "address": narrowed.address("staff.quotes", asked),
        "views": _views(),
        "quotes": found,
        "following": following,
        "zone": zone,
    }
    if cursor:
        return htmx.page("staff/quotes.html", "rows", "more", **context)
    return htmx.page("staff/quotes.html", "list", "tabs", **context)


@staff.get("/quotes/<number>")
def quote(number: str) -> ResponseReturnValue:
    """One quote. Raises QuoteNotFound."""
    with transaction():
        return _show(rows.by_number(read_reference(number)))


@staff.post("/quotes/<number>/resend")
def resend_quote(number: str) -> ResponseReturnValue:
    """Mail it again. Raises QuoteSettled, Stale."""
    form = VersionForm()
    with transaction():
        found = rows.by_number(read_reference(number))
        quoting.send_again(found.id, by=people.current_actor(), at=clock.now(), version=form.seen)
    flash(_("The quote is on its way to %(email)s.", email=found.email))
    return _to(found)


@staff.post("/quotes/<number>/extend")
def extend_quote(number: str) -> ResponseReturnValue:
    """Let its price stand longer. Raises QuoteSettled, Stale."""
    with transaction():
        found = rows.by_number(read_reference(number))
        rules = houses.rulebook(clock.now()).booking
        form = ExtendForm(most=rules.quote_days_most)
        if not form.validate():
            return _show(found, extend=form, status=422)
    try:
        with transaction():
            quoting.extend(
                found.id,
                days=form.days.data,
                rules=rules,
                by=people.current_actor(),
                at=clock.now(),
                version=form.seen,
            )
    except DatesRefused:
        form.days.errors = [_("The pick-up is too near by now: make a new quote for other dates.")]
        with transaction():
            return _show(rows.by_id(found.id), extend=form, status=422)
    flash(_("The price stands longer, and the customer is told by mail."))
    return _to(found)


@staff.post("/quotes/<number>/withdraw")
def withdraw_quote(number: str) -> ResponseReturnValue:
    """Take it back. Raises QuoteSettled, Stale."""
    form = WithdrawForm()
    with transaction():
        found = rows.by_number(read_reference(number))
        if not form.validate():
            return _show(found, withdraw=form, status=422)
        quoting.withdraw(
            found.id,
            reason=form.reason.data,
            by=people.current_actor(),
            at=clock.now(),
            version=form.seen,
        )
    flash(_("Withdrawn. The customer is told by mail."))
    return _to(found)


def _show(
    found: Quote,
    *,
    extend: ExtendForm | None = None,
    withdraw: WithdrawForm | None = None,
    status: int = 200,
) -> Response:
    rules = houses.rulebook(clock.now()).booking
    seen: dict[str, Any] = {"version": found.version}
    default = {"days": min(rules.quote_days, rules.quote_days_most)}
    key = str(current_app.config["SETTINGS"].secret_key)
    return htmx.page(
        "staff/quote.html",
        "main",
        status=status,
        quote=found,
        zone=found.pickup_place.zone,
        deeds=timeline.deeds(audit.trail(found.id)),
        can={move.value: (QuoteState(found.state), move) in NEXT for move in QuoteMove},
        link=url_for("quote_page.show", secret=rows.secret(key, found.id), _external=True),
        extend=extend or ExtendForm(formdata=None, most=rules.quote_days_most, data={**default, **seen}),
        withdraw=withdraw or WithdrawForm(formdata=None, data=seen),
    )


def _to(found: Quote) -> ResponseReturnValue:
    return redirect(url_for("staff.quote", number=found.number), 303)


def _views() -> dict[str, str]:
    return {"open": _("Open"), "accepted": _("Accepted"), "ended": _("Ended"), "all": _("All")}
