"""The payer's page of an invoice, and all invoices at a glance."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import amounts, bill_figures, bill_money
from exodrive.simulators.paypal.bill_records import INVOICE, document, view_path
from exodrive.simulators.store import Record
from exodrive.simulators.world import world

pages = Blueprint("paypal_bill_page", __name__)

SHOWN = 50
TONES = {
    "SENT": "info",
    "UNPAID": "info",
    "SCHEDULED": "wait",
    "PAYMENT_PENDING": "wait",
    "PARTIALLY_PAID": "wait",
    "PAID": "go",
    "MARKED_AS_PAID": "go",
    "CANCELLED": "stop",
}
WAYS = {
    "good": ("PayPal balance", "Paid at once."),
    "echeck": ("Bank account by eCheck", "Pending until the bank answers, on the invoices page."),
}


@pages.get("/invoices")
def list_invoices() -> str:
    shown = list(reversed(world().store.find(INVOICE)))[:SHOWN]
    rows = [{"kept": one, "shown": document(one), "path": f"/paypal{view_path(one)}"} for one in shown]
    return render_template("paypal/invoices.html", rows=rows, tones=TONES)


@pages.get("/invoice/s/<invoice_id>")
def show_to_invoicer(invoice_id: str) -> ResponseReturnValue:
    """The house's own view at PayPal is the list here."""
    return redirect(f"/paypal/invoices#{invoice_id}", 303)


@pages.get("/invoice/p/<key>")
def show(key: str) -> ResponseReturnValue:
    return _page(_invoice(key))


@pages.post("/invoice/p/<key>")
def pay(key: str) -> ResponseReturnValue:
    """Pay the whole, or a part where the house allows it."""
    invoice = _invoice(key)
    way = request.form.get("funding", "good")
    if way not in WAYS:
        abort(400)
    if not _payable(invoice):
        return _page(invoice, status=409)
    value = _value(invoice)
    if value is None:
        return _page(invoice, fault="Enter an amount up to what is due.", status=422)
    bill_money.pay(invoice, value, by_check=way == "echeck")
    return redirect(request.path, 303)


def _value(invoice: Record) -> Decimal | None:
    """What the payer wants to pay; None where that cannot be."""
    due = bill_figures.due(invoice)
    given = request.form.get("amount", "").strip()
    if not given:
        return due
    try:
        value = Decimal(given)
    except InvalidOperation:
        return None
    currency = invoice["detail"]["currency_code"]
    lowest = due if not _parts_allowed(invoice) else _least(invoice, due)
    good = value.is_finite() and lowest <= value <= due and value == amounts.rounded(currency, value)
    return value if good and value > 0 else None


def _least(invoice: Record, due: Decimal) -> Decimal:
    least = invoice["configuration"]["partial_payment"].get("minimum_amount_due")
    return min(amounts.number(least), due) if least else Decimal()


def _parts_allowed(invoice: Record) -> bool:
    return bool((invoice["configuration"].get("partial_payment") or {}).get("allow_partial_payment"))


def _payable(invoice: Record) -> bool:
    return invoice["status"] in bill_figures.OPEN


def _page(invoice: Record, *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "paypal/invoice.html",
        invoice=invoice,
        shown=document(invoice),
        payable=_payable(invoice),
        parts=_parts_allowed(invoice),
        ways=WAYS,
        tones=TONES,
        fault=fault,
    )
    return page, status


def _invoice(key: str) -> Record:
    groups = [key[start : start + 4] for start in range(0, len(key), 4)]
    invoice = world().store.get(INVOICE, "-".join(["INV2", *groups]))
    if invoice is None or invoice["status"] in ("DRAFT", "SCHEDULED"):
        abort(404)
    return invoice
