"""Finding one's way back to a booking, without a password."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField
from wtforms.validators import DataRequired, Email, Length

from exodrive.blueprints.htmx import page
from exodrive.blueprints.plain_text import tidy
from exodrive.bookings import links
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.db import transaction

account = Blueprint("account", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(account)


class FindForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    class Meta:
        csrf = False  # every post is checked before it reaches a view

    email = EmailField(
        _l("E-mail"),
        [DataRequired(_l("Add the address that you booked with.")), Email(_l("This is no e-mail address."))],
        filters=[tidy],
    )
    reference = StringField(
        _l("Booking reference"),
        [Length(max=20, message=_l("It is shorter: such as EXD-7K4M2Q."))],
        filters=[tidy],
        description=_l("Such as EXD-7K4M2Q. Left empty, you get the links of all your bookings."),
    )


@account.get("/my-booking")
def find() -> ResponseReturnValue:
    return page("account/find.html", "finding", form=FindForm(), asked=False)


@account.post("/my-booking")
@limiter.limit("10 per minute; 40 per hour")
def send_link() -> ResponseReturnValue:
    """The same answer whether or not the two belong together: this page tells nobody who rents here."""
    form = FindForm()
    if not form.validate():
        return page("account/find.html", "finding", status=422, form=form, asked=False)
    with transaction():
        links.want(email=form.email.data, reference=form.reference.data or "", at=clock.now())
    return page("account/find.html", "finding", form=form, asked=True)
