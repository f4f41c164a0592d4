"""Signing in to the desk: password, second factor, recovery; their words, their limits and their ends."""

from __future__ import annotations

import functools
from typing import Any, cast

import structlog
from flask import (
    Flask,
    Response,
    abort,
    after_this_request,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue, RouteCallable
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user
from flask_security.forms import (
    ChangePasswordForm,
    LoginForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.tf_plugin import tf_clean_session
from wtforms import EmailField, PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from exodrive.accounts import security
from exodrive.blueprints.staff.accounts import attempts
from exodrive.kernel import clock

log = structlog.get_logger(__name__)

TEMPLATES = {
    "LOGIN_USER": "staff/sign_in.html",
    "TWO_FACTOR_VERIFY_CODE": "staff/sign_in_code.html",
    "TWO_FACTOR_SETUP": "staff/second_factor.html",
    "MULTI_FACTOR_RECOVERY": "staff/sign_in_recovery.html",
    "MULTI_FACTOR_RECOVERY_CODES": "staff/recovery_codes.html",
    "VERIFY": "staff/confirm_password.html",
    "CHANGE_PASSWORD": "staff/new_password.html",
}
# Between the password and the code. A screen left alone in between must not wait for somebody else's eyes.
SECONDS_FOR_THE_CODE = 600
BEGUN = "tf_begun"
LONGEST = 200  # of what is typed here; hashing more would only cost time

PASSWORD_FAULTS: dict[str, LazyString] = {
    "password_too_short": _l("Twelve signs or more: four words in a row are easy to keep in mind."),
    "password_too_long": _l("128 signs at most."),
    "password_guessable": _l("This is one that others would try: leave out your name and the usual words."),
}


class _Refused:
    """Flask-Security shows a faulty form as if all were well; ours are 422, and nothing stays in a cache."""

    def validate(self, **kwargs: Any) -> bool:
        valid: bool = super().validate(**kwargs)  # type: ignore[misc]  # the form that this is mixed into
        if not valid:
            after_this_request(_refused)
        return valid


class SignInForm(_Refused, LoginForm):
    email = EmailField(_l("E-mail"), [DataRequired(_l("Type your e-mail address.")), Length(max=LONGEST)])
    password = PasswordField(_l("Password"), [DataRequired(_l("Type your password.")), Length(max=LONGEST)])
    remember = None  # a desk forgets who sat at it


class CodeForm(_Refused, TwoFactorVerifyCodeForm):
    code = StringField(_l("Code"), [DataRequired(_l("Type the six figures.")), Length(max=20)])


class RecoveryForm(_Refused, MfRecoveryForm):
    code = StringField(_l("Recovery code"), [DataRequired(_l("Type one of your codes.")), Length(max=40)])


class ConfirmForm(_Refused, VerifyForm):
    password = PasswordField(_l("Password"), [DataRequired(_l("Type your password.")), Length(max=LONGEST)])


class SetUpForm(_Refused, TwoFactorSetupForm):
    """Which method, of one, or none any more: the page has a button for each."""

    setup = RadioField(choices=[], validate_choice=False)


class RescueForm(TwoFactorRescueForm):
    """Goes unseen: the page of the code links to the recovery codes by itself."""

    help_setup = RadioField(choices=[])


class NewPasswordForm(_Refused, ChangePasswordForm):
    password = PasswordField(
        _l("The password until now"), [DataRequired(_l("Type your password.")), Length(max=LONGEST)]
    )
    new_password = PasswordField(
        _l("The new password"), [DataRequired(_l("Choose a password.")), Length(max=LONGEST)]
    )
    new_password_confirm = PasswordField(
        _l("The new password once more"), [EqualTo("new_password", _l("The two differ."))]
    )

    def validate(self, **kwargs: Any) -> bool:
        valid = super().validate(**kwargs)
        self.new_password.errors = [PASSWORD_FAULTS.get(each, each) for each in self.new_password.errors]
        return valid


FORMS = {
    "login_form": SignInForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_setup_form": SetUpForm,
    "two_factor_rescue_form": RescueForm,
    "mf_recovery_form": RecoveryForm,
    "verify_form": ConfirmForm,
    "change_password_form": NewPasswordForm,
}


def init_app(app: Flask, *, address: str, home: str) -> None:
    security.init_app(
        app, address=address, home=home, account=f"{address}/account", templates=TEMPLATES, forms=FORMS
    )
    for endpoint in security.UNUSED:
        app.view_functions[endpoint] = _not_here
    for endpoint in (security.SIGN_IN, security.CODE, security.SET_UP, security.RECOVER):
        _wrap(app, endpoint)
    attempts.of_password(app, security.SIGN_IN)
    for endpoint in (security.CODE, security.RECOVER, security.CONFIRM, security.NEW_PASSWORD):
        attempts.of_code(app, endpoint)
    sign_out = app.view_functions[security.SIGN_OUT]
    app.view_functions[security.SIGN_OUT] = cast(RouteCallable, _leaving_nothing(sign_out))


def _wrap(app: Flask, endpoint: str) -> None:
    """Around Flask-Security's view: an end for what was begun, and what follows from having signed in."""
    view = app.view_functions[endpoint]

    @functools.wraps(view)
    def wrapped(**arguments: Any) -> ResponseReturnValue:
        if _now() - session.get(BEGUN, 0) > SECONDS_FOR_THE_CODE and "tf_user_id" in session:
            tf_clean_session()  # type: ignore[no-untyped-call]
        was_in = current_user.is_authenticated
        if was_in and endpoint == security.CODE and session.get("tf_state") != "validating_profile":
            return redirect(url_for("staff.own_account"), 303)  # Flask-Security would sign them out
        response = make_response(view(**arguments))
        if "tf_user_id" not in session:
            session.pop(BEGUN, None)
        elif endpoint == security.SIGN_IN:  # the password was shown just now
            session[BEGUN] = _now()
        if current_user.is_authenticated and not was_in:
            attempts.remember(response, current_user)
            if current_user.has_second_factor and not current_user.mf_recovery_codes:
                response.location = url_for(security.RECOVERY_CODES)
        return response

    app.view_functions[endpoint] = cast(RouteCallable, wrapped)


def _leaving_nothing(view: Any) -> Any:
    @functools.wraps(view)
    def wrapped() -> ResponseReturnValue:
        response = make_response(view())
        # Also what pages keep in this browser while a form is filled in.
        response.headers["Clear-Site-Data"] = '"storage"'
        return response

    return wrapped


def _now() -> float:
    return clock.real_now().timestamp()


def _not_here(**_arguments: Any) -> ResponseReturnValue:
    abort(404)


def _refused(response: Response) -> Response:
    log.warning("sign-in refused", endpoint=request.endpoint)
    response.status_code = attempts.WRONG
    return response
