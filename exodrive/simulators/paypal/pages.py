"""All payments at a glance, and the deeds that only PayPal itself can do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import authorizations, bill_money, captures, events, refunds
from exodrive.simulators.paypal.events import EVENT
from exodrive.simulators.paypal.ledger import AUTHORIZATION, CAPTURE, ORDER, REFUND, age
from exodrive.simulators.store import Record
from exodrive.simulators.world import world

pages = Blueprint("paypal_pages", __name__)

SHOWN = 50
TONES = {
    "CREATED": "info",
    "APPROVED": "wait",
    "PAYER_ACTION_REQUIRED": "wait",
    "PENDING": "wait",
    "COMPLETED": "go",
    "CAPTURED": "go",
    "PARTIALLY_CAPTURED": "go",
    "DENIED": "stop",
    "DECLINED": "stop",
    "FAILED": "stop",
}


@pages.get("/payments")
def list_payments() -> str:
    orders = list(reversed(world().store.find(ORDER)))[:SHOWN]
    return render_template("paypal/payments.html", payments=[_tree(order) for order in orders], tones=TONES)


@pages.get("/events")
def list_events() -> str:
    deliveries = {row["event_id"]: row for row in reversed(world().courier.log("paypal"))}
    shown = list(reversed(world().store.find(EVENT)))[:SHOWN]
    address = world().courier.address("paypal")
    return render_template("paypal/events.html", events=shown, deliveries=deliveries, address=address)


def _tree(order: Record) -> dict[str, Any]:
    """An order with its holds, what was taken from each, and what was given back."""
    store = world().store
    holds = [
        {
            **hold,
            "days": age(hold).total_seconds() / 86400,
            "captures": _captures(authorization_id=hold["id"]),
        }
        for hold in store.find(AUTHORIZATION, order_id=order["id"])
    ]
    direct = [one for one in _captures(order_id=order["id"]) if one["authorization_id"] is None]
    return {"order": order, "unit": order["purchase_units"][0], "holds": holds, "captures": direct}


def _captures(**which: str) -> list[Record]:
    store = world().store
    return [
        {**one, "refunds": store.find(REFUND, capture_id=one["id"])} for one in store.find(CAPTURE, **which)
    ]


@pages.post("/payments/authorizations/<key>/<any(accept, deny):decision>")
def review(key: str, decision: str) -> ResponseReturnValue:
    authorizations.review(_pending(AUTHORIZATION, key), accepted=decision == "accept")
    return _done()


@pages.post("/payments/captures/<key>/<any(complete, deny):decision>")
def clear_capture(key: str, decision: str) -> ResponseReturnValue:
    capture, paid = _pending(CAPTURE, key), decision == "complete"
    if "bill_id" in capture:
        bill_money.clear(capture, paid=paid)
        return redirect("/paypal/invoices", 303)
    captures.clear(capture, paid=paid)
    return _done()


@pages.post("/payments/refunds/<key>/<any(complete, fail):decision>")
def clear_refund(key: str, decision: str) -> ResponseReturnValue:
    refunds.clear(_pending(REFUND, key), paid=decision == "complete")
    return _done()


@pages.post("/events/<event_id>/resend")
def resend(event_id: str) -> ResponseReturnValue:
    event = world().store.get(EVENT, event_id)
    if event is None:
        abort(404)
    events.send(event)
    return redirect("/paypal/events", 303)


def _pending(kind: str, key: str) -> Record:
    record = world().store.get(kind, key)
    if record is None:
        abort(404)
    if record["status"] != "PENDING":
        abort(409)
    return record


def _done() -> ResponseReturnValue:
    return redirect("/paypal/payments", 303)
