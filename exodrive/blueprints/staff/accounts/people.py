"""The people of the desk: one's own account, and for the owner everybody's."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm

from exodrive.accounts import security
from exodrive.accounts import staff as accounts
from exodrive.accounts.models import StaffUser
from exodrive.accounts.roles import Role
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import because
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction

ROLE_WORDS: dict[str, LazyString] = {
    Role.VIEWER: _l("Viewer"),
    Role.AGENT: _l("Agent"),
    Role.MANAGER: _l("Manager"),
    Role.OWNER: _l("Owner"),
}


class Deed(NamedTuple):
    """What the owner may do to an account, in the words of its page."""

    question: LazyString
    text: LazyString
    button: LazyString
    done: LazyString


DEEDS = {
    "close": Deed(
        _l("Close this account?"),
        _l("They are signed out everywhere at once, and cannot sign in until it is opened again."),
        _l("Close it"),
        _l("The account is closed."),
    ),
    "open": Deed(
        _l("Open this account again?"),
        _l("They can sign in again with the password that they had."),
        _l("Open it"),
        _l("The account is open again."),
    ),
    "reset-second-factor": Deed(
        _l("Take the second factor away?"),
        _l("For a lost telephone. Make sure that they ask it themselves. Their sessions end."),
        _l("Take it away"),
        _l("No code is asked for any more until a new one is set up."),
    ),
}


class ReasonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    reason = because()


@staff.get("/account")
def own_account() -> ResponseReturnValue:
    """Who one is here, and what one signs in with."""
    with transaction():
        sessions = accounts.own_sessions()
        zone = ZoneInfo(houses.house().time_zone)
    return htmx.page(
        "staff/account.html",
        "main",
        person=accounts.current(),
        roles=ROLE_WORDS,
        sessions=sessions,
        here=security.this_session(),
        zone=zone,
        now=clock.real_now(),
    )


@staff.post("/account/other-sessions")
def end_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    with transaction():
        accounts.end_other_sessions()
    flash(_("You are signed out everywhere else."))
    return redirect(url_for("staff.own_account"), 303)


@staff.get("/people")
def people() -> ResponseReturnValue:
    with transaction():
        everybody = accounts.everybody()
        zone = ZoneInfo(houses.house().time_zone)
    return htmx.page("staff/people.html", "main", people=everybody, roles=ROLE_WORDS, zone=zone)


@staff.route(
    "/people/<uuid:person_id>/<any('close', 'open', 'reset-second-factor'):deed>", methods=["GET", "POST"]
)
def change_account(person_id: UUID, deed: str) -> ResponseReturnValue:
    """Ask for the reason, then do it. Raises StaffNotFound, LastOwner, NoSecondFactor."""
    with transaction():
        person = accounts.by_id(person_id)
    if deed == "reset-second-factor" and not person.has_second_factor:
        abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        _do(deed, person, reason=form.reason.data)
        flash(str(DEEDS[deed].done))
        return redirect(url_for("staff.people"), 303)
    return htmx.page(
        "staff/person.html",
        "main",
        status=422 if request.method == "POST" else 200,
        person=person,
        deed=deed,
        words=DEEDS[deed],
        form=form,
        title=_("%(name)s, %(role)s", name=person.name, role=ROLE_WORDS[person.role]),
    )


def _do(deed: str, person: StaffUser, *, reason: str) -> None:
    deeds = {
        "close": accounts.deactivate,
        "open": accounts.activate,
        "reset-second-factor": accounts.reset_second_factor,
    }
    with transaction():
        deeds[deed](person.id, reason=reason, by=accounts.current_actor(), at=clock.now())
