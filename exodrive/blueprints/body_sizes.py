"""How much a request may bring: by kind of route, and judged before anybody reads it.

A form of words gets little; a route that takes photos gets their size, and only from people who are signed
in or hold a booking's link. What the API and the webhooks take stands with them. Lines and number of headers
are gunicorn's to limit.
"""

from __future__ import annotations

from flask import Flask, request, session

from exodrive.bookings import links
from exodrive.bookings.links import LinkUnknown
from exodrive.kernel import clock
from exodrive.kernel.db import transaction

FORM = 256 * 1024
PHOTO = 16 * 1024 * 1024  # a phone's photo, with room for the form around it
CHECK_LIST = 128 * 1024 * 1024  # all photos at once, where there is no script
FIELDS = 400  # parts of a form; the longest of ours has a third of it
SIGNED_IN = "_user_id"  # where Flask-Login notes it in the signed session

FOR_STAFF = {
    "staff.photo": PHOTO,
    "staff.hand_over": CHECK_LIST,
    "staff.take_back": CHECK_LIST,
    "staff.add_photos": CHECK_LIST,
    "staff.add_charge": CHECK_LIST,
    "staff.change_charge": CHECK_LIST,
    "staff.tolls_page": PHOTO,  # a file that is too large is told so, not cut off
}
FOR_LINK = {"booking_page.send_paper": PHOTO}


def init_app(app: Flask) -> None:
    """To be called before anything that reads forms."""
    app.config.update(MAX_CONTENT_LENGTH=FORM, MAX_FORM_MEMORY_SIZE=FORM, MAX_FORM_PARTS=FIELDS)
    app.before_request(make_room)


def make_room() -> None:
    """Let somebody who is signed in, or holds a booking's link, send photos where photos are asked for."""
    endpoint = request.endpoint or ""
    size = FOR_STAFF.get(endpoint)
    if size is not None and SIGNED_IN in session:
        request.max_content_length = size
    size = FOR_LINK.get(endpoint)
    if size is not None and _knows_a_link():
        request.max_content_length = size


def _knows_a_link() -> bool:
    secret = (request.view_args or {}).get("secret", "")
    try:
        with transaction():
            links.booking_id(secret, at=clock.now())
    except LinkUnknown:
        return False
    return True
