"""Where the providers report: check on the raw bytes, store once, answer. Thinking is for the workers."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from exodrive.config import Settings
from exodrive.extensions import csrf, limiter
from exodrive.kernel import certificates, clock, envelopes, inbox
from exodrive.kernel.db import transaction
from exodrive.kernel.envelopes import Envelope, NoEnvelope
from exodrive.providers import signatures
from exodrive.providers.signatures import State, Verdict

webhooks = Blueprint("webhooks", __name__, url_prefix="/webhooks")

# What nobody has proved may be anybody's: PayPal's own messages have a tenth of this, and few of them come
# before their certificate is at hand. What is turned away here PayPal sends again for three days.
LARGEST_UNPROVED = 128 * 1024


def init_app(app: Flask) -> None:
    csrf.exempt(webhooks)
    app.register_blueprint(webhooks)


@webhooks.post("/paypal")
@limiter.limit("600 per minute")
def paypal() -> ResponseReturnValue:
    """PayPal's messages. One whose certificate is not at hand is stored unverified; a worker settles it."""
    body, envelope = _read("paypal")
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
    return _store("paypal", verdict, body, envelope)


@webhooks.post("/docuseal")
@limiter.limit("600 per minute")
def docuseal() -> ResponseReturnValue:
    body, envelope = _read("docuseal")
    secret = _settings().docuseal.webhook_secret
    if not secret:
        abort(404)
    verdict = signatures.docuseal(dict(request.headers), body, secret=secret, at=clock.real_now())
    return _store("docuseal", verdict, body, envelope)


@webhooks.post("/resend")
@limiter.limit("600 per minute")
def resend() -> ResponseReturnValue:
    body, envelope = _read("resend")
    secret = _settings().resend.webhook_secret
    if not secret:
        abort(404)
    verdict = signatures.resend(dict(request.headers), body, secret=secret, at=clock.real_now())
    return _store("resend", verdict, body, envelope)


def _read(provider: str) -> tuple[bytes, Envelope]:
    """The raw body, and how it names itself; 400 for what is no JSON object."""
    request.max_content_length = inbox.LARGEST
    body = request.get_data(cache=False)
    try:
        return body, envelopes.read(provider, _headers(), body)
    except NoEnvelope:
        abort(400)


def _store(provider: str, verdict: Verdict, body: bytes, envelope: Envelope) -> ResponseReturnValue:
    if verdict.state is State.REFUSED:
        abort(401)
    verified = verdict.state is State.VERIFIED
    if not verified:
        if len(body) > LARGEST_UNPROVED:
            abort(413)
        _unproved_one_more()
    with transaction():
        stored = inbox.store(
            provider=provider,
            # Anybody can claim an id: an unproved message must not stand in a genuine one's place.
            event_key=inbox.key_of(envelope.event_id if verified else None, body),
            event_type=inbox.type_of(envelope.event_type),
            headers=inbox.kept(_headers()),
            body=body,
            verified=verified,
            at=clock.real_now(),
        )
    return jsonify(stored=stored is not None), 200


@limiter.limit("60 per minute")
def _unproved_one_more() -> None:
    """Counts what is stored unproved; fewer of them than of proved ones."""


def _headers() -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers}


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
