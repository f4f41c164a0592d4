"""The payer's page: what a customer sees at PayPal after being sent there to pay."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import events
from exodrive.simulators.paypal.ledger import ORDER, save
from exodrive.simulators.paypal.names import new_account_id
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time, spell
from exodrive.simulators.world import world

pages = Blueprint("paypal_approval", __name__)

PAYABLE = ("CREATED", "PAYER_ACTION_REQUIRED")
AFTER_REDIRECT = timedelta(hours=3)
FUNDING = {
    "good": ("PayPal balance", "Everything goes well."),
    "declined": ("A card that the bank declines", "Approved here, then refused when the house authorizes."),
    "review": ("A card under review", "The authorization stays pending until PayPal decides."),
    "echeck": ("Bank account by eCheck", "Authorized; each capture stays pending until the bank answers."),
    "slow_refunds": (
        "PayPal balance, slow refunds",
        "Refunds stay pending until completed on the payments page.",
    ),
}


@pages.get("/checkoutnow")
def show() -> ResponseReturnValue:
    order = _order()
    now = world().clock.now()
    expired = now >= read_time(order["expires_at"])
    payable = order["status"] in PAYABLE and not expired
    if payable and not order.get("visited"):
        order["visited"] = True
        order["expires_at"] = spell(now + AFTER_REDIRECT)
        save(ORDER, order)
    page = render_template(
        "paypal/approve.html",
        order=order,
        payer=_payer(order),
        funding=FUNDING,
        payable=payable,
        expired=expired,
    )
    return page, 200 if payable else 410


@pages.post("/checkoutnow")
def decide() -> ResponseReturnValue:
    order = _order()
    if request.form.get("decision") == "cancel":
        return _back(order, "cancel_url", token=order["id"])
    funding = request.form.get("funding", "good")
    if funding not in FUNDING:
        abort(400)
    if not approve(order, funding):
        return redirect(f"/paypal/checkoutnow?token={order['id']}", 303)
    return _back(order, "return_url", token=order["id"], PayerID=order["payer"]["payer_id"])


def approve(order: Record, funding: str) -> bool:
    """The payer agrees, while the order is open; whether they have agreed by now."""
    if order["status"] in PAYABLE and world().clock.now() < read_time(order["expires_at"]):
        order.update(status="APPROVED", funding=funding, payer=_payer(order))
        save(ORDER, order)
        events.order_changed("CHECKOUT.ORDER.APPROVED", order)
    return order["payer"] is not None


def _order() -> Record:
    return order_of(request.args.get("token", ""))


def order_of(token: str) -> Record:
    """The order with this id, or a page that says that there is none."""
    order = world().store.get(ORDER, token)
    if order is None:
        abort(404)
    return order


def _payer(order: Record) -> Record:
    """Who pays: as the house announced them, else the sandbox's own customer."""
    if order["payer"]:
        return dict(order["payer"])
    expected = order["expected_payer"]
    name = expected.get("name", {})
    return {
        "name": {"given_name": name.get("given_name", "Robin"), "surname": name.get("surname", "Renter")},
        "email_address": expected.get("email_address", "robin.renter@personal.example"),
        "payer_id": new_account_id(),
        "address": {"country_code": "US"},
    }


def _back(order: Record, place: str, **query: str) -> ResponseReturnValue:
    """Send the payer back to the house; without an address PayPal can only say that all is done."""
    address = order["context"].get(place)
    if not address:
        return render_template("paypal/done.html", order=order, cancelled=place == "cancel_url")
    parts = urlsplit(address)
    together = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *query.items()])
    return redirect(urlunsplit(parts._replace(query=together)), 303)
