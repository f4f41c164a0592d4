"""How the providers do: asked once for each request, and told on every page of the desk while one is down."""

from __future__ import annotations

from flask import Flask, g

from exodrive.blueprints.staff.work import queue_words
from exodrive.blueprints.staff.work.queue_words import Notice
from exodrive.kernel import outages
from exodrive.kernel.outages import Standing


def init_app(app: Flask) -> None:
    app.jinja_env.globals["desk_notices"] = notices


def standings() -> list[Standing]:
    """Every provider, then the house itself."""
    if "standings" not in g:
        g.standings = outages.standings()
    found: list[Standing] = g.standings
    return found


def notices(zone: str) -> list[Notice]:
    """One for each provider that is down."""
    found = [queue_words.notice(each, zone) for each in standings()]
    return [each for each in found if each is not None]
