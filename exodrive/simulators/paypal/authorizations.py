"""Authorizations: show, reauthorize, void, and how they grow old.

https://developer.paypal.com/docs/api/payments/v2/ and
https://developer.paypal.com/docs/checkout/standard/customize/authorization-honor/
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint
from flask.typing import ResponseReturnValue

from exodrive.simulators.paypal import amounts, events
from exodrive.simulators.paypal.errors import unprocessable
from exodrive.simulators.paypal.ledger import (
    ALIVE,
    AUTHORIZATION,
    CAPTURE,
    age,
    authorization_document,
    load,
    new,
    save,
)
from exodrive.simulators.paypal.requesting import (
    PAYMENTS_LIFETIME,
    json_body,
    preferred,
    remember,
    replayed,
    wants_representation,
)
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import read_time, spell
from exodrive.simulators.world import World, world

api = Blueprint("paypal_authorizations", __name__)

HONOUR = timedelta(days=3)  # within it the money is sure; from day 4 on it may be reauthorized
VALID = timedelta(days=29)
SWEPT = timedelta(days=1)  # PayPal voids what expired some time later, and says so by webhook


def attach(here: World) -> None:
    here.agenda.on("paypal.sweep", _sweep)


def open_hold(order: Record) -> None:
    """Authorize an approved order: the payer's money is held."""
    now = world().clock.now()
    unit = order["purchase_units"][0]
    authorization = new(
        AUTHORIZATION,
        order_id=order["id"],
        parent_id=None,
        status="PENDING" if order["funding"] == "review" else "CREATED",
        amount={name: unit["amount"][name] for name in ("currency_code", "value")},
        invoice_id=unit.get("invoice_id"),
        custom_id=unit.get("custom_id"),
        expiration_time=spell(now + VALID),
    )
    world().agenda.add("paypal.sweep", authorization["id"], at=now + VALID + SWEPT)
    events.authorization_changed("PAYMENT.AUTHORIZATION.CREATED", authorization)


def invoice_used(invoice_id: str) -> bool:
    """Whether a payment was made under this invoice number before."""
    store = world().store
    return bool(
        store.find(AUTHORIZATION, invoice_id=invoice_id) or store.find(CAPTURE, invoice_id=invoice_id)
    )


def expired(authorization: Record) -> bool:
    return world().clock.now() >= read_time(authorization["expiration_time"])


def _sweep(authorization_id: str) -> None:
    """Void a hold that expired with money still on it. A partly captured one ends the same way."""
    authorization = world().store.get(AUTHORIZATION, authorization_id)
    if authorization and authorization["status"] in (*ALIVE, "PENDING"):
        void(authorization)
        events.authorization_changed("PAYMENT.AUTHORIZATION.VOIDED", authorization)


@api.get("/v2/payments/authorizations/<authorization_id>")
def show(authorization_id: str) -> ResponseReturnValue:
    return authorization_document(load(AUTHORIZATION, authorization_id, "authorization_id"))


@api.post("/v2/payments/authorizations/<authorization_id>/reauthorize")
def reauthorize(authorization_id: str) -> ResponseReturnValue:
    """Once, of the original, from day 4 on: a new id with a new honour period, within the same 29 days."""
    original = load(AUTHORIZATION, authorization_id, "authorization_id")
    if made := replayed("authorizations.reauthorize"):
        return preferred(authorization_document(load(AUTHORIZATION, made, "authorization_id"))), 201
    amount = json_body().get("amount")
    _check_reauthorizable(original)
    asked = amounts.read(amount, "/amount") if amount else amounts.read(original["amount"], "/amount")
    currency, held = original["amount"]["currency_code"], amounts.number(original["amount"])
    if asked[0] != currency:
        raise unprocessable("AUTH_CURRENCY_MISMATCH", "/amount/currency_code", asked[0])
    if asked[1] > amounts.most_capturable(currency, held):
        raise unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED", "/amount/value", str(asked[1]))
    inherited = {name: original[name] for name in ("order_id", "invoice_id", "custom_id", "expiration_time")}
    made_now = new(
        AUTHORIZATION, parent_id=original["id"], status="CREATED", amount=amounts.write(*asked), **inherited
    )
    swept_at = read_time(original["expiration_time"]) + SWEPT
    world().agenda.add("paypal.sweep", made_now["id"], at=swept_at)
    remember("authorizations.reauthorize", made_now["id"], PAYMENTS_LIFETIME)
    events.authorization_changed("PAYMENT.AUTHORIZATION.CREATED", made_now)
    return preferred(authorization_document(made_now)), 201


def _check_reauthorizable(original: Record) -> None:
    if original["parent_id"]:
        raise unprocessable("REAUTHORIZATION_NOT_SUPPORTED")
    if original["status"] == "VOIDED":
        raise unprocessable("AUTHORIZATION_VOIDED")
    if original["status"] in ("CAPTURED", "PARTIALLY_CAPTURED"):
        raise unprocessable("AUTHORIZATION_ALREADY_CAPTURED")
    if original["status"] not in ALIVE:
        raise unprocessable("TRANSACTION_REFUSED")
    if expired(original):
        raise unprocessable("AUTHORIZATION_EXPIRED")
    if age(original) < HONOUR:
        raise unprocessable("REAUTHORIZATION_TOO_SOON")
    # PayPal's guide says several times, its schema and its sandbox say once: the stricter reading holds here.
    if world().store.find(AUTHORIZATION, parent_id=original["id"]):
        raise unprocessable("REAUTHORIZATION_NOT_SUPPORTED")


@api.post("/v2/payments/authorizations/<authorization_id>/void")
def void_hold(authorization_id: str) -> ResponseReturnValue:
    authorization = load(AUTHORIZATION, authorization_id, "authorization_id")
    if not replayed("authorizations.void"):
        _check_voidable(authorization)
        let_go(authorization)
        remember("authorizations.void", authorization_id, PAYMENTS_LIFETIME)
    if wants_representation():
        return authorization_document(load(AUTHORIZATION, authorization_id, "authorization_id")), 200
    return "", 204


def let_go(authorization: Record) -> None:
    """End a hold, and its renewal with it."""
    for one in [*world().store.find(AUTHORIZATION, parent_id=authorization["id"]), authorization]:
        if one["status"] not in ("VOIDED", "CAPTURED"):
            void(one)
            events.authorization_changed("PAYMENT.AUTHORIZATION.VOIDED", one)


def _check_voidable(authorization: Record) -> None:
    if authorization["parent_id"]:
        raise unprocessable("CANNOT_BE_VOIDED")
    if authorization["status"] in ("VOIDED", "DENIED"):
        raise unprocessable("PREVIOUSLY_VOIDED")
    if authorization["status"] == "CAPTURED":
        raise unprocessable("PREVIOUSLY_CAPTURED")


def void(authorization: Record) -> None:
    authorization["status"] = "VOIDED"
    save(AUTHORIZATION, authorization)


def review(authorization: Record, *, accepted: bool) -> None:
    """PayPal's review of a pending authorization ends. There is no event for a denial but VOIDED."""
    authorization["status"] = "CREATED" if accepted else "DENIED"
    save(AUTHORIZATION, authorization)
    name = "PAYMENT.AUTHORIZATION.CREATED" if accepted else "PAYMENT.AUTHORIZATION.VOIDED"
    events.authorization_changed(name, authorization)
