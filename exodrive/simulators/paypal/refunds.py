"""Refunds: giving captured money back, all of it or in parts, within 180 days.

https://developer.paypal.com/docs/api/payments/v2/#captures_refund
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import amounts, bill_money, events
from exodrive.simulators.paypal.errors import invalid, unprocessable
from exodrive.simulators.paypal.ledger import (
    CAPTURE,
    REFUND,
    age,
    load,
    new,
    refund_document,
    refunded,
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

api = Blueprint("paypal_refunds", __name__)

REFUNDABLE = timedelta(days=180)
CUSTOM_ID = re.compile(r"[A-Za-z0-9\-_.,]*")


@api.get("/v2/payments/refunds/<refund_id>")
def show(refund_id: str) -> ResponseReturnValue:
    return refund_document(load(REFUND, refund_id, "refund_id"))


@api.post("/v2/payments/captures/<capture_id>/refund")
def refund(capture_id: str) -> ResponseReturnValue:
    capture = load(CAPTURE, capture_id, "capture_id")
    if made := replayed("captures.refund"):
        return preferred(refund_document(load(REFUND, made, "refund_id"))), 201
    body = json_body()
    invoice_id = text(body, "invoice_id", 127)
    custom_id = text(body, "custom_id", 127)
    if custom_id and not CUSTOM_ID.fullmatch(custom_id):
        raise invalid("INVALID_PARAMETER_SYNTAX", "/custom_id", custom_id)
    note = text(body, "note_to_payer", 255)
    _check_refundable(capture)
    if invoice_id and world().store.find(REFUND, invoice_id=invoice_id):
        raise unprocessable("DUPLICATE_INVOICE_ID", "/invoice_id", invoice_id)
    value = _value(capture, body)
    made_now = _give(capture, value, invoice_id=invoice_id, custom_id=custom_id, note_to_payer=note)
    remember("captures.refund", made_now["id"], PAYMENTS_LIFETIME)
    return preferred(refund_document(made_now)), 201


def by_hand(capture: Record, value: Decimal) -> None:
    """Somebody gives a part of a capture back, or all that is left, in PayPal's own pages."""
    _give(capture, value, invoice_id=None, custom_id=None, note_to_payer=None)


def _give(capture: Record, value: Decimal, *, invoice_id: str | None, **facts: str | None) -> Record:
    currency = capture["amount"]["currency_code"]
    made_now = new(
        REFUND,
        capture_id=capture["id"],
        status="PENDING" if capture["slow_refunds"] else "COMPLETED",
        amount=amounts.write(currency, value),
        total_refunded=amounts.write(currency, refunded(capture) + value),
        invoice_id=invoice_id or capture["invoice_id"],
        **facts,
    )
    _mark(capture)
    if made_now["status"] == "COMPLETED":
        _arrived(capture, made_now)
    return made_now


def _check_refundable(capture: Record) -> None:
    issues = {
        "REFUNDED": "CAPTURE_FULLY_REFUNDED",
        "PENDING": "PENDING_CAPTURE",
        "DECLINED": "REFUND_NOT_ALLOWED",
        "FAILED": "REFUND_NOT_ALLOWED",
    }
    if capture["status"] in issues:
        raise unprocessable(issues[capture["status"]])
    if age(capture) > REFUNDABLE:
        raise unprocessable("REFUND_TIME_LIMIT_EXCEEDED")


def _value(capture: Record, body: dict[str, Any]) -> Decimal:
    """How much to give back: what is asked, or all that is left."""
    left = amounts.number(capture["amount"]) - refunded(capture)
    if not body.get("amount"):
        if not left:
            raise unprocessable("CAPTURE_FULLY_REFUNDED")
        return left
    currency, value = amounts.read(body["amount"], "/amount")
    if currency != capture["amount"]["currency_code"]:
        raise unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code", currency)
    if value > left:
        raise unprocessable("REFUND_AMOUNT_EXCEEDED", "/amount/value", str(value))
    return value


def _mark(capture: Record) -> None:
    """The capture's state by what has arrived back at the payer; what is on its way does not count yet."""
    back = refunded(capture, statuses=("COMPLETED",))
    if back:
        whole = back >= amounts.number(capture["amount"])
        capture["status"] = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
        save(CAPTURE, capture)


def _arrived(capture: Record, refund: Record) -> None:
    events.refunded(refund)
    if "bill_id" in capture:
        bill_money.refunded(capture, refund)


def clear(refund: Record, *, paid: bool) -> None:
    """A pending refund arrives, or fails and leaves its amount to be refunded again."""
    refund["status"] = "COMPLETED" if paid else "FAILED"
    save(REFUND, refund)
    if paid:
        capture = load(CAPTURE, refund["capture_id"], "capture_id")
        _mark(capture)
        _arrived(capture, refund)
