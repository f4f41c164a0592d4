"""PayPal's own books: orders, authorizations, captures and refunds as records, and how each is shown.

A record holds what PayPal knows; `*_document` shows it as the API and the webhooks do.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from exodrive.simulators.paypal import amounts
from exodrive.simulators.paypal.amounts import Amount
from exodrive.simulators.paypal.errors import not_found
from exodrive.simulators.paypal.names import PAYEE, link, new_id
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time, spell
from exodrive.simulators.world import world

PROTECTION = {
    "status": "ELIGIBLE",
    "dispute_categories": ["ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"],
}
ORDER, AUTHORIZATION, CAPTURE, REFUND = (
    "paypal.order",
    "paypal.authorization",
    "paypal.capture",
    "paypal.refund",
)
ALIVE = ("CREATED", "PARTIALLY_CAPTURED")


def load(kind: str, key: str, parameter: str) -> Record:
    """The record, or PayPal's 404 about this path parameter."""
    found = world().store.get(kind, key)
    if found is None:
        raise not_found(parameter)
    return found


def save(kind: str, record: Record) -> None:
    record["update_time"] = spell(world().clock.now())
    world().store.put(kind, record["id"], record)


def new(kind: str, **facts: Any) -> Record:
    """Make and keep a record with a new id and the time of now."""
    record = {"id": new_id(), "create_time": spell(world().clock.now()), **facts}
    save(kind, record)
    return record


def age(record: Record) -> timedelta:
    return world().clock.now() - read_time(record["create_time"])


def family(authorization: Record) -> list[Record]:
    """An original authorization and its reauthorization share one hold."""
    root = authorization.get("parent_id") or authorization["id"]
    store = world().store
    original = store.get(AUTHORIZATION, root)
    return ([original] if original else []) + store.find(AUTHORIZATION, parent_id=root)


def captured(authorization: Record) -> Decimal:
    """What has been taken from the hold; a declined capture took nothing."""
    captures = [
        capture
        for hold in family(authorization)
        for capture in world().store.find(CAPTURE, authorization_id=hold["id"])
    ]
    taken = (amounts.number(one["amount"]) for one in captures if one["status"] != "DECLINED")
    return sum(taken, Decimal())


def refunded(capture: Record, *, statuses: tuple[str, ...] = ("COMPLETED", "PENDING")) -> Decimal:
    """What has been given back of a capture, and what is on its way."""
    refunds = world().store.find(REFUND, capture_id=capture["id"])
    return sum((amounts.number(r["amount"]) for r in refunds if r["status"] in statuses), Decimal())


def _times(record: Record) -> Record:
    return {"create_time": record["create_time"], "update_time": record["update_time"]}


def _present(**facts: Any) -> Record:
    return {name: value for name, value in facts.items() if value is not None}


def authorization_document(record: Record, *, inside_order: bool = False) -> Record:
    """An authorization, alone or as its order shows it."""
    status = record["status"]
    at = f"/v2/payments/authorizations/{record['id']}"
    links = [link("self", at)]
    if status in ALIVE:
        links += [link(rel, f"{at}/{rel}", "POST") for rel in ("capture", "void", "reauthorize")]
    links.append(link("up", f"/v2/checkout/orders/{record['order_id']}"))
    document = _present(
        status=status,
        status_details={"reason": "PENDING_REVIEW"} if status == "PENDING" else None,
        id=record["id"],
        amount=record["amount"],
        invoice_id=record.get("invoice_id"),
        custom_id=record.get("custom_id"),
        seller_protection=PROTECTION,
        expiration_time=record["expiration_time"],
        links=links,
        **_times(record),
    )
    if not inside_order:
        document["supplementary_data"] = {"related_ids": {"order_id": record["order_id"]}}
        document["payee"] = PAYEE
    return document


