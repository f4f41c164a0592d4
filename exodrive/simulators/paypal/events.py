"""PayPal's webhook events: one envelope around the resource as it was when it happened."""

from __future__ import annotations

import json

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
}


def order_changed(event_type: str, order: Record) -> None:
    _emit(event_type, "checkout-order", order_document(order))


def authorization_changed(event_type: str, authorization: Record) -> None:
    _emit(event_type, "authorization", authorization_document(authorization))


def capture_changed(event_type: str, capture: Record) -> None:
    _emit(event_type, "capture", capture_document(capture))


def refunded(refund: Record) -> None:
    """The resource is the refund; the capture is its link `up`."""
    _emit("PAYMENT.CAPTURE.REFUNDED", "refund", refund_document(refund))


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
        "summary": SUMMARIES[event_type],
        "resource": resource,
        "links": [link("self", at), link("resend", f"{at}/resend", "POST")],
    }
    here.store.put(EVENT, event_id, event)
    send(event)


def send(event: Record) -> None:
    """Put an event on its way, for the first time or again."""
    body = json.dumps(event, separators=(",", ":")).encode()
    world().courier.queue("paypal", event_id=event["id"], event_type=event["event_type"], body=body)
