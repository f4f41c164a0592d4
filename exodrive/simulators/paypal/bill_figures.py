"""What an invoice comes to, what was paid of it, and its state: always worked out from its rows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from exodrive.simulators.paypal import amounts
from exodrive.simulators.store import Record

OPEN = ("SENT", "UNPAID", "PARTIALLY_PAID")  # can be paid and reminded of
EXTERNAL, PAYPAL = "EXTERNAL", "PAYPAL"


def total(invoice: Record) -> Decimal:
    """All items with their tax. Discounts, shipping and custom amounts are not simulated."""
    return item_total(invoice) + tax_total(invoice)


def item_total(invoice: Record) -> Decimal:
    return sum((_net(item) for item in invoice["items"]), Decimal())


def tax_total(invoice: Record) -> Decimal:
    return sum((_tax(item) for item in invoice["items"]), Decimal())


def _net(item: Record) -> Decimal:
    return amounts.rounded(
        item["unit_amount"]["currency_code"], amounts.number(item["unit_amount"]) * Decimal(item["quantity"])
    )


def _tax(item: Record) -> Decimal:
    percent = Decimal((item.get("tax") or {}).get("percent", "0"))
    return amounts.rounded(item["unit_amount"]["currency_code"], _net(item) * percent / 100)


def summed(rows: Iterable[dict[str, Any]]) -> Decimal:
    return sum((amounts.number(row["amount"]) for row in rows), Decimal())


def due(invoice: Record) -> Decimal:
    """What is left to pay; nothing of one that was cancelled."""
    if invoice["status"] == "CANCELLED":
        return Decimal()
    return max(total(invoice) - summed(invoice["payments"]), Decimal())


def state(invoice: Record) -> str:
    """The state of an invoice that was sent, from what came in and went back.

    `sent_as` is what it was on being sent. Money that only the house says it has marks the invoice, and does
    not pay it.
    """
    payments, refunds = invoice["payments"], invoice["refunds"]
    paid, back = summed(payments), summed(refunds)
    if back:
        if back < paid:
            return "PARTIALLY_REFUNDED"
        return "MARKED_AS_REFUNDED" if _all_external(refunds) else "REFUNDED"
    if paid >= total(invoice):
        return "MARKED_AS_PAID" if _all_external(payments) else "PAID"
    if invoice["pending"]:
        return "PAYMENT_PENDING"
    return "PARTIALLY_PAID" if paid else str(invoice["sent_as"])


def _all_external(rows: list[dict[str, Any]]) -> bool:
    return all(row["type"] == EXTERNAL for row in rows)
