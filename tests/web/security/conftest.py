"""The demo house and its staff, as the desk's tests have them."""

from __future__ import annotations

from tests.web.staff.conftest import (
    _push_request_context,
    house,
    password,
    rental_house,
    signed_in,
)

__all__ = ["_push_request_context", "house", "password", "rental_house", "signed_in"]
