"""Invoices as records, and how each is shown."""

from __future__ import annotations

import secrets
from typing import Any

from exodrive.simulators.paypal import amounts, bill_figures
from exodrive.simulators.paypal.errors import not_found
from exodrive.simulators.paypal.names import LETTERS, PAYEE, Link, link
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import spell
from exodrive.simulators.world import world

INVOICE = "paypal.invoice"
API = "/v2/invoicing/invoices"


def new_id() -> str:
    """`INV2-` and four groups of four letters and digits."""
    return "-".join(["INV2", *("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))])


def load(invoice_id: str) -> Record:
    found = world().store.get(INVOICE, invoice_id)
    if found is None:
        raise not_found("invoice_id")
    return found


def save(invoice: Record) -> None:
    invoice["metadata"]["last_update_time"] = spell(world().clock.now())
    invoice["metadata"]["last_updated_by"] = PAYEE["email_address"]
    world().store.put(INVOICE, invoice["id"], invoice)


def with_number(number: str) -> Record | None:
    found = world().store.find(INVOICE, number=number)
    return found[0] if found else None


def view_path(invoice: Record) -> str:
    """The payer's page."""
    return f"/invoice/p/{invoice['id'].removeprefix('INV2-').replace('-', '')}"


def document(invoice: Record) -> Record:
    """An invoice as the API and the webhooks show it."""
    currency = invoice["detail"]["currency_code"]
    return {
        "id": invoice["id"],
        "status": invoice["status"],
        "detail": {**invoice["detail"], "metadata": _metadata(invoice)},
        **{name: invoice[name] for name in ("invoicer", "primary_recipients") if invoice.get(name)},
        "items": invoice["items"],
        "configuration": invoice["configuration"],
        "amount": {
            **amounts.write(currency, bill_figures.total(invoice)),
            "breakdown": {
                "item_total": amounts.write(currency, bill_figures.item_total(invoice)),
                "tax_total": amounts.write(currency, bill_figures.tax_total(invoice)),
            },
        },
        "due_amount": amounts.write(currency, bill_figures.due(invoice)),
        **_money_list(invoice, "payments", "paid_amount"),
        **_money_list(invoice, "refunds", "refund_amount"),
        "links": _links(invoice),
    }


def _metadata(invoice: Record) -> Record:
    links = {"invoicer_view_url": link("", f"/invoice/s/{invoice['id']}")["href"]}
    if invoice["status"] not in ("DRAFT", "SCHEDULED"):
        links["recipient_view_url"] = link("", view_path(invoice))["href"]
    return {**invoice["metadata"], "created_by_flow": "REGULAR_SINGLE", **links}


def _money_list(invoice: Record, name: str, total: str) -> dict[str, Any]:
    """Payments or refunds with their sum; PayPal leaves both out while there are none."""
    rows = invoice[name]
    if not rows:
        return {}
    currency = invoice["detail"]["currency_code"]
    return {name: {total: amounts.write(currency, bill_figures.summed(rows)), "transactions": rows}}


def _links(invoice: Record) -> list[Link]:
    at = f"{API}/{invoice['id']}"
    links = [link("self", at)]
    status = invoice["status"]
    if status == "DRAFT":
        links += [link("send", f"{at}/send", "POST"), link("replace", at, "PUT")]
    if status in bill_figures.OPEN:
        links += [link(deed, f"{at}/{deed}", "POST") for deed in ("remind", "cancel", "payments")]
    if invoice["payments"] and status not in ("REFUNDED", "MARKED_AS_REFUNDED"):
        links.append(link("record-refund", f"{at}/refunds", "POST"))
    if status in ("DRAFT", "SCHEDULED", "CANCELLED"):
        links.append(link("delete", at, "DELETE"))
    return links
