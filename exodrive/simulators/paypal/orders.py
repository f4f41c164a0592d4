"""Orders v2: create, show, change, authorize, capture.

https://developer.paypal.com/docs/api/orders/v2/
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import amounts, authorizations, captures, events, order_patch, order_rules
from exodrive.simulators.paypal.errors import Refused, unprocessable
from exodrive.simulators.paypal.errors import body as error_body
from exodrive.simulators.paypal.ledger import (
    AUTHORIZATION,
    CAPTURE,
    ORDER,
    load,
    new,
    order_document,
    save,
)
from exodrive.simulators.paypal.names import link
from exodrive.simulators.paypal.requesting import (
    ORDERS_LIFETIME,
    json_body,
    minimal,
    preferred,
    remember,
    replayed,
    wants_representation,
)
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time, spell
from exodrive.simulators.world import world

api = Blueprint("paypal_orders", __name__)

# A payer has three hours to be sent to PayPal, and from there three to approve and be authorized.
ORDER_LIFETIME = timedelta(hours=3)
MOST_ATTEMPTS = 10


@api.post("/v2/checkout/orders")
def create() -> ResponseReturnValue:
    if made := replayed("orders.create"):
        return _created(load(ORDER, made, "id")), 200
    body = json_body()
    order_rules.check(body)
    source = body.get("payment_source")
    order = new(
        ORDER,
        intent=body["intent"],
        status="PAYER_ACTION_REQUIRED" if source else "CREATED",
        with_source=bool(source),
        purchase_units=[_kept_unit(unit) for unit in body["purchase_units"]],
        context=_experience(body),
        expected_payer=(source or {}).get("paypal") or body.get("payer") or {},
        expires_at=spell(world().clock.now() + ORDER_LIFETIME),
        payer=None,
        attempts=0,
    )
    remember("orders.create", order["id"], ORDERS_LIFETIME)
    return _created(order), 201


def _created(order: Record) -> Record:
    document = order_document(order)
    if wants_representation():
        return document
    source = {"payment_source": document["payment_source"]} if "payment_source" in document else {}
    return {**minimal(document), **source}


def _kept_unit(unit: dict[str, Any]) -> Record:
    """As sent, but for what PayPal fills in: the reference and both decimals."""
    kept = {name: value for name, value in unit.items() if name not in ("payee", "payment_instruction")}
    amount = {**unit["amount"], **amounts.write(*amounts.read(unit["amount"], "/amount"))}
    return {"reference_id": "default", **kept, "amount": amount}


def _experience(body: dict[str, Any]) -> Record:
    """Where to send the payer back to; `application_context` is the older place for it."""
    source = (body.get("payment_source") or {}).get("paypal") or {}
    return {**body.get("application_context", {}), **source.get("experience_context", {})}


@api.get("/v2/checkout/orders/<order_id>")
def show(order_id: str) -> ResponseReturnValue:
    return order_document(load(ORDER, order_id, "id"))


@api.patch("/v2/checkout/orders/<order_id>")
def change(order_id: str) -> ResponseReturnValue:
    order = load(ORDER, order_id, "id")
    order_patch.apply(order)
    save(ORDER, order)
    return "", 204


@api.post("/v2/checkout/orders/<order_id>/authorize")
def authorize(order_id: str) -> ResponseReturnValue:
    order = load(ORDER, order_id, "id")
    json_body()
    if replayed("orders.authorize"):
        return preferred(order_document(order)), 200
    if order["intent"] != "AUTHORIZE":
        raise unprocessable("ACTION_DOES_NOT_MATCH_INTENT")
    if world().store.find(AUTHORIZATION, order_id=order_id):
        raise unprocessable("ORDER_ALREADY_AUTHORIZED")
    return _settle(order, "orders.authorize") or _paid(order, authorizations.open_hold)


@api.post("/v2/checkout/orders/<order_id>/capture")
def capture(order_id: str) -> ResponseReturnValue:
    order = load(ORDER, order_id, "id")
    json_body()
    if replayed("orders.capture"):
        return preferred(order_document(order)), 200
    if order["intent"] != "CAPTURE":
        raise unprocessable("ACTION_DOES_NOT_MATCH_INTENT")
    if world().store.find(CAPTURE, order_id=order_id):
        raise unprocessable("ORDER_ALREADY_CAPTURED")
    return _settle(order, "orders.capture") or _paid(order, captures.capture_order)


def _settle(order: Record, operation: str) -> ResponseReturnValue | None:
    """Refuse what cannot be paid now, or remember the request. Raises Refused; a decline is answered."""
    if order["status"] != "APPROVED" and world().clock.now() < read_time(order["expires_at"]):
        raise unprocessable("ORDER_NOT_APPROVED")
    if world().clock.now() >= read_time(order["expires_at"]):
        raise unprocessable("ORDER_EXPIRED")
    if order["attempts"] >= MOST_ATTEMPTS:
        raise unprocessable("MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED")
    invoice_id = order["purchase_units"][0].get("invoice_id")
    if invoice_id and authorizations.invoice_used(invoice_id):
        raise unprocessable("DUPLICATE_INVOICE_ID", "/purchase_units/0/invoice_id", invoice_id)
    if order["funding"] == "declined":
        return _declined(order)
    remember(operation, order["id"], ORDERS_LIFETIME)
    return None


def _declined(order: Record) -> ResponseReturnValue:
    """The bank said no: the payer may come back and choose another way to pay."""
    order["status"] = "PAYER_ACTION_REQUIRED" if order["with_source"] else "CREATED"
    order["attempts"] += 1
    save(ORDER, order)
    refused = Refused(422, "INSTRUMENT_DECLINED")
    pay = f"/checkoutnow?token={order['id']}"
    refused.links = [link("redirect", pay), link("payer-action", pay)]
    return error_body(refused), 422


def _paid(order: Record, take: Callable[[Record], None]) -> ResponseReturnValue:
    order["status"] = "COMPLETED"
    save(ORDER, order)
    take(order)
    events.order_changed("CHECKOUT.ORDER.COMPLETED", order)
    return preferred(order_document(order)), 201
