"""What stands around every page: the house's card, the navigation, and whether this is a sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.blueprints import (
    appearance,
    drawings,
    errors,
    form_faults,
    origins,
    pictures,
    plain_text,
    security_headers,
    states,
    static_files,
    wire,
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
    """A place in the navigation. `rare` ones are left out where there is little room.

    At the desk, `group` is one of DESK_GROUPS, `tab` puts the link into a phone's tab bar (four fit, the
    others stand below More), and `key` is the letter that leads there after a g.
    """

    endpoint: str
    label: LazyString
    icon: str = ""
    rare: bool = False
    sandbox: bool = False  # there only in the sandbox
    group: str = "house"
    tab: bool = False
    key: str = ""


HOUSE_LINKS = (
    Link("catalog.fleet", _l("The fleet")),
    Link("site.about", _l("About us"), rare=True),
    Link("site.contact", _l("Contact"), rare=True),
    Link("account.find", _l("My booking")),
)
DESK_GROUPS = {"rentals": _l("Rentals"), "house": _l("House"), "system": _l("System")}
DESK_LINKS = (
    Link("staff.today", _l("Today"), "sun", group="rentals", tab=True, key="t"),
    Link("staff.bookings", _l("Bookings"), "list-details", group="rentals", tab=True, key="b"),
    Link("staff.quotes", _l("Quotes"), "tag", group="rentals", key="u"),
    Link("staff.tolls_page", _l("Tolls and fines"), "road", group="rentals"),
    Link("staff.reviews", _l("Reviews"), "star", group="rentals", key="r"),
    Link("staff.bills", _l("Bills"), "invoice", group="rentals", key="i"),
    Link("staff.money", _l("Money at risk"), "cash", group="rentals", key="o"),
    Link("staff.enquiries", _l("Messages"), "inbox", group="rentals", key="m"),
    Link("staff.cars", _l("Cars"), "car", group="house", tab=True, key="f"),
    Link("staff.promotions", _l("Promo codes"), "tags", group="house"),
    Link("staff.books", _l("Books"), "calculator", group="house", key="k"),
    Link("staff.reconciliation", _l("Reconciliation"), "checks", group="house", key="d"),
    Link("staff.site", _l("Site"), "news", group="house", key="s"),
    Link("staff.queue", _l("Queue"), "activity", group="system", tab=True, key="q"),
    Link("staff.people", _l("Accounts"), "users", group="system", key="p"),
    Link("staff.tokens", _l("API tokens"), "api", group="system", key="a"),
    Link("staff.sandbox", _l("Clock"), "clock", group="system", sandbox=True, key="c"),
)


def init_app(app: Flask, *, house: Callable[[], HouseCard]) -> None:
    """Set up everything that pages rest on. `house` finds the house's card, once per request at most."""
    parts = (
        wire,  # first, so that it is the last to see an answer
        static_files,
        security_headers,
        plain_text,
        origins,
        formats,
        form_faults,
        price_words,
        appearance,
        errors,
    )
    for part in parts:
        part.init_app(app)
    app.register_blueprint(drawings.drawings)
    pictures.init_app(app)
    app.jinja_env.globals.update(
        drawing_url=drawings.drawing_url,
        light_link=drawings.light_link,
        paint_of=drawings.paint_of,
        shown=states.shown,
        house_links=lambda: list(_existing(HOUSE_LINKS)),
        desk_links=desk_links,
        desk_groups=DESK_GROUPS,
        has_page=_exists,
        house_card=lambda: _once(house),
    )
    app.context_processor(_sandbox)


def desk_links(may: Callable[[str], bool]) -> list[dict[str, Any]]:
    """The desk's navigation for somebody who `may` open a page by its endpoint."""
    return [link for link in _existing(DESK_LINKS) if may(link["endpoint"])]


def _existing(links: Iterable[Link]) -> Iterable[dict[str, Any]]:
    """Only pages that are there: a house may run without some of them, and no link leads nowhere."""
    for link in links:
        if _exists(link.endpoint) and (current_app.config["SANDBOX"] or not link.sandbox):
            href = url_for(link.endpoint)
            yield {**link._asdict(), "href": href, "current": _current(link.endpoint, href)}


def _current(endpoint: str, href: str) -> str:
    """For `aria-current`: this page, or one below it; else nothing."""
    if request.endpoint == endpoint:
        return "page"
    return "true" if href.count("/") > 1 and request.path.startswith(f"{href}/") else ""


def _exists(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def _once(house: Callable[[], HouseCard]) -> HouseCard:
    if "house_card" not in g:
        g.house_card = house()
    card: HouseCard = g.house_card
    return card


def _sandbox() -> dict[str, Any]:
    return {"sandbox": bool(current_app.config.get("SANDBOX"))}
