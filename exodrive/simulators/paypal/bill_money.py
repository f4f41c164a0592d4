"""Money of an invoice: what the house records, what the payer pays on the page, and what goes back.

https://developer.paypal.com/docs/api/invoicing/v2/#invoices_payments
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import amounts, bill_figures, bill_rules, captures, events
from exodrive.simulators.paypal.bill_figures import EXTERNAL, PAYPAL
from exodrive.simulators.paypal.bill_records import API, INVOICE, load, save
from exodrive.simulators.paypal.errors import Refused, invalid, unprocessable
from exodrive.simulators.paypal.names import new_id
from exodrive.simulators.paypal.requesting import json_body
from exodrive.simulators.store import Record
from exodrive.simulators.world import world

api = Blueprint("paypal_bill_money", __name__)

METHODS = ("BANK_TRANSFER", "CASH", "CHECK", "CREDIT_CARD", "DEBIT_CARD", "PAYPAL", "WIRE_TRANSFER", "OTHER")
REFUNDABLE = ("PARTIALLY_PAID", "PAID", "MARKED_AS_PAID", "PARTIALLY_REFUNDED")
LONGEST_NOTE = 2000


@api.post(f"{API}/<invoice_id>/payments")
def record_payment(invoice_id: str) -> ResponseReturnValue:
    """The house has the money from elsewhere; none moves here."""
    invoice = load(invoice_id)
    body = json_body()
    method = _method(body, "INVALID_PAYMENT_METHOD")
    day = bill_rules.day(body, "payment_date", _today())
    value = _value(invoice, body, bill_figures.due(invoice), of="Payment")
    if invoice["status"] not in bill_figures.OPEN:
        raise unprocessable("CANNOT_PROCESS_PAYMENTS")
    if value > bill_figures.due(invoice):
        raise unprocessable("PAYMENT_AMOUNT_GREATER_THAN_AMOUNT_DUE", "/amount/value", str(value))
    note = {"note": str(body["note"])[:LONGEST_NOTE]} if body.get("note") else {}
    payment_id = f"EXTR-{new_id()}"
    _paid(
        invoice,
        {
            "type": EXTERNAL,
            "payment_id": payment_id,
            "payment_date": day,
            "method": method,
            **note,
            "amount": amounts.write(invoice["detail"]["currency_code"], value),
        },
    )
    return {"payment_id": payment_id}


@api.post(f"{API}/<invoice_id>/refunds")
def record_refund(invoice_id: str) -> ResponseReturnValue:
    """The house has given money back elsewhere; none moves here."""
    invoice = load(invoice_id)
    body = json_body()
    method = _method(body, "INVALID_REFUND_METHOD")
    day = bill_rules.day(body, "refund_date", _today())
    left = bill_figures.summed(invoice["payments"]) - bill_figures.summed(invoice["refunds"])
    value = _value(invoice, body, left, of="Refund")
    if invoice["status"] not in REFUNDABLE:
        raise unprocessable("CANNOT_PROCESS_REFUNDS")
    if value > left:
        raise unprocessable("INVALID_REFUND_AMOUNT", "/amount/value", str(value))
    refund_id = f"EXTR-{new_id()}"
    _given_back(
        invoice,
        {
            "type": EXTERNAL,
            "refund_id": refund_id,
            "refund_date": day,
            "amount": amounts.write(invoice["detail"]["currency_code"], value),
            "method": method,
        },
    )
    return {"refund_id": refund_id}


def pay(invoice: Record, value: Decimal, *, by_check: bool) -> None:
    """The payer pays on the page. An eCheck stays pending until the bank has answered."""
    capture = captures.take_for_invoice(
        invoice_id=invoice["id"],
        number=invoice["number"],
        amount=amounts.write(invoice["detail"]["currency_code"], value),
        pending=by_check,
    )
    if by_check:
        invoice["pending"].append(capture["id"])
        _settle(invoice, "INVOICING.INVOICE.PAID")
    else:
        _paid(invoice, _payment(capture))


def _payment(capture: Record) -> dict[str, Any]:
    return {
        "type": PAYPAL,
        "payment_id": capture["id"],
        "payment_date": _today(),
        "method": "PAYPAL",
        "amount": capture["amount"],
    }


def clear(capture: Record, *, paid: bool) -> None:
    """The bank's answer about an eCheck."""
    captures.settle(capture, paid=paid)
    invoice = world().store.get(INVOICE, capture["bill_id"])
    if invoice is None or capture["id"] not in invoice["pending"]:
        return
    invoice["pending"].remove(capture["id"])
    if paid:
        _paid(invoice, _payment(capture))
    else:
        _settle(invoice, "INVOICING.INVOICE.UPDATED")


def refunded(capture: Record, refund: Record) -> None:
    """A payment that was made on the page goes back, as any capture does."""
    invoice = world().store.get(INVOICE, capture["bill_id"])
    if invoice is not None:
        row = {"type": PAYPAL, "refund_id": refund["id"], "refund_date": _today(), "method": "PAYPAL"}
        _given_back(invoice, {**row, "amount": refund["amount"]})


def _paid(invoice: Record, payment: dict[str, Any]) -> None:
    invoice["payments"].append(payment)
    _settle(invoice, "INVOICING.INVOICE.PAID")


def _given_back(invoice: Record, refund: dict[str, Any]) -> None:
    invoice["refunds"].append(refund)
    _settle(invoice, "INVOICING.INVOICE.REFUNDED")


def _settle(invoice: Record, event_type: str) -> None:
    invoice["status"] = bill_figures.state(invoice)
    save(invoice)
    events.invoice_changed(event_type, invoice)


def _method(body: dict[str, Any], unknown: str) -> str:
    method = body.get("method")
    if method is None:
        raise Refused(
            400,
            "MISSING_REQUIRED_PARAMETER",
            field="/method",
            location="body",
            description="Payment method is missing. Please provide a valid payment method.",
        )
    if method not in METHODS:
        raise invalid(unknown, "/method", str(method))
    return str(method)


def _value(invoice: Record, body: dict[str, Any], otherwise: Decimal, *, of: str) -> Decimal:
    """How much: what is said, or all of it."""
    if body.get("amount") is None:
        return otherwise
    return bill_rules.amount(body["amount"], "/amount", currency=invoice["detail"]["currency_code"], of=of)


def _today() -> str:
    return world().clock.now().date().isoformat()
