"""The page of one booking, behind its secret link: from the hold to the invoice.

One page, whose main panel follows the booking's state. `standing` gathers what is so, `steps` says what it
means to the customer, `show` answers; the other modules are what can be done there.
"""

from __future__ import annotations

from flask import Flask

from exodrive.blueprints.booking_page import details, ending, papers, paying, show, signing
from exodrive.blueprints.booking_page.blueprint import booking_page

__all__ = ["booking_page", "details", "ending", "init_app", "papers", "paying", "show", "signing"]


def init_app(app: Flask) -> None:
    app.register_blueprint(booking_page)
