"""Captures: taking held money, all of it or in parts.

https://developer.paypal.com/docs/api/payments/v2/#authorizations_capture
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import amounts, authorizations, events
from exodrive.simulators.paypal.amounts import Amount
from exodrive.simulators.paypal.errors import invalid, unprocessable
from exodrive.simulators.paypal.ledger import (
    ALIVE,
    AUTHORIZATION,
    CAPTURE,
    ORDER,
    capture_document,
    captured,
    family,
    load,
    new,
    save,
)
from exodrive.simulators.paypal.requesting import (
    PAYMENTS_LIFETIME,
    json_body,
    preferred,
    remember,
    replayed,
    text,
)
from exodrive.simulators.store import Record
from exodrive.simulators.world import world

api = Blueprint("paypal_captures", __name__)

MOST_CAPTURES = 10


@api.get("/v2/payments/captures/<capture_id>")
def show(capture_id: str) -> ResponseReturnValue:
    return capture_document(load(CAPTURE, capture_id, "capture_id"))


@api.post("/v2/payments/authorizations/<authorization_id>/capture")
def capture(authorization_id: str) -> ResponseReturnValue:
    authorization = load(AUTHORIZATION, authorization_id, "authorization_id")
    if made := replayed("authorizations.capture"):
        return preferred(capture_document(load(CAPTURE, made, "capture_id"))), 201
    body = json_body()
    final = body.get("final_capture", False)
    if not isinstance(final, bool):
        raise invalid("INVALID_PARAMETER_SYNTAX", "/final_capture", str(final))
    for name, longest in (("note_to_payer", 255), ("soft_descriptor", 22)):
        text(body, name, longest)
    invoice_id = _own_invoice_id(body)
    _check_capturable(authorization)
    value = _value(authorization, body)
    made_now = _take(
        load(ORDER, authorization["order_id"], "id"),
        authorization_id=authorization_id,
        amount=amounts.write(authorization["amount"]["currency_code"], value),
        invoice_id=invoice_id or authorization["invoice_id"],
        custom_id=authorization["custom_id"],
        final_capture=final,
    )
    _close(authorization, final=final)
    remember("authorizations.capture", made_now["id"], PAYMENTS_LIFETIME)
    return preferred(capture_document(made_now)), 201


def by_hand(authorization: Record, value: Decimal) -> None:
    """Somebody takes a part of a hold, or all that is left, in PayPal's own pages."""
    _take(
        load(ORDER, authorization["order_id"], "id"),
        authorization_id=authorization["id"],
        amount=amounts.write(authorization["amount"]["currency_code"], value),
        invoice_id=authorization["invoice_id"],
        custom_id=authorization["custom_id"],
        final_capture=False,
    )
    _close(authorization, final=False)


def _own_invoice_id(body: dict[str, Any]) -> str | None:
    invoice_id = text(body, "invoice_id", 127)
    if invoice_id and world().store.find(CAPTURE, invoice_id=invoice_id):
        raise unprocessable("DUPLICATE_INVOICE_ID", "/invoice_id", invoice_id)
    return invoice_id


def _check_capturable(authorization: Record) -> None:
    issues = {
        "VOIDED": "AUTHORIZATION_VOIDED",
        "CAPTURED": "AUTHORIZATION_ALREADY_CAPTURED",
        "DENIED": "AUTHORIZATION_DENIED",
        "PENDING": "TRANSACTION_REFUSED",
    }
    if authorization["status"] not in ALIVE:
        raise unprocessable(issues[authorization["status"]])
    if authorizations.expired(authorization):
        raise unprocessable("AUTHORIZATION_EXPIRED")
    if len(world().store.find(CAPTURE, authorization_id=authorization["id"])) >= MOST_CAPTURES:
        raise unprocessable("MAX_CAPTURE_COUNT_EXCEEDED")


def _value(authorization: Record, body: dict[str, Any]) -> Decimal:
    """How much to take: what is asked, or all that is left."""
    currency, held = authorization["amount"]["currency_code"], amounts.number(authorization["amount"])
    taken = captured(authorization)
    if not body.get("amount"):
        return held - taken
    asked, value = amounts.read(body["amount"], "/amount")
    if asked != currency:
        raise unprocessable("AUTH_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code", asked)
    if taken + value > amounts.most_capturable(currency, held):
        raise unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED", "/amount/value", str(value))
    return value


def _close(authorization: Record, *, final: bool) -> None:
    """The hold's state after a capture; a reauthorization and its original share one hold."""
    done = final or captured(authorization) >= amounts.number(authorization["amount"])
    for one in family(authorization):
        if one["status"] in ALIVE:
            one["status"] = "CAPTURED" if done else "PARTIALLY_CAPTURED"
            save(AUTHORIZATION, one)


def capture_order(order: Record) -> None:
    """An order with intent CAPTURE is taken at once, without a hold."""
    unit = order["purchase_units"][0]
    _take(
        order,
        authorization_id=None,
        amount={name: unit["amount"][name] for name in ("currency_code", "value")},
        invoice_id=unit.get("invoice_id"),
        custom_id=unit.get("custom_id"),
        final_capture=True,
    )


def _take(order: Record, **facts: Any) -> Record:
    """Record a capture. An eCheck stays pending until the bank has answered."""
    pending = order["funding"] == "echeck"
    capture = new(
        CAPTURE,
        order_id=order["id"],
        status="PENDING" if pending else "COMPLETED",
        reason="ECHECK" if pending else None,
        slow_refunds=order["funding"] == "slow_refunds",
        **facts,
    )
    events.capture_changed(f"PAYMENT.CAPTURE.{capture['status']}", capture)
    return capture


def take_for_invoice(*, invoice_id: str, number: str, amount: Amount, pending: bool) -> Record:
    """What a payer pays of an invoice is a capture without an order; the invoice's events tell of it."""
    return new(
        CAPTURE,
        bill_id=invoice_id,
        order_id=None,
        authorization_id=None,
        status="PENDING" if pending else "COMPLETED",
        reason="ECHECK" if pending else None,
        slow_refunds=False,
        amount=amount,
        invoice_id=number,
        custom_id=None,
        final_capture=True,
    )


def settle(capture: Record, *, paid: bool) -> None:
    capture["status"] = "COMPLETED" if paid else "DECLINED"
    capture["reason"] = None
    save(CAPTURE, capture)


def clear(capture: Record, *, paid: bool) -> None:
    """The bank's answer about a pending capture."""
    settle(capture, paid=paid)
    events.capture_changed("PAYMENT.CAPTURE.COMPLETED" if paid else "PAYMENT.CAPTURE.DENIED", capture)
