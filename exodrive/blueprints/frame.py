"""What stands around every page: the house's card, the navigation, and whether this is a sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from flask import Flask, current_app, g, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.blueprints import (
    appearance,
    drawings,
    errors,
    form_faults,
    plain_text,
    security_headers,
    states,
    static_files,
)
from exodrive.rendering import formats, price_words


class HouseCard(Protocol):
    """What a page says about the house; the register's row has it."""

    name: str
    town: str
    phone: str
    email: str
    hours_note: str


class Link(NamedTuple):
    """A place in the navigation. `rare` ones are left out where there is little room."""

    endpoint: str
    label: LazyString
    icon: str = ""
    rare: bool = False
    sandbox: bool = False  # there only in the sandbox


HOUSE_LINKS = (
    Link("catalog.fleet", _l("The fleet")),
    Link("account.find", _l("My booking")),
)
DESK_LINKS = (
    Link("staff.bookings", _l("Bookings"), "list-details"),
    Link("staff.queue", _l("Queue"), "activity"),
    Link("staff.sandbox", _l("Clock"), "clock", sandbox=True),
)


def init_app(app: Flask, *, house: Callable[[], HouseCard]) -> None:
    """Set up everything that pages rest on. `house` finds the house's card, once per request at most."""
    parts = (
        static_files,
        security_headers,
        plain_text,
        formats,
        form_faults,
        price_words,
        appearance,
        errors,
    )
    for part in parts:
        part.init_app(app)
    app.register_blueprint(drawings.drawings)
    app.jinja_env.globals.update(
        drawing_url=drawings.drawing_url,
        shown=states.shown,
        house_links=lambda: list(_existing(HOUSE_LINKS)),
        desk_links=lambda: list(_existing(DESK_LINKS)),
        has_page=_exists,
        house_card=lambda: _once(house),
    )
    app.context_processor(_sandbox)


def _existing(links: Iterable[Link]) -> Iterable[dict[str, Any]]:
    """Only pages that are there: a house may run without some of them, and no link leads nowhere."""
    for link in links:
        if _exists(link.endpoint) and (current_app.config["SANDBOX"] or not link.sandbox):
            yield {**link._asdict(), "href": url_for(link.endpoint)}


def _exists(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def _once(house: Callable[[], HouseCard]) -> HouseCard:
    if "house_card" not in g:
        g.house_card = house()
    card: HouseCard = g.house_card
    return card


def _sandbox() -> dict[str, Any]:
    return {"sandbox": bool(current_app.config.get("SANDBOX"))}
