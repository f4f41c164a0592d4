"""A small application with nothing but the frame, and pages made of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, Response, flash, request
from flask.testing import FlaskClient
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import TooManyRequests
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

import exodrive
from exodrive.blueprints import frame
from exodrive.blueprints.htmx import page
from exodrive.kernel.errors import Conflict, Forbidden, NotFound, Refused, Stale

HERE = Path(__file__).parent
CARD = SimpleNamespace(
    name="Test House",
    town="Rockville, Maryland",
    phone="(301) 555-0144",
    email="desk@house.example",
    hours_note="Mon to Fri 9–19",
)


class Renter(FlaskForm):
    name = StringField(
        "Full name", [DataRequired("Write the name on the licence.")], description="As printed."
    )
    email = EmailField("E-mail")
    place = SelectField("Place", choices=[SelectChoice("house", "At the house")])
    way = RadioField("Way", choices=[SelectChoice("a", "Here"), SelectChoice("b", "There")], default="a")
    terms = BooleanField("I accept the terms", [DataRequired("Accept the terms.")])


class CarTaken(Conflict):
    code = "car_taken"


FAULTS = {
    "stale": Stale(),
    "taken": CarTaken(),
    "missing": NotFound(),
    "forbidden": Forbidden(),
    "refused": Refused(),
    "busy": TooManyRequests(retry_after=30),
    "database": OperationalError("SELECT 1", {}, Exception("the server closed the connection")),
    "crash": RuntimeError("secret detail"),
}


@pytest.fixture
def app() -> Flask:
    app = Flask("exodrive", root_path=str(Path(exodrive.__file__).parent))
    app.config.update(SECRET_KEY="only-for-tests", SANDBOX=False, PROPAGATE_EXCEPTIONS=False)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(HERE / "templates"), FileSystemLoader(HERE.parents[2] / "exodrive/templates")]
    )
    Babel(app)
    CSRFProtect(app)
    frame.init_app(app, house=lambda: CARD)
    app.add_url_rule("/list", "list", _list)
    app.add_url_rule("/form", "form", _form, methods=["GET", "POST"])
    app.add_url_rule("/parts", "parts", _parts)
    for prefix in ("/fault/", "/api/fault/"):
        app.add_url_rule(f"{prefix}<name>", f"fault{prefix}", _fault)
    return app


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """pytest-flask keeps one request open for a whole test; pages here are asked as strangers would."""


def _list() -> Response:
    if "flash" in request.args:
        flash("Held for you.")
    return page("list.html", "rows", "more", numbers=[1, 2, 3])


def _form() -> Response:
    form = Renter()
    if form.validate_on_submit():
        return page("form.html", "renter_form", form=form)
    return page("form.html", "renter_form", status=422 if form.is_submitted() else 200, form=form)


def _parts() -> Response:
    return page(
        "parts.html", "main", car=SimpleNamespace(name="Aurelia GT", body="gt-coupe", paint="#6A1522")
    )


def _fault(name: str) -> Response:
    raise FAULTS[name]
