"""To PayPal and back: the rental and the deposit."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from exodrive.blueprints.booking_page import show, standing
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.bookings.deposit import deposits
from exodrive.bookings.deposit.deposits import DepositNotOpen
from exodrive.bookings.money import paid_otherwise
from exodrive.bookings.reservation import ordering
from exodrive.bookings.reservation.ordering import HoldEnded
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.payments import opening
from exodrive.payments.opening import AlreadyPaid

PAID_ALREADY = _l("It is paid already: nothing more is taken at PayPal.")


@booking_page.post("/pay")
def pay(secret: str) -> ResponseReturnValue:
    """Have a fresh way to PayPal made for the rental; the page sends its reader on when it is open."""
    at = clock.now()
    try:
        with transaction():
            booking_id = whose(secret)
            ordering.pay_again(booking_id, at=at)
            found = standing.load(booking_id, secret, at=at)
    except (HoldEnded, AlreadyPaid):
        return _back(secret)  # the page says how it stands
    show.expect_paypal(found)
    return _back(secret)


@booking_page.post("/deposit")
def deposit(secret: str) -> ResponseReturnValue:
    """The same for the deposit."""
    at = clock.now()
    try:
        with transaction():
            booking_id = whose(secret)
            deposits.pay(booking_id, at=at)
            found = standing.load(booking_id, secret, at=at)
    except (DepositNotOpen, AlreadyPaid):
        return _back(secret)
    show.expect_paypal(found)
    return _back(secret)


@booking_page.get("/paypal/return")
def paypal_return(secret: str) -> ResponseReturnValue:
    """The payer came back. The address proves nothing: a worker asks PayPal."""
    at, token = clock.now(), request.args.get("token", "")
    with transaction():
        booking_id = whose(secret)
        paid = paid_otherwise.is_so_of_order(booking_id, token)
        opening.payer_returned(booking_id, token, at=at)
    if paid:
        flash(str(PAID_ALREADY))
    return _back(secret)


@booking_page.get("/paypal/cancel")
def paypal_cancel(secret: str) -> ResponseReturnValue:
    """The payer turned around. Nothing has changed: the order can still be approved."""
    with transaction():
        whose(secret)
    flash(_("You left PayPal. Nothing was charged."))
    return _back(secret)


def _back(secret: str) -> ResponseReturnValue:
    return redirect(url_for("booking_page.show", secret=secret), 303)
