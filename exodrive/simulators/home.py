"""The index page and the clock, which all three providers live by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.timekeeping import read_time, spell_finely
from exodrive.simulators.world import world

pages = Blueprint("home", __name__)

STEPS = (
    ("hour", "One hour", timedelta(hours=1)),
    ("day", "One day", timedelta(days=1)),
    ("honour", "Three days", timedelta(days=3)),
    ("week", "One week", timedelta(days=7)),
    ("hold", "29 days", timedelta(days=29)),
)


@pages.get("/")
def index() -> str:
    return render_template("home.html", clock=_reading(), settings=world().settings)


@pages.get("/healthz")
def healthz() -> ResponseReturnValue:
    return {"status": "ok"}


@pages.get("/clock")
def show_clock() -> ResponseReturnValue:
    """A page for browsers, JSON for programs."""
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        return render_template("clock.html", clock=_reading(), steps=STEPS)
    return _reading()


@pages.post("/clock")
def move_clock() -> ResponseReturnValue:
    """`{"offset_seconds": N}` or `{"now": ISO}` as JSON; from the page, a step forward or a reset."""
    here = world()
    try:
        if request.is_json:
            _set(request.get_json())
        else:
            _step(request.form["step"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        return {"error": f"offset_seconds (a number) or now (an ISO time) is needed: {error}"}, 422
    here.agenda.run()
    return _reading() if request.is_json else redirect("/clock", 303)


def _set(asked: dict[str, Any]) -> None:
    if "offset_seconds" in asked:
        world().clock.set_offset(timedelta(seconds=float(asked["offset_seconds"])))
    else:
        world().clock.set_now(read_time(asked["now"]))


def _step(name: str) -> None:
    clock = world().clock
    steps = {key: by for key, _, by in STEPS}
    clock.set_offset(timedelta() if name == "reset" else clock.offset() + steps[name])


def _reading() -> dict[str, Any]:
    clock = world().clock
    return {"now": spell_finely(clock.now()), "offset_seconds": clock.offset().total_seconds()}
