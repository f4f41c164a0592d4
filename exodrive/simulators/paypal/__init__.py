"""PayPal: tokens, Orders v2, Payments v2, webhooks, and the page on which a payer approves.

Facts: https://developer.paypal.com/docs/api/orders/v2/, .../payments/v2/ and .../webhooks/v1/.
"""

from __future__ import annotations

from flask import Flask

from exodrive.simulators.paypal import (
    approval,
    authorizations,
    captures,
    errors,
    orders,
    pages,
    refunds,
    tokens,
    transmission,
    webhooks,
)
from exodrive.simulators.world import World

PREFIX = "/paypal"
APIS = (orders.api, authorizations.api, captures.api, refunds.api, webhooks.api)
for _api in APIS:
    _api.before_request(tokens.require_bearer)
    errors.attach(_api)


def attach(app: Flask, world: World) -> None:
    """Serve PayPal under its prefix and carry its events."""
    transmission.attach(world)
    authorizations.attach(world)
    for api in APIS:
        app.register_blueprint(api, url_prefix=PREFIX)
    for open_part in (tokens.api, transmission.api, approval.pages, pages.pages):
        app.register_blueprint(open_part, url_prefix=PREFIX)
