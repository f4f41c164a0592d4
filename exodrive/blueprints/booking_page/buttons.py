"""PayPal's own buttons on the page, beside the link to PayPal: who has script may approve without leaving.

The script comes from PayPal's own address, in the sandbox from the simulator's, and is allowed on this page
alone. It is told the order that a worker has made, and never makes one: amount and currency are in our rows.
https://developer.paypal.com/sdk/js/reference/
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, url_for
from flask.typing import ResponseReturnValue

from exodrive.blueprints import security_headers
from exodrive.blueprints.booking_page import standing
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.blueprints.booking_page.steps import PayStep
from exodrive.bookings.states import State
from exodrive.config import Settings
from exodrive.kernel import clock
from exodrive.kernel.db import transaction

LIVE_SCRIPT = "https://www.paypal.com/sdk/js"
LIVE_SOURCES = ("https://*.paypal.com", "https://*.paypalobjects.com")


@dataclass(frozen=True, slots=True)
class Buttons:
    """What the page's own script needs: PayPal's script, and whom to ask and where to go of ours."""

    script: str
    order: str
    back: str
    cancelled: str


@booking_page.get("/paypal/order")
def paypal_order(secret: str) -> ResponseReturnValue:
    """The order that the payer can approve now, as PayPal's script wants to know it; 409 if there is none."""
    with transaction(one_moment=True):
        order = standing.load(whose(secret), secret, at=clock.now()).order
    return ({"id": order.paypal_id}, 200) if order is not None else ({"id": None}, 409)


@booking_page.app_template_global("paypal_buttons")
def of(found: Standing) -> Buttons | None:
    """The buttons for the order that can be approved now; None where this house has none."""
    settings: Settings = current_app.config["SETTINGS"]
    address = _script(settings)
    if not address or found.order is None:
        return None
    asked = {
        "client-id": settings.paypal.client_id,
        "currency": found.booking.currency,
        "intent": "authorize",
        "components": "buttons",
    }
    return Buttons(
        script=f"{address}?{urlencode(asked)}",
        order=url_for("booking_page.paypal_order", secret=found.secret),
        back=url_for("booking_page.paypal_return", secret=found.secret),
        cancelled=url_for("booking_page.paypal_cancel", secret=found.secret),
    )


def let_in(response: Response, found: Standing) -> Response:
    """Allow PayPal's script where the page shows its buttons, or may by the next look."""
    if _may_pay(found) and (sources := _sources(current_app.config["SETTINGS"])):
        security_headers.let_paypal_in(response, sources)
    return response


def _may_pay(found: Standing) -> bool:
    if found.state is State.AWAITING_PAYMENT:
        return True
    return found.deposit_open and found.deposit_step is not PayStep.DONE


def _script(settings: Settings) -> str:
    """PayPal's address, for its own sandbox too; the simulator's; none where another stands between."""
    if _is_paypals(settings):
        return LIVE_SCRIPT
    return f"{settings.paypal.base_url}/sdk/js" if settings.sandbox else ""


def _sources(settings: Settings) -> tuple[str, ...]:
    if _is_paypals(settings):
        return LIVE_SOURCES
    address = urlsplit(settings.paypal.base_url)
    return (f"{address.scheme}://{address.netloc}",) if settings.sandbox else ()


def _is_paypals(settings: Settings) -> bool:
    return (urlsplit(settings.paypal.base_url).hostname or "").endswith(".paypal.com")
