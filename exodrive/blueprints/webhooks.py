"""Where the providers report: check on the raw bytes, store once, answer. Thinking is for the workers."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Blueprint, Flask, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from exodrive.config import Settings
from exodrive.extensions import csrf, limiter
from exodrive.kernel import certificates, clock, inbox
from exodrive.kernel.db import transaction
from exodrive.providers import signatures
from exodrive.providers.signatures import State, Verdict

webhooks = Blueprint("webhooks", __name__, url_prefix="/webhooks")

LARGEST = 1024 * 1024
# What the check of a signature needs again later; nothing else of the headers is kept.
KEPT = ("paypal-", "x-docuseal-", "svix-")


def init_app(app: Flask) -> None:
    csrf.exempt(webhooks)
    app.register_blueprint(webhooks)


@webhooks.post("/paypal")
@limiter.limit("600 per minute")
def paypal() -> ResponseReturnValue:
    """PayPal's messages. One whose certificate is not at hand is stored unverified; a worker settles it."""
    body, event = _read()
    settings = _settings()
    if not settings.paypal.webhook_id:
        abort(404)
    with transaction():
        known = certificates.by_address()
    verdict = signatures.paypal(
        dict(request.headers),
        body,
        webhook_ids=[settings.paypal.webhook_id],
        trust=signatures.paypal_trust(settings.paypal.base_url, sandbox=settings.sandbox),
        certificates=known,
        at=clock.real_now(),
    )
    return _store("paypal", verdict, body, key=_text(event, "id"), kind=_text(event, "event_type"))


@webhooks.post("/docuseal")
@limiter.limit("600 per minute")
def docuseal() -> ResponseReturnValue:
    """DocuSeal's messages have no id: type, object and time stand for it, the same at each repetition."""
    body, event = _read()
    secret = _settings().docuseal.webhook_secret
    if not secret:
        abort(404)
    verdict = signatures.docuseal(dict(request.headers), body, secret=secret, at=clock.real_now())
    kind = _text(event, "event_type")
    data = event.get("data")
    subject = data.get("id") if isinstance(data, dict) else None
    return _store("docuseal", verdict, body, key=f"{kind}/{subject}/{_text(event, 'timestamp')}", kind=kind)


@webhooks.post("/resend")
@limiter.limit("600 per minute")
def resend() -> ResponseReturnValue:
    body, event = _read()
    secret = _settings().resend.webhook_secret
    if not secret:
        abort(404)
    verdict = signatures.resend(dict(request.headers), body, secret=secret, at=clock.real_now())
    return _store("resend", verdict, body, key=request.headers.get("svix-id", ""), kind=_text(event, "type"))


def _read() -> tuple[bytes, dict[str, Any]]:
    """The raw body, and what it says; 400 for what is no JSON object."""
    request.max_content_length = LARGEST
    body = request.get_data(cache=False)
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(event, dict):
        abort(400)
    return body, event


def _store(provider: str, verdict: Verdict, body: bytes, *, key: str, kind: str) -> ResponseReturnValue:
    if verdict.state is State.REFUSED:
        abort(401)
    verified = verdict.state is State.VERIFIED
    if not key or len(key) > 300 or len(kind) > 100:
        abort(400)
    if not verified:
        # Anybody can claim an id: an unproven message must not stand in a genuine one's place.
        key = f"unverified/{hashlib.sha256(body).hexdigest()}"
    headers = {name.lower(): value for name, value in request.headers if name.lower().startswith(KEPT)}
    with transaction():
        stored = inbox.store(
            provider=provider,
            event_key=key,
            event_type=kind,
            headers=headers,
            body=body,
            verified=verified,
            at=clock.real_now(),
        )
    return jsonify(stored=stored is not None), 200


def _text(event: dict[str, Any], name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
