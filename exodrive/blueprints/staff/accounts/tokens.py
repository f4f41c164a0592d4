"""API tokens at the desk: which there are, making one, which is shown once, and ending one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from exodrive.accounts import scopes, tokens
from exodrive.accounts import staff as people
from exodrive.accounts.models import ApiToken
from exodrive.accounts.scopes import Kind, Scope
from exodrive.accounts.staff import NotSignedIn
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.accounts.token_words import KIND_WORDS, LIVES, SCOPE_WORDS, standing
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import Ticks
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction


class TokenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """What a token is to be. The scopes to choose from follow its kind and the maker's role."""

    kind = HiddenField()
    name = StringField(
        _l("Name"),
        [DataRequired(_l("Say what it is for: the record names it.")), Length(max=tokens.LONGEST_NAME)],
        description=_l("The program that gets it, such as: nightly export"),
    )
    scopes = Ticks(_l("What it may do"), choices=[])
    days = SelectField(_l("It ends after"), coerce=int, default=90)

    def validate_scopes(self, field: Ticks) -> None:
        """Not WTForms' own check: it would ask browsers for a tick in every box."""
        if not field.data:
            raise ValidationError(_("Choose at least one."))

    @property
    def granted(self) -> list[Scope]:
        return [Scope(value) for value in self.scopes.data]


@staff.route("/tokens", methods=["GET", "POST"], endpoint="tokens")
def show() -> ResponseReturnValue:
    """The tokens, and the form that makes one."""
    form = _form()
    if request.method == "POST" and form.validate():
        try:
            return _make(form)
        except tokens.TokenNameTaken:
            form.name.errors = [_("A token with this name is alive. Revoke it first, or choose another.")]
    with transaction():
        found = tokens.listing()
        zone = ZoneInfo(houses.house().time_zone)
    return htmx.page(
        "staff/tokens.html",
        "main",
        status=422 if form.is_submitted() else 200,
        form=form,
        tokens=found,
        kinds=KIND_WORDS,
        words=SCOPE_WORDS,
        standing=lambda token: standing(token, at=clock.real_now()),
        zone=zone,
    )


@staff.route("/tokens/<uuid:token_id>/revoke", methods=["GET", "POST"])
def revoke_token(token_id: UUID) -> ResponseReturnValue:
    """Ask, then end the token. Raises TokenNotFound."""
    form = FlaskForm()
    if form.validate_on_submit():
        with transaction():
            token = tokens.revoke(token_id, by=people.current_actor(), at=clock.real_now())
        flash(_("%(name)s opens nothing any more.", name=token.name))
        return redirect(url_for("staff.tokens"), 303)
    with transaction():
        token = tokens.one(token_id)
        zone = ZoneInfo(houses.house().time_zone)
    return htmx.page("staff/token_revoke.html", "main", token=token, zone=zone)


def _form() -> TokenForm:
    form = TokenForm(data={"kind": _kind(request.args.get("kind"))})
    user = people.current()
    kind = _kind(form.kind.data)
    role = user.role if user else ""
    mine = [scope for scope in scopes.of_kind(kind) if not scopes.beyond([scope], role)]
    form.scopes.choices = [SelectChoice(scope.value, SCOPE_WORDS[scope]) for scope in mine]
    form.days.choices = [SelectChoice(days, words) for days, words in LIVES.items()]
    return form


def _kind(text: str | None) -> Kind:
    return Kind.PARTNER if text == Kind.PARTNER else Kind.STAFF


def _make(form: TokenForm) -> ResponseReturnValue:
    """Make it and show its secret at once. Nothing keeps that but the page, so nothing is redirected."""
    user = people.current()
    if user is None:
        raise NotSignedIn
    at = clock.real_now()
    with transaction():
        token, secret = tokens.create(
            form.name.data,
            kind=_kind(form.kind.data),
            granted=form.granted,
            expires_at=at + timedelta(days=form.days.data),
            by=user,
            at=at,
        )
        zone = ZoneInfo(houses.house().time_zone)
    return _shown_once(token, secret, zone)


def _shown_once(token: ApiToken, secret: str, zone: ZoneInfo) -> ResponseReturnValue:
    response = htmx.page(
        "staff/token_made.html", "main", token=token, secret=secret, words=SCOPE_WORDS, zone=zone
    )
    response.headers["Cache-Control"] = "no-store"
    return response
