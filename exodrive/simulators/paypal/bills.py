"""Invoicing v2: draft, show, change, send, remind, cancel, delete, search.

https://developer.paypal.com/docs/api/invoicing/v2/
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import bill_figures, bill_rules, events
from exodrive.simulators.paypal.bill_records import (
    API,
    INVOICE,
    document,
    load,
    new_id,
    save,
    view_path,
    with_number,
)
from exodrive.simulators.paypal.errors import Refused, unprocessable
from exodrive.simulators.paypal.names import PAYEE, link
from exodrive.simulators.paypal.requesting import json_body, text, wants_representation
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time, spell
from exodrive.simulators.world import World, world

api = Blueprint("paypal_bills", __name__)

SCHEDULED_TASK = "paypal.invoice_day"
REPLACEABLE = ("invoicer", "primary_recipients", "additional_recipients", "items")
LONGEST_SEARCHED_NUMBER = 25
LARGEST_PAGE = 100
NUMBER = re.compile(r"(?P<head>.*?)(?P<digits>[0-9]+)")


def attach(here: World) -> None:
    here.agenda.on(SCHEDULED_TASK, _day_has_come)


@api.post("/v2/invoicing/generate-next-invoice-number")
def next_number() -> ResponseReturnValue:
    return {"invoice_number": _next_number()}


def _next_number() -> str:
    """The last number counted on, in as many digits."""
    made = world().store.find(INVOICE)
    last = NUMBER.fullmatch(made[-1]["number"]) if made else None
    if last is None:
        return "0001"
    return f"{last['head']}{int(last['digits']) + 1:0{len(last['digits'])}}"


@api.post(API)
def create() -> ResponseReturnValue:
    body = json_body()
    bill_rules.check(body)
    number = body["detail"].get("invoice_number") or _next_number()
    if with_number(number):
        raise unprocessable("DUPLICATE_INVOICE_NUMBER", "/detail/invoice_number", number)
    now = spell(world().clock.now())
    invoice: Record = {
        "id": new_id(),
        "number": number,
        "status": "DRAFT",
        "sent_as": None,
        "payments": [],
        "refunds": [],
        "pending": [],
        "notices": [],
        "metadata": {"create_time": now, "created_by": PAYEE["email_address"]},
        **_kept(body, number),
    }
    save(invoice)
    events.invoice_changed("INVOICING.INVOICE.CREATED", invoice)
    at = f"{API}/{invoice['id']}"
    return (document(invoice) if wants_representation() else link("self", at)), 201


def _kept(body: dict[str, Any], number: str) -> Record:
    """What the house says of an invoice, with what PayPal fills in."""
    today = world().clock.now().date().isoformat()
    return {
        "detail": {
            "invoice_date": today,
            "payment_term": {"term_type": "DUE_ON_RECEIPT"},
            **{name: value for name, value in body["detail"].items() if name != "metadata"},
            "invoice_number": number,
        },
        "configuration": body.get("configuration") or {"partial_payment": {"allow_partial_payment": False}},
        **{name: body[name] for name in REPLACEABLE if name in body},
    }


@api.get(f"{API}/<invoice_id>")
def show(invoice_id: str) -> ResponseReturnValue:
    return document(load(invoice_id))


@api.put(f"{API}/<invoice_id>")
def change(invoice_id: str) -> ResponseReturnValue:
    """Replaces what the house says; what was paid, and the number, stay."""
    invoice = load(invoice_id)
    body = json_body()
    bill_rules.check(body)
    if invoice["status"] not in ("DRAFT", "SCHEDULED", "SENT", "UNPAID"):
        raise unprocessable("CANNOT_UPDATE_INVOICE")
    invoice.update(_kept(body, invoice["number"]))
    save(invoice)
    events.invoice_changed("INVOICING.INVOICE.UPDATED", invoice)
    return document(invoice)


@api.delete(f"{API}/<invoice_id>")
def delete(invoice_id: str) -> ResponseReturnValue:
    invoice = load(invoice_id)
    if invoice["status"] not in ("DRAFT", "SCHEDULED", "CANCELLED"):
        raise unprocessable("CANNOT_DELETE_INVOICE")
    world().store.delete(INVOICE, invoice_id)
    return "", 204


@api.post(f"{API}/<invoice_id>/send")
def send(invoice_id: str) -> ResponseReturnValue:
    """Sends a draft, or schedules it for its day. Sending once more has no effect."""
    invoice = load(invoice_id)
    notice = _notice()
    if invoice["status"] == "CANCELLED":
        raise unprocessable("INVOICE_CANCELED_ALREADY")
    day = invoice["detail"]["invoice_date"]
    if invoice["status"] == "DRAFT" and day > world().clock.now().date().isoformat():
        invoice.update(status="SCHEDULED", scheduled=notice)
        save(invoice)
        world().agenda.add(SCHEDULED_TASK, invoice_id, at=read_time(day))
        events.invoice_changed("INVOICING.INVOICE.SCHEDULED", invoice)
        return {"links": [link("self", f"{API}/{invoice_id}")]}, 202
    if invoice["status"] in ("DRAFT", "SCHEDULED"):
        _sent(invoice, notice)
    return link("payer-view", view_path(invoice))


def _day_has_come(invoice_id: str) -> None:
    invoice = world().store.get(INVOICE, invoice_id)
    if invoice is not None and invoice["status"] == "SCHEDULED":
        _sent(invoice, invoice["scheduled"])


def _sent(invoice: Record, notice: Record) -> None:
    """By mail where there is an address and the house wants it, else as a link to be shared."""
    now = spell(world().clock.now())
    mailed = notice["send_to_recipient"] and any(
        (recipient.get("billing_info") or {}).get("email_address")
        for recipient in invoice.get("primary_recipients") or []
    )
    invoice["sent_as"] = invoice["status"] = "SENT" if mailed else "UNPAID"
    invoice["metadata"] |= {
        "first_sent_time": now,
        "last_sent_time": now,
        "last_sent_by": PAYEE["email_address"],
    }
    if mailed:
        _note(invoice, "Invoice", notice)
    save(invoice)
    events.invoice_changed("INVOICING.INVOICE.UPDATED", invoice)


@api.post(f"{API}/<invoice_id>/remind")
def remind(invoice_id: str) -> ResponseReturnValue:
    invoice = load(invoice_id)
    notice = _notice()
    if invoice["status"] not in bill_figures.OPEN:
        raise unprocessable("CANNOT_REMIND_INVOICE")
    _note(invoice, "Reminder", notice)
    invoice["metadata"]["last_sent_time"] = spell(world().clock.now())
    save(invoice)
    return "", 204


@api.post(f"{API}/<invoice_id>/cancel")
def cancel(invoice_id: str) -> ResponseReturnValue:
    invoice = load(invoice_id)
    notice = _notice()
    issues = {
        "DRAFT": "CANNOT_CANCEL_DRAFT_INVOICE",
        "SCHEDULED": "CANNOT_CANCEL_SCHEDULED_INVOICE",
        "CANCELLED": "INVOICE_CANCELED_ALREADY",
        **dict.fromkeys(
            ("PARTIALLY_PAID", "PAYMENT_PENDING", "PAID", "MARKED_AS_PAID"), "CANNOT_CANCEL_PAID_INVOICE"
        ),
        **dict.fromkeys(
            ("PARTIALLY_REFUNDED", "REFUNDED", "MARKED_AS_REFUNDED"), "CANNOT_CANCEL_REFUNDED_INVOICE"
        ),
    }
    if issue := issues.get(invoice["status"]):
        raise unprocessable(issue)
    invoice["status"] = "CANCELLED"
    invoice["metadata"] |= {
        "cancel_time": spell(world().clock.now()),
        "cancelled_by": PAYEE["email_address"],
    }
    _note(invoice, "Cancellation", notice)
    save(invoice)
    events.invoice_changed("INVOICING.INVOICE.CANCELLED", invoice)
    return "", 204


def _notice() -> Record:
    """What PayPal is to write to the recipient. Raises Refused."""
    body = json_body()
    for name in ("subject", "note"):
        if len(str(body.get(name, ""))) > 4000:
            raise Refused(400, "INVALID_STRING_MAX_LENGTH", field=f"/{name}", location="body")
        text(body, name, 4000)
    return {"send_to_recipient": True, **body}


def _note(invoice: Record, kind: str, notice: Record) -> None:
    """Keep what PayPal wrote, to be shown on the page; this PayPal has no mail of its own."""
    if notice["send_to_recipient"]:
        at = spell(world().clock.now())
        words = {name: notice.get(name, "") for name in ("subject", "note")}
        invoice["notices"].append({"kind": kind, "at": at, **words})


@api.post("/v2/invoicing/search-invoices")
def search() -> ResponseReturnValue:
    """Newest first. A number is found by any part of it, and items are left out, as in a list for people."""
    body = json_body()
    if len(str(body.get("invoice_number", ""))) > LONGEST_SEARCHED_NUMBER:
        raise Refused(400, "INVALID_STRING_MAX_LENGTH", field="/invoice_number", location="body")
    page, size = _paging()
    found = [one for one in reversed(world().store.find(INVOICE)) if _asked_for(one, body)]
    shown = found[(page - 1) * size : page * size]
    totals: Record = {}
    if request.args.get("total_required") == "true":
        totals = {"total_items": len(found), "total_pages": -(-len(found) // size)}
    return {
        **totals,
        "items": [{name: value for name, value in document(one).items() if name != "items"} for one in shown],
        "links": [link("self", "/v2/invoicing/search-invoices", "POST")],
    }


def _paging() -> tuple[int, int]:
    page = request.args.get("page", 1, type=int)
    size = request.args.get("page_size", 20, type=int)
    if page < 1 or size < 1:
        raise Refused(400, "INVALID_INTEGER_MIN_VALUE", field="page", location="query")
    if page > 1000 or size > LARGEST_PAGE:
        raise Refused(400, "INVALID_INTEGER_MAX_VALUE", field="page_size", location="query")
    return page, size


def _asked_for(invoice: Record, body: dict[str, Any]) -> bool:
    emails = [
        (recipient.get("billing_info") or {}).get("email_address")
        for recipient in invoice.get("primary_recipients") or []
    ]
    return (
        body.get("invoice_number", "") in invoice["number"]
        and body.get("reference", invoice["detail"].get("reference")) == invoice["detail"].get("reference")
        and invoice["status"] in (body.get("status") or [invoice["status"]])
        and ("recipient_email" not in body or body["recipient_email"] in emails)
    )
