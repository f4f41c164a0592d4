"""OAuth: client id and secret against a bearer token that lives nine hours.

https://developer.paypal.com/api/rest/authentication/
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal.errors import Refused
from exodrive.simulators.timekeeping import read_time, spell
from exodrive.simulators.world import world

api = Blueprint("paypal_tokens", __name__)

LIFETIME = timedelta(seconds=32400)
SCOPE = (
    "https://uri.paypal.com/services/payments/payment/authcapture"
    " https://uri.paypal.com/services/payments/refund https://uri.paypal.com/services/applications/webhooks"
)


@api.post("/v1/oauth2/token")
def issue() -> ResponseReturnValue:
    """PayPal hands the same token out again while it lives, with the seconds that are left of it."""
    settings, given = world().settings, request.authorization
    expected = (settings.paypal_client_id, settings.paypal_client_secret)
    if not given or given.type != "basic" or (given.username, given.password) != expected:
        return {"error": "invalid_client", "error_description": "Client Authentication failed"}, 401
    if request.form.get("grant_type") != "client_credentials":
        return {"error": "unsupported_grant_type", "error_description": "Grant Type is NULL or unknown"}, 400
    token, left = _live_token()
    return {
        "scope": SCOPE,
        "access_token": token,
        "token_type": "Bearer",
        "app_id": "APP-80W284485P519543T",
        "expires_in": int(left.total_seconds()),
        "nonce": f"{spell(world().clock.now())}{secrets.token_urlsafe(24)}",
    }


def _live_token() -> tuple[str, timedelta]:
    here = world()
    now = here.clock.now()
    kept = here.store.get("paypal.token", "live")
    left = read_time(kept["expires_at"]) - now if kept else timedelta()
    if kept and timedelta() < left <= LIFETIME:
        return kept["token"], left
    token = "A21AA" + secrets.token_urlsafe(60)
    here.store.put("paypal.token", "live", {"token": token, "expires_at": spell(now + LIFETIME)})
    return token, LIFETIME


def require_bearer() -> None:
    """Refuse an API call without the live token."""
    here = world()
    kept = here.store.get("paypal.token", "live")
    given = request.headers.get("Authorization", "").partition(" ")
    right = (
        kept is not None
        and given[0].lower() == "bearer"
        and hmac.compare_digest(given[2].encode(), kept["token"].encode())
        and here.clock.now() < read_time(kept["expires_at"])
    )
    if not right:
        raise Refused(401)
