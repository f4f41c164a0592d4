"""The page of one booking, behind its secret link: from the hold to the invoice.

One page, whose main panel follows the booking's state. `standing` gathers what is so, `steps` says what it
means to the customer, `show` answers; the other modules are what can be done there.
"""

from __future__ import annotations

from flask import Flask

from exodrive.blueprints.booking_page import (
    approving_again,
    buttons,
    changing,
    charges,
    details,
    driver_papers,
    ending,
    more_time,
    papers,
    paying,
    remembered,
    show,
    signing,
)
from exodrive.blueprints.booking_page.blueprint import booking_page
from exodrive.rendering import paper_words

__all__ = [
    "approving_again",
    "booking_page",
    "buttons",
    "changing",
    "charges",
    "details",
    "driver_papers",
    "ending",
    "init_app",
    "more_time",
    "papers",
    "paying",
    "remembered",
    "show",
    "signing",
]


def init_app(app: Flask) -> None:
    app.jinja_env.globals["paper_words"] = paper_words.paper
    app.register_blueprint(booking_page)
