"""API tokens in words: what each scope allows, how a token stands."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.accounts import tokens
from exodrive.accounts.models import ApiToken
from exodrive.accounts.scopes import Kind, Scope
from exodrive.blueprints.states import Shown

KIND_WORDS: dict[Kind, LazyString] = {
    Kind.STAFF: _l("The house’s own program"),
    Kind.PARTNER: _l("A partner"),
}

SCOPE_WORDS: dict[str, LazyString] = {
    Scope.BOOKINGS_READ: _l("See bookings"),
    Scope.BOOKINGS_WRITE: _l("Make, move on and cancel bookings"),
    Scope.BOOKINGS_MANAGE: _l("Decide as a manager: waivers, the house’s fault, larger discounts"),
    Scope.PAYMENTS_WRITE: _l("Capture, release and refund money"),
    Scope.INVOICES_WRITE: _l("Issue invoices"),
    Scope.BOOKS_READ: _l("Read the books"),
    Scope.CONTRACTS_WRITE: _l("Send agreements again"),
    Scope.MESSAGES_WRITE: _l("Write to renters"),
    Scope.CUSTOMERS_READ: _l("See customers"),
    Scope.CARS_READ: _l("See cars, with VIN and plate"),
    Scope.CARS_WRITE: _l("Show, hide and withdraw cars"),
    Scope.PARTNER_BOOK: _l("Book for its own customers"),
    Scope.PARTNER_READ: _l("See what it booked"),
}

LIVES: dict[int, LazyString] = {30: _l("30 days"), 90: _l("90 days"), 365: _l("A year")}

WORKS = Shown("go", "circle-check", _l("Works"))
REVOKED = Shown("idle", "ban", _l("Revoked"))
ENDED = Shown("idle", "clock-off", _l("Ended"))
MAKER_LEFT = Shown("stop", "user-off", _l("Its maker may less now"))


def standing(token: ApiToken, *, at: datetime) -> Shown:
    """Whether a token opens anything, and why not."""
    if token.revoked_at is not None:
        return REVOKED
    if at >= token.expires_at:
        return ENDED
    return WORKS if tokens.works(token, at=at) else MAKER_LEFT
