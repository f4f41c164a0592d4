"""Details of an earlier rental: asked for by address, opened by a mailed code, forgotten by a click.

The browser keeps the code's id in its signed session, so another one with the same link sees nothing. The
answer is the same whether or not the address has rented before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import current_app, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField
from wtforms.validators import DataRequired, Email, Length

from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.booking_page.details_form import DetailsForm
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.blueprints.plain_text import tidy
from exodrive.bookings.models import Driver
from exodrive.bookings.reservation import remembering
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.db import transaction

ASKED = "details_code"  # in the session: for which booking this browser asked, and the code's id
WRONG = "details_code_wrong"  # in the session until the page has said so


class AskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    class Meta:
        csrf = False  # every post is checked before it reaches a view

    email = EmailField(
        _l("The address that you rented with"),
        [DataRequired(_l("Add the address.")), Email(_l("This is no e-mail address.")), Length(max=254)],
        filters=[tidy],
        id="remembered-email",
    )


class CodeForm(FlaskForm):  # type: ignore[misc]
    class Meta:
        csrf = False

    figures = StringField(_l("Six figures from the mail"), filters=[tidy], id="remembered-figures")


@dataclass(frozen=True, slots=True)
class Memory:
    """How far somebody has come: nothing asked, a code on its way, or the details found."""

    ask: AskForm
    code: CodeForm | None
    driver: Driver | None
    faded: bool = False  # whether a date was left out that ends before the return

    @property
    def draft(self) -> str:
        """What the form's draft is kept under: details that came by a code do not outlive being forgotten."""
        return "details-remembered" if self.driver else "details"


@booking_page.post("/remembered")
@limiter.limit("10 per minute; 40 per hour")
def remembered(secret: str) -> ResponseReturnValue:
    """Have a code mailed where the address is known; say the same where it is not."""
    form = AskForm()
    if form.validate():
        with transaction():
            booking_id = whose(secret)
            code_id = remembering.ask(booking_id, email=form.email.data, at=clock.now())
        session[ASKED] = [booking_id.hex, code_id.hex]
    else:
        flash(_("This is no e-mail address. Look at it again."))
    return _back(secret)


@booking_page.post("/remembered/code")
@limiter.limit("20 per minute; 60 per hour")
def remembered_code(secret: str) -> ResponseReturnValue:
    """Open the details with the figures from the mail."""
    typed = CodeForm().figures.data or ""
    with transaction():
        booking_id = whose(secret)
        code_id = _asked(booking_id)
        right = code_id is not None and remembering.redeem(
            code_id, typed, booking_id=booking_id, key=current_app.config["SECRET_KEY"], at=clock.now()
        )
    if not right:
        session[WRONG] = True
    return _back(secret)


@booking_page.post("/remembered/forget")
def remembered_forget(secret: str) -> ResponseReturnValue:
    """Take the details out of the form again, and out of this browser."""
    with transaction():
        whose(secret)
    session.pop(ASKED, None)
    flash(_("Forgotten. The form is empty again."))
    return _back(secret)


@booking_page.get("/remembered")
@booking_page.get("/remembered/code")
@booking_page.get("/remembered/forget")
def remembered_again(secret: str) -> ResponseReturnValue:
    """Somebody loads the address of a button: the page has it."""
    return _back(secret)


def recall(found: Standing, form: DetailsForm | None = None) -> Memory:
    """How far this browser has come, inside a transaction; what is known is put into a form that is given."""
    code_id = _asked(found.booking.id)
    if code_id is None:
        return Memory(AskForm(formdata=None), None, None)
    driver = remembering.details(code_id, booking_id=found.booking.id, at=found.at)
    if driver is None:
        return Memory(AskForm(formdata=None), _code_form(), None)
    last_day = found.booking.return_at.astimezone(found.booking.return_place.zone).date()

    def lasting(day: date | None) -> date | None:
        return day if day is not None and day > last_day else None

    if form is not None:
        form.renter.form.fill(driver, lasting=lasting)
    faded = lasting(driver.licence_until) is None or lasting(driver.insured_until) is None
    return Memory(AskForm(formdata=None), None, driver, faded)


def _code_form() -> CodeForm:
    form = CodeForm(formdata=None)
    if session.pop(WRONG, False):
        form.figures.errors = [
            _("These are not the figures, or they have ended. Look again, or ask for new ones.")
        ]
    return form


def _asked(booking_id: UUID) -> UUID | None:
    """The code that this browser asked for while it booked this."""
    kept = session.get(ASKED)
    if isinstance(kept, list) and len(kept) == 2 and kept[0] == booking_id.hex:
        return UUID(hex=kept[1])
    return None


def _back(secret: str) -> ResponseReturnValue:
    return redirect(url_for("booking_page.show", secret=secret), 303)
