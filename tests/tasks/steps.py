"""How far a rental has come through the workers, and what the providers have of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import select

from exodrive.bookings import queries
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.wanted import Wanted
from exodrive.contracts import issuing
from exodrive.kernel import clock
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.notifications import messages
from exodrive.payments import tree
from exodrive.payments.models import Operation
from exodrive.payments.plan import StepKind
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from exodrive.providers.paypal import PayPal
from tests import rental
from tests.drain import drain
from tests.tasks.wire import Wire


def ordered(slug: str = "aurelia-gt", *, days_ahead: int = 10) -> UUID:
    booking_id = rental.hold(slug, days_ahead=days_ahead)
    rental.order(booking_id)
    drain()
    return booking_id


def paid(slug: str = "aurelia-gt", *, days_ahead: int = 10, funding: str | None = None) -> UUID:
    booking_id = ordered(slug, days_ahead=days_ahead)
    rental.approve(booking_id, funding=funding)
    drain()
    return booking_id


def confirmed(slug: str = "aurelia-gt", *, days_ahead: int = 10, funding: str | None = None) -> UUID:
    booking_id = paid(slug, days_ahead=days_ahead, funding=funding)
    rental.sign(sign_url(booking_id))
    with transaction():
        issuing.signer_returned(booking_id)
    drain()
    return booking_id


def sign_url(booking_id: UUID) -> str:
    with transaction():
        contract = issuing.current(booking_id)
        assert contract is not None
        assert contract.sign_url is not None
        return contract.sign_url


def deposit_held(booking_id: UUID) -> None:
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    drain()
    rental.approve(booking_id, Purpose.DEPOSIT)
    drain()


def due(booking_id: UUID, kind: StepKind, pass_time: Callable[[timedelta], None]) -> UUID:
    """Let the moment of a step of the rental's plan come; returns the step's id."""
    with transaction():
        rows = tree.of_booking(booking_id)[Purpose.RENTAL].steps
        (step,) = [row for row in rows if row.kind == kind and row.state == "planned"]
        due_at, step_id = step.due_at, step.id
    pass_time(due_at - clock.now() + timedelta(seconds=1))
    return step_id


def change_seats(booking_id: UUID, count: int) -> Money:
    """The renter takes so many seats for children; returns the price by then."""
    at = clock.now()
    with transaction():
        impact = changing.preview(booking_id, Wanted(extras={"child-seat": count}), at=at)
        token = change_tokens.sign(impact, secret=rental.KEY, by_staff=False, at=at)
    with transaction():
        changing.agree(booking_id, token, secret=rental.KEY, by=CUSTOMER, at=at)
    with transaction():
        return queries.by_id(booking_id).total_money


def operations(booking_id: UUID, purpose: Purpose = Purpose.RENTAL) -> list[tuple[str, str]]:
    """(kind, state) of every call to PayPal, in order."""
    with transaction():
        payment = tree.of_booking(booking_id)[purpose]
        rows = session().scalars(
            select(Operation).where(Operation.payment_id == payment.id).order_by(Operation.id)
        )
        return [(row.kind, row.state) for row in rows]


def at_paypal(wire: Wire, booking_id: UUID, purpose: Purpose = Purpose.RENTAL) -> dict[str, list[Any]]:
    """What PayPal has of a payment's last order: authorizations, captures and refunds, as (status, value)."""
    gateway = factory.payment_gateway()
    assert isinstance(gateway, PayPal)
    with transaction():
        paypal_id = tree.of_booking(booking_id)[purpose].orders[-1].paypal_id
    shown = gateway.show_order(paypal_id)
    return {
        kind: [(row.status, row.amount.amount) for row in getattr(shown, kind)]
        for kind in ("authorizations", "captures", "refunds")
    }


def mailbox(wire: Wire, booking_id: UUID) -> list[str]:
    """The letters about a booking that lie in the sandbox's mailbox, by their template, sorted."""
    with transaction():
        known = {row.provider_id: row.template for row in messages.of_booking(booking_id)}
        subjects = {row.subject for row in messages.of_booking(booking_id)}
    page = requests.get(f"{wire.target}/resend/mailbox", timeout=60).text
    in_box = [template for provider_id, template in known.items() if provider_id and provider_id in page]
    assert all(page.count(provider_id) >= 1 for provider_id in known if provider_id)
    assert subjects
    return sorted(in_box)
