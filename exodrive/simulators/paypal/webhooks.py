"""Webhooks v1: the subscription, checking a signature, and the log of events.

https://developer.paypal.com/docs/api/webhooks/v1/
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import events, transmission
from exodrive.simulators.paypal.errors import Refused, invalid, not_found
from exodrive.simulators.paypal.events import EVENT
from exodrive.simulators.paypal.names import link
from exodrive.simulators.paypal.requesting import json_body
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time
from exodrive.simulators.world import world

api = Blueprint("paypal_webhooks", __name__)

CHECKED = ("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time", "webhook_id")
PAGE = 10
LARGEST_PAGE = 300


def _subscription() -> Record:
    here = world()
    at = f"/v1/notifications/webhooks/{here.settings.paypal_webhook_id}"
    return {
        "id": here.settings.paypal_webhook_id,
        "url": here.settings.webhooks_paypal,
        "event_types": [
            {"name": name, "description": text, "status": "ENABLED"}
            for name, text in events.SUMMARIES.items()
        ],
        "links": [link("self", at)],
    }


@api.get("/v1/notifications/webhooks")
def list_subscriptions() -> ResponseReturnValue:
    return {"webhooks": [_subscription()]}


@api.get("/v1/notifications/webhooks/<webhook_id>")
def show_subscription(webhook_id: str) -> ResponseReturnValue:
    if webhook_id != world().settings.paypal_webhook_id:
        raise not_found("webhook_id")
    return _subscription()


@api.post("/v1/notifications/verify-webhook-signature")
def verify() -> ResponseReturnValue:
    body = json_body()
    for name in (*CHECKED, "webhook_event"):
        if not body.get(name):
            raise invalid("MISSING_REQUIRED_PARAMETER", f"/{name}")
    raw = transmission.raw_member(request.get_data(as_text=True), "webhook_event")
    genuine = raw is not None and transmission.genuine(body, raw)
    return {"verification_status": "SUCCESS" if genuine else "FAILURE"}


@api.get("/v1/notifications/webhooks-events")
def list_events() -> ResponseReturnValue:
    """Newest first, `page_size` of them, narrowed by type, transaction and times."""
    found = [event for event in reversed(world().store.find(EVENT)) if _asked_for(event)]
    size = min(request.args.get("page_size", PAGE, type=int), LARGEST_PAGE)
    shown = found[: max(size, 1)]
    return {
        "events": shown,
        "count": len(shown),
        "links": [link("self", request.full_path[len("/paypal") :])],
    }


def _asked_for(event: Record) -> bool:
    asked: dict[str, Any] = request.args.to_dict()
    made = read_time(event["create_time"])
    try:
        return (
            asked.get("event_type", event["event_type"]) == event["event_type"]
            and asked.get("transaction_id") in (None, _subject(event))
            and ("start_time" not in asked or made >= read_time(asked["start_time"]))
            and ("end_time" not in asked or made <= read_time(asked["end_time"]))
        )
    except ValueError as error:
        raise Refused(400, "INVALID_PARAMETER_SYNTAX", field="start_time", location="query") from error


def _subject(event: Record) -> str:
    """The id of what an event is about: of the resource, or of the invoice inside it."""
    resource = event["resource"]
    return str(resource.get("invoice", resource)["id"])


@api.get("/v1/notifications/webhooks-events/<event_id>")
def show_event(event_id: str) -> ResponseReturnValue:
    return _load(event_id)


@api.post("/v1/notifications/webhooks-events/<event_id>/resend")
def resend(event_id: str) -> ResponseReturnValue:
    event = _load(event_id)
    events.send(event)
    return event, 202


def _load(event_id: str) -> Record:
    event = world().store.get(EVENT, event_id)
    if event is None:
        raise not_found("event_id")
    return event
