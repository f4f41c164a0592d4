"""The simulators' Flask app: three providers under their prefixes, and the pages for people."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue

from exodrive.simulators import docuseal, fault_pages, home, missing, paypal, recorder, resend
from exodrive.simulators.faults import striking
from exodrive.simulators.settings import Settings, from_environment
from exodrive.simulators.timekeeping import real_now
from exodrive.simulators.world import World


class Simulators(Flask):
    """Each request first sees done what is due by the clock, and then runs as one transaction.

    A refusal is raised and so leaves nothing behind; whatever a view returns is kept. Around all of that
    stand the faults that are armed.
    """

    def full_dispatch_request(self) -> Response:
        world: World = self.extensions["simulators"]
        return striking.around(world.faults, super().full_dispatch_request, pause=world.pause)

    def dispatch_request(self) -> ResponseReturnValue:
        world: World = self.extensions["simulators"]
        world.agenda.run()
        with world.store.transaction():
            return super().dispatch_request()


def create_app(
    *,
    public_url: str,
    clock: Callable[[], datetime] | None = None,
    state_path: str | Path | None = None,
    settings: Settings | None = None,
) -> Simulators:
    """Build the app; `app.extensions["simulators"]` is its World, whose `start` sends webhooks.

    `clock` replaces real time, on top of which the simulated offset counts. Without `state_path` the state
    lives in a temporary folder and is forgotten.
    """
    app = Simulators(__name__)
    settings = settings or from_environment()
    if state_path is None:
        folder = tempfile.TemporaryDirectory(prefix="simulators-")
        app.extensions["simulators_folder"] = folder  # lives as long as the app
        state_path = Path(folder.name) / "state.sqlite3"
    world = World(
        app, public_url=public_url, settings=settings, state_path=state_path, real=clock or real_now
    )
    app.extensions["simulators"] = world
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    cast(DefaultJSONProvider, app.json).sort_keys = False  # answers keep the providers' order
    app.add_template_filter(_thousands, "thousands")
    app.register_blueprint(home.pages)
    fault_pages.attach(app)
    for provider in (paypal, docuseal, resend):
        provider.attach(app, world)
    missing.attach(app)
    if settings.record:
        recorder.attach(app, Path(settings.record))
    app.after_request(_protect)
    return app


def _thousands(value: str) -> str:
    """`1500.00` as `1,500.00`."""
    return f"{Decimal(value):,}"


def _protect(response: Response) -> Response:
    """The pages need no script and nothing from elsewhere; a mail brings its own, stricter policy."""
    if response.mimetype == "text/html":
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'self'; script-src 'none'; style-src 'self'; img-src 'self' data:;"
            " object-src 'none'; base-uri 'none'",
        )
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response
