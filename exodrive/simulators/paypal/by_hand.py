"""What the house's staff do in PayPal's own pages, past the API: capture, void, refund.

The house hears of it by webhook, unless that is lost; then only reading PayPal's side can find it.
"""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import amounts, authorizations, captures, events, refunds
from exodrive.simulators.paypal.ledger import ALIVE, AUTHORIZATION, CAPTURE, captured, family, refunded
from exodrive.simulators.store import Record
from exodrive.simulators.world import world

pages = Blueprint("paypal_by_hand", __name__)

REFUNDABLE = ("COMPLETED", "PARTIALLY_REFUNDED")


@pages.post("/payments/authorizations/<key>/capture-by-hand")
def capture(key: str) -> ResponseReturnValue:
    hold = _found(AUTHORIZATION, key, ALIVE)
    left = amounts.number(hold["amount"]) - captured(hold)
    value = _typed(left, hold["amount"]["currency_code"])
    with _heard():
        captures.by_hand(hold, value)
    return redirect("/paypal/payments", 303)


@pages.post("/payments/authorizations/<key>/void-by-hand")
def void(key: str) -> ResponseReturnValue:
    hold = _found(AUTHORIZATION, key, ALIVE)
    with _heard():
        authorizations.let_go(next(one for one in family(hold) if one["parent_id"] is None))
    return redirect("/paypal/payments", 303)


@pages.post("/payments/captures/<key>/refund-by-hand")
def refund(key: str) -> ResponseReturnValue:
    taken = _found(CAPTURE, key, REFUNDABLE)
    left = amounts.number(taken["amount"]) - refunded(taken)
    value = _typed(left, taken["amount"]["currency_code"])
    with _heard():
        refunds.by_hand(taken, value)
    return redirect("/paypal/payments", 303)


def _found(kind: str, key: str, states: tuple[str, ...]) -> Record:
    record = world().store.get(kind, key)
    if record is None:
        abort(404)
    if record["status"] not in states:
        abort(409)
    return record


def _typed(left: Decimal, currency: str) -> Decimal:
    """How much: what was typed, or all that is left."""
    typed = request.form.get("amount", "").replace(",", "").strip()
    if typed and (len(typed) > amounts.LONGEST_VALUE or not amounts.VALUE.fullmatch(typed)):
        abort(422)
    value = Decimal(typed) if typed else left
    if not 0 < value <= left or value != amounts.rounded(currency, value):
        abort(422)
    return value


def _heard() -> events.Hearing:
    """Whether the house is told."""
    return events.lost() if "lost" in request.form else nullcontext()