def capture_document(record: Record, *, inside_order: bool = False) -> Record:
    """A capture, alone or as its order shows it."""
    at = f"/v2/payments/captures/{record['id']}"
    parent, order_id = record["authorization_id"], record["order_id"]
    up = f"/v2/payments/authorizations/{parent}" if parent else f"/v2/checkout/orders/{order_id}"
    document = _present(
        id=record["id"],
        status=record["status"],
        status_details={"reason": record["reason"]} if record.get("reason") else None,
        amount=record["amount"],
        invoice_id=record.get("invoice_id"),
        custom_id=record.get("custom_id"),
        seller_protection=PROTECTION,
        final_capture=record["final_capture"],
        seller_receivable_breakdown=_receivable(record) if record["status"] != "DECLINED" else None,
        links=[
            link("self", at),
            link("refund", f"{at}/refund", "POST"),
            *([link("up", up)] if order_id else []),  # a payment of an invoice has no order
        ],
        **_times(record),
    )
    if not inside_order:
        if order_id:
            related = _present(order_id=order_id, authorization_id=parent)
            document["supplementary_data"] = {"related_ids": related}
        document["payee"] = PAYEE
    return document


def _receivable(record: Record) -> dict[str, Amount]:
    currency, gross = record["amount"]["currency_code"], amounts.number(record["amount"])
    fee = amounts.fee(currency, gross)
    return {
        "gross_amount": record["amount"],
        "paypal_fee": amounts.write(currency, fee),
        "net_amount": amounts.write(currency, gross - fee),
    }


def refund_document(record: Record) -> Record:
    """A refund. PayPal does not give its fee back, so the seller pays the gross amount."""
    currency = record["amount"]["currency_code"]
    return _present(
        id=record["id"],
        amount=record["amount"],
        invoice_id=record.get("invoice_id"),
        custom_id=record.get("custom_id"),
        note_to_payer=record.get("note_to_payer"),
        seller_payable_breakdown={
            "gross_amount": record["amount"],
            "paypal_fee": amounts.write(currency, Decimal()),
            "net_amount": record["amount"],
            "total_refunded_amount": record["total_refunded"],
        },
        status=record["status"],
        status_details={"reason": "ECHECK"} if record["status"] == "PENDING" else None,
        links=[
            link("self", f"/v2/payments/refunds/{record['id']}"),
            link("up", f"/v2/payments/captures/{record['capture_id']}"),
        ],
        **_times(record),
    )


def order_document(order: Record) -> Record:
    """An order with its payer and with all payments that hang on it."""
    approved = order.get("payer") is not None
    return _present(
        id=order["id"],
        intent=order["intent"],
        status=order["status"],
        payment_source=_source(order),
        purchase_units=[_unit(order, number) for number in range(len(order["purchase_units"]))],
        payer=order.get("payer") if approved else None,
        links=_order_links(order),
        **_times(order),
    )


def _source(order: Record) -> Record | None:
    payer = order.get("payer")
    if payer is None:
        return {"paypal": {}} if order["with_source"] else None
    shown = {"email_address": payer["email_address"], "account_id": payer["payer_id"]}
    return {
        "paypal": {
            **shown,
            "account_status": "VERIFIED",
            "name": payer["name"],
            "address": payer["address"],
        }
    }


def _unit(order: Record, number: int) -> Record:
    unit = {**order["purchase_units"][number], "payee": PAYEE}
    if number == 0 and (payments := _payments(order)):
        unit["payments"] = payments
    return unit


def _payments(order: Record) -> Record:
    store = world().store
    captures = store.find(CAPTURE, order_id=order["id"])
    refunds = [r for capture in captures for r in store.find(REFUND, capture_id=capture["id"])]
    authorizations = store.find(AUTHORIZATION, order_id=order["id"])
    shown = {
        "authorizations": [authorization_document(a, inside_order=True) for a in authorizations],
        "captures": [capture_document(c, inside_order=True) for c in captures],
        "refunds": [refund_document(r) for r in refunds],
    }
    return {name: documents for name, documents in shown.items() if documents}


def _order_links(order: Record) -> list[dict[str, str]]:
    at = f"/v2/checkout/orders/{order['id']}"
    pay = f"/checkoutnow?token={order['id']}"
    links = [link("self", at)]
    if order["status"] == "PAYER_ACTION_REQUIRED":
        links.append(link("payer-action", pay))
    if order["status"] == "CREATED":
        links.append(link("approve", pay))
    if order["status"] in ("CREATED", "APPROVED"):
        step = order["intent"].lower()
        links += [link("update", at, "PATCH"), link(step, f"{at}/{step}", "POST")]
    return links
