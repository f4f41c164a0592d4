"""What is next for a booking, in a badge and a button: the lines of the desk's first page."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from exodrive.blueprints import states
from exodrive.blueprints.staff import guard
from exodrive.bookings import day
from exodrive.bookings.queries import Row
from exodrive.bookings.states import State
from exodrive.contracts.states import WAITING

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Badge(NamedTuple):
    tone: str
    icon: str
    word: str


class Step(NamedTuple):
    """A deed's button; `href` is where it is asked and done."""

    href: str
    words: str


class Line(NamedTuple):
    """One booking of the day: when, where it stands, and what is next; no deed where none is theirs."""

    row: Row
    when: datetime
    badge: Badge
    step: Step | None
    late: bool = False


def going_out(row: Row, *, at: datetime) -> Line:
    """Somebody who comes for a car."""
    late = row.booking.pickup_at <= at
    badge = _before_the_keys(row)
    if late and badge.tone == "go":
        badge = Badge(
            "stop", "alert-triangle", _("Due for %(time)s", time=_lasted(row.booking.pickup_at, at))
        )
    return Line(row, row.booking.pickup_at, badge, _towards_the_keys(row), late)


def coming_back(row: Row, *, at: datetime) -> Line:
    """Somebody who brings a car back."""
    late = row.booking.return_at < at
    badge = (
        Badge("stop", "alert-triangle", _("Late by %(time)s", time=_lasted(row.booking.return_at, at)))
        if late
        else _state(row)
    )
    return Line(row, row.booking.return_at, badge, _step("staff.take_back", row, _("Take back")), late)


def to_settle(row: Row) -> Line:
    """A car that is back, of which the money is not worked out yet."""
    return Line(row, row.booking.return_at, _state(row), _step("staff.settle", row, _("Settle")))


def _before_the_keys(row: Row) -> Badge:
    booking = row.booking
    if booking.state == State.AWAITING_SIGNATURE:
        return Badge("sign", "signature", _("Not signed"))
    if booking.state != State.CONFIRMED:
        return _state(row)
    if row.owed:
        return Badge("wait", "cash-off", _("Not paid"))
    if day.is_secured(row):
        return Badge("go", "circle-check", _("Ready for keys"))
    asked = booking.deposit_asked_at is not None
    return Badge("wait", "send", _("Deposit asked")) if asked else Badge("wait", "clock", _("No deposit yet"))


def _towards_the_keys(row: Row) -> Step | None:
    booking = row.booking
    if booking.state == State.AWAITING_PAYMENT:
        return _step("staff.send_link", row, _("Send link"))
    if booking.state == State.AWAITING_SIGNATURE:
        if row.contract_state in WAITING:
            return _step("staff.remind", row, _("Resend"))
        return _step("staff.booking", row, _("Look"))
    return _towards_the_money(row)


def _towards_the_money(row: Row) -> Step | None:
    """Signed: the rental is paid and the deposit held, or that is what is next."""
    if row.owed:
        return _step("staff.take_rental", row, _("Take payment"))
    if day.is_secured(row):
        return _step("staff.hand_over", row, _("Hand over"))
    if row.booking.deposit_asked_at is None:
        return _step("staff.ask_deposit", row, _("Ask for it"))
    return _step("staff.send_link", row, _("Send link"))


def _step(endpoint: str, row: Row, words: str) -> Step | None:
    if not guard.may(endpoint):
        return None
    return Step(url_for(endpoint, reference=row.booking.reference), words)


def _state(row: Row) -> Badge:
    look = states.shown("booking", row.booking.state)
    return Badge(look.tone, look.icon, str(look.word))


def _lasted(since: datetime, at: datetime) -> str:
    """A span in its largest unit, as somebody says it: `52 min`, `3 h`, `2 days`."""
    seconds = int((at - since).total_seconds())
    if seconds < HOUR:
        return _("%(count)d min", count=max(1, seconds // MINUTE))
    if seconds < DAY:
        return _("%(count)d h", count=seconds // HOUR)
    return ngettext("%(num)d day", "%(num)d days", seconds // DAY)
