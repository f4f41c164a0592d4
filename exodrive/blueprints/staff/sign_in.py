"""The desk's sign-in form, its limit, and the words of its fields."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, Response, after_this_request
from flask.typing import RouteCallable
from flask_babel import lazy_gettext as _l
from flask_security.forms import LoginForm
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired

from exodrive.accounts import security
from exodrive.extensions import limiter

# One person who mistypes is not stopped; guessing at passwords is.
LIMIT = "10 per minute; 60 per hour"


class SignInForm(LoginForm):
    """Flask-Security's form in the house's words."""

    email = EmailField(_l("E-mail"), [DataRequired(_l("Type your e-mail address."))])
    password = PasswordField(_l("Password"), [DataRequired(_l("Type your password."))])

    def validate(self, **kwargs: Any) -> bool:
        valid: bool = super().validate(**kwargs)
        if not valid:
            after_this_request(_refused)
        return valid


def init_app(app: Flask, *, address: str, home: str) -> None:
    security.init_app(app, address=address, home=home, template="staff/sign_in.html", form=SignInForm)
    view = app.view_functions[security.SIGN_IN]
    app.view_functions[security.SIGN_IN] = cast(RouteCallable, limiter.limit(LIMIT, methods=["POST"])(view))


def _refused(response: Response) -> Response:
    """Flask-Security shows a faulty form as if all were well; ours are 422."""
    response.status_code = 422
    return response
