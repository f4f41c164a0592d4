"""Back from the agreement."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from exodrive.blueprints.booking_page import show
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.contracts import issuing
from exodrive.kernel.db import transaction


@booking_page.get("/signed")
def signed(secret: str) -> ResponseReturnValue:
    """The signer came back: a worker looks at once, without waiting for the provider's message."""
    with transaction():
        booking_id = whose(secret)
        issuing.signer_returned(booking_id)
    show.expect_signature(booking_id)
    return redirect(url_for("booking_page.show", secret=secret), 303)
