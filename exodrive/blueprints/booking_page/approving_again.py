"""Approving once more what PayPal would not take or renew: the way to PayPal."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from exodrive.blueprints.booking_page import show, standing
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.booking_page.paying import PAID_ALREADY
from exodrive.bookings import owing, queries
from exodrive.bookings.money import asking_again
from exodrive.bookings.money.asking_again import NothingToApprove
from exodrive.kernel import clock
from exodrive.kernel.db import transaction


@booking_page.post("/approve-again/<uuid:payment_id>")
def approve_again(secret: str, payment_id: UUID) -> ResponseReturnValue:
    """Have a fresh way to PayPal made; the page sends its reader on when it is open."""
    at = clock.now()
    with transaction():
        booking_id = whose(secret)
    try:
        with transaction():
            asking_again.pay(booking_id, payment_id=payment_id, at=at)
            found = standing.load(booking_id, secret, at=at)
    except NothingToApprove:
        with transaction():
            paid = not owing.for_rental(queries.by_id(booking_id))
        if paid:
            flash(str(PAID_ALREADY))
        return _back(secret)  # the page says how it stands
    show.expect_paypal(found)
    return _back(secret)


def _back(secret: str) -> ResponseReturnValue:
    return redirect(url_for("booking_page.show", secret=secret), 303)
