"""The routes below a booking's secret link."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response

from exodrive.bookings import links
from exodrive.kernel import clock

booking_page = Blueprint("booking_page", __name__, url_prefix="/b/<secret>")


def whose(secret: str) -> UUID:
    """The booking of a link. Raises LinkUnknown: mistyped, revoked and expired links look the same."""
    return links.booking_id(secret, at=clock.now())


@booking_page.after_request
def keep_to_oneself(response: Response) -> Response:
    """No copy in any cache, since names and prices are on it; no search engine."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
