"""Letters on the way to a confirmed booking: to pay, to sign, what to bring."""

from __future__ import annotations

from flask_babel import gettext as _

from exodrive.bookings import addenda, policy, signing
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.contracts import issuing as contracts
from exodrive.contracts.states import WAITING, ContractState
from exodrive.payments import operations, tree
from exodrive.payments.states import Purpose
from exodrive.rendering import formats, letter_facts, refusal_words
from exodrive.rendering.letters.case import Case, Context


def booking_received(case: Case) -> Context | None:
    if case.booking.state != State.AWAITING_PAYMENT:
        return None
    return _to_pay(case) | {"delayed": case.booking.payment_delayed}


def payment_link(case: Case) -> Context | None:
    return _to_pay(case) if case.booking.state == State.AWAITING_PAYMENT else None


def payment_declined(case: Case) -> Context | None:
    if case.booking.state != State.AWAITING_PAYMENT:
        return None
    return _to_pay(case) | declined_as(case, Purpose.RENTAL)


def payment_stuck(case: Case) -> Context | None:
    """PayPal refuses the house, not the payer."""
    return _to_pay(case) if case.booking.state == State.AWAITING_PAYMENT else None


def declined_as(case: Case, purpose: Purpose) -> Context:
    """What the payer can do about the last refusal of the rental or the deposit."""
    payment = tree.of_booking(case.booking.id).get(purpose)
    operation = operations.declined(payment) if payment is not None else None
    return refusal_words.to_payer(operation.code if operation else None)._asdict()


def _to_pay(case: Case) -> Context:
    facts = [*letter_facts.rental(case.booking), *letter_facts.price(case.booking)]
    return {"href": case.page_url, "until": case.until(), "facts": facts}


def payment_received(case: Case) -> Context | None:
    if case.booking.state != State.AWAITING_SIGNATURE:
        return None
    facts = [*letter_facts.rental(case.booking), *letter_facts.price(case.booking)]
    return {"href": case.page_url, "total": formats.money(case.booking.total_money), "facts": facts}


def sign_agreement(case: Case) -> Context | None:
    contract = signing.to_sign(case.booking)
    if contract is None or contract.state not in WAITING or contract.sign_url is None:
        return None
    return {
        "addendum": contract.number,
        "keys_wait": case.booking.state == State.CONFIRMED,
        "href": contract.sign_url,
        "until": case.moment(contract.expires_at),
        "facts": letter_facts.rental(case.booking),
    }


def agreement_declined_or_expired(case: Case) -> Context | None:
    """Not where a new agreement is under way already, or the booking has ended with the old one.

    After the signature it is about the addendum of the last change.
    """
    waits = case.booking.state == State.AWAITING_SIGNATURE
    contract = contracts.latest(case.booking.id) if waits else addenda.ended(case.booking)
    if contract is None or contract.state not in (ContractState.DECLINED, ContractState.EXPIRED):
        return None
    return {
        "addendum": contract.number,
        "keys_wait": case.booking.state == State.CONFIRMED,
        "href": case.page_url,
        "declined": contract.state == ContractState.DECLINED,
        "facts": letter_facts.rental(case.booking),
    }


def confirmed(case: Case) -> Context | None:
    booking = case.booking
    terms = policy.cancellation(booking.agreed, booking.pickup_at, at=case.at, rules=case.rules.cancellation)
    return {
        "href": case.page_url,
        "pickup": case.moment(booking.pickup_at),
        "free_until": case.moment(terms.free_until) if terms.free else "",
        "points": _to_bring(booking),
        "facts": [
            *letter_facts.rental(booking),
            *letter_facts.price(booking),
            letter_facts.mileage(booking, case.rules),
        ],
        "calendar_url": f"{case.page_url}/booking.ics",
    }


def _to_bring(booking: Booking) -> list[str]:
    points = [_("The licence of every driver, and another photo ID of yours")]
    points.append(_("Proof of your full-coverage insurance"))
    if booking.deposit:
        points.append(_("The PayPal account that holds the deposit: we mail you when it is time"))
    return points
