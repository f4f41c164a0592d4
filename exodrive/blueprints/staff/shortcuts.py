"""Keyboard shortcuts: which keys do what, the hints beside what they do, and the switch that turns them off.

A single letter must never surprise somebody who dictates or leans on a key, so each browser can do without
(WCAG 2.1.4). Where they are off, nothing on a page names a key, and the script finds none to listen for.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from exodrive.blueprints.staff.desk import staff

COOKIE = "keys"
OFF = "off"
A_YEAR = 365 * 24 * 3600

# The deeds of a booking's page that have a key of their own.
DEEDS = {
    "hand_over": "h",
    "take_back": "b",
    "settle": "s",
    "remind": "r",
    "renew": "r",
    "ask_deposit": "d",
    "cancel": "c",
    "write": "w",
    "send_link": "l",
    "clear_attention": "e",
    "new_booking": "n",
}


class Row(NamedTuple):
    """One line of the help: keys pressed one after another, and what they do."""

    keys: tuple[str, ...]
    words: LazyString


EVERYWHERE = (
    Row(("/",), _l("Search on this page, or in everything")),
    Row(("Ctrl K",), _l("Search and commands")),
    Row(("n",), _l("New booking")),
    Row(("?",), _l("This help")),
    Row(("Esc",), _l("Close what is open")),
)
IN_LISTS = (
    Row(("j",), _l("Next line")),
    Row(("k",), _l("Line before")),
    Row(("Enter",), _l("Open the line")),
)


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        keys_on=are_on, go_key=go_key, deed_key=deed_key, keys_everywhere=EVERYWHERE, keys_in_lists=IN_LISTS
    )


def are_on() -> bool:
    """Whether this browser wants single keys to do something."""
    return request.cookies.get(_cookie()) != OFF


def go_key(letter: str) -> Markup:
    """The attributes of a link that g and this letter lead to; nothing where keys are off."""
    if not letter or not are_on():
        return Markup()
    return Markup(' data-go="{0}" title="g {0}"').format(letter)


def deed_key(name: str) -> Markup:
    """The attributes of a deed's button that has a key; nothing where keys are off."""
    letter = DEEDS.get(name)
    if letter is None or not are_on():
        return Markup()
    return Markup(' data-key="{0}" aria-keyshortcuts="{0}" title="{1}"').format(
        letter, _("Key: %(key)s", key=letter)
    )


@staff.post("/shortcuts")
def switch_keys() -> ResponseReturnValue:
    """Turn the keys on or off in this browser."""
    on = request.form.get("keys") != OFF
    flash(_("The keyboard shortcuts are on.") if on else _("The keyboard shortcuts are off."))
    response = redirect(url_for("staff.own_account"), 303)
    response.set_cookie(
        _cookie(),
        "on" if on else OFF,
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return response


def _cookie() -> str:
    """Held to this host where the session's cookie is."""
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE
