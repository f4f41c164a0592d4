"""PayPal: tokens, Orders v2, Payments v2, Invoicing v2, webhooks, and the pages on which a payer pays.

Facts: https://developer.paypal.com/docs/api/orders/v2/, .../payments/v2/, .../invoicing/v2/ and
.../webhooks/v1/.
"""

from __future__ import annotations

from flask import Flask

from exodrive.simulators.paypal import (
    approval,
    authorizations,
    bill_money,
    bill_page,
    bills,
    by_hand,
    captures,
    errors,
    orders,
    pages,
    refunds,
    sdk,
    tokens,
    transmission,
    webhooks,
)
from exodrive.simulators.world import World

PREFIX = "/paypal"
APIS = (
    orders.api,
    authorizations.api,
    captures.api,
    refunds.api,
    bills.api,
    bill_money.api,
    webhooks.api,
)
for _api in APIS:
    _api.before_request(tokens.require_bearer)
    errors.attach(_api)


def attach(app: Flask, world: World) -> None:
    """Serve PayPal under its prefix and carry its events."""
    transmission.attach(world)
    authorizations.attach(world)
    bills.attach(world)
    for api in APIS:
        app.register_blueprint(api, url_prefix=PREFIX)
    browsed = (approval.pages, bill_page.pages, pages.pages, by_hand.pages)
    for open_part in (tokens.api, transmission.api, sdk.api, *browsed):
        app.register_blueprint(open_part, url_prefix=PREFIX)
