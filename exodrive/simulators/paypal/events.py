"""PayPal's webhook events: one envelope around the resource as it was when it happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from exodrive.simulators.paypal import bill_records
from exodrive.simulators.paypal.ledger import (
    authorization_document,
    capture_document,
    order_document,
    refund_document,
)
from exodrive.simulators.paypal.names import link, new_id
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import spell_finely
from exodrive.simulators.world import world

EVENT = "paypal.event"
SUMMARIES = {
    "CHECKOUT.ORDER.APPROVED": "An order has been approved by buyer",
    "CHECKOUT.ORDER.COMPLETED": "Checkout Order Completed",
    "PAYMENT.AUTHORIZATION.CREATED": "A payment authorization was created",
    "PAYMENT.AUTHORIZATION.VOIDED": "A payment authorization was voided",
    "PAYMENT.CAPTURE.COMPLETED": "Payment completed",
    "PAYMENT.CAPTURE.PENDING": "Payment pending",
    "PAYMENT.CAPTURE.DENIED": "A payment capture was denied",
    "PAYMENT.CAPTURE.REFUNDED": "A payment capture was refunded",
    "INVOICING.INVOICE.CREATED": "An invoice has been created.",
    "INVOICING.INVOICE.UPDATED": "An invoice has been updated.",
    "INVOICING.INVOICE.SCHEDULED": "An invoice has been scheduled.",
    "INVOICING.INVOICE.PAID": "An invoice is paid, partially paid, or payment is made and is pending.",
    "INVOICING.INVOICE.REFUNDED": "An invoice is refunded.",
    "INVOICING.INVOICE.CANCELLED": "An invoice is cancelled.",
}

Hearing = AbstractContextManager[None]
_lost: ContextVar[bool] = ContextVar("lost", default=False)


@contextmanager
def lost() -> Iterator[None]:
    """The events of what happens inside are kept and never sent, unless somebody sends them again."""
    before = _lost.set(True)
    try:
        yield
    finally:
        _lost.reset(before)


def order_changed(event_type: str, order: Record) -> None:
    _emit(event_type, "checkout-order", order_document(order))


def authorization_changed(event_type: str, authorization: Record) -> None:
    _emit(event_type, "authorization", authorization_document(authorization))


def capture_changed(event_type: str, capture: Record) -> None:
    _emit(event_type, "capture", capture_document(capture))


def refunded(refund: Record) -> None:
    """The resource is the refund; the capture is its link `up`."""
    _emit("PAYMENT.CAPTURE.REFUNDED", "refund", refund_document(refund))


def invoice_changed(event_type: str, invoice: Record) -> None:
    """The resource holds the invoice under a name of its own."""
    _emit(event_type, "invoices", {"invoice": bill_records.document(invoice)})


def invent(event_type: str) -> None:
    """An event of a type that PayPal does not have yet, about nothing in particular."""
    _emit(event_type, "future", {"id": new_id(), "status": "INVENTED"})


def _emit(event_type: str, resource_type: str, resource: Record) -> None:
    here = world()
    event_id = f"WH-{new_id()}-{new_id()}"
    at = f"/v1/notifications/webhooks-events/{event_id}"
    event = {
        "id": event_id,
        "event_version": "1.0",
        "create_time": spell_finely(here.clock.now()),
        "resource_type": resource_type,
        "resource_version": "2.0",
        "event_type": event_type,
        "summary": SUMMARIES.get(event_type, "Something new happened"),
        "resource": resource,
        "links": [link("self", at), link("resend", f"{at}/resend", "POST")],
    }
    here.store.put(EVENT, event_id, event)
    if not _lost.get():
        send(event)


def send(event: Record) -> None:
    """Put an event on its way, for the first time or again."""
    body = json.dumps(event, separators=(",", ":")).encode()
    world().courier.queue("paypal", event_id=event["id"], event_type=event["event_type"], body=body)
