"""A rental brought to a stage of its life, by everybody's own steps."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.models import Booking
from exodrive.contracts import issuing as contracts
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.payments.states import Purpose
from tests import rental
from tests.drain import drain


def reference(booking_id: UUID) -> str:
    with transaction():
        found = session().get(Booking, booking_id)
        assert found is not None
        return found.reference


def paid(*, days_ahead: int = 10) -> UUID:
    """Ordered and authorized: the agreement is on its way."""
    booking_id = rental.hold(days_ahead=days_ahead)
    rental.order(booking_id)
    drain()
    rental.approve(booking_id)
    drain()
    return booking_id


def confirmed(*, days_ahead: int = 10) -> UUID:
    booking_id = paid(days_ahead=days_ahead)
    sign(booking_id)
    return booking_id


def confirmed_for_tomorrow() -> UUID:
    """So near to its pick-up that cancelling costs something, on whatever day of the week the test runs."""
    booking_id = confirmed()
    with transaction():
        transitions.lock(booking_id).pickup_at = clock.now() + timedelta(hours=30)
    return booking_id


def sign(booking_id: UUID) -> None:
    with transaction():
        contract = contracts.current(booking_id)
        assert contract is not None
        assert contract.sign_url is not None
        sign_url = contract.sign_url
    rental.sign(sign_url)
    with transaction():
        contracts.signer_returned(booking_id)
    drain()


def deposit_held(booking_id: UUID) -> None:
    """The customer approves the deposit that was asked for."""
    rental.go_to_deposit(booking_id)
    drain()
    rental.approve(booking_id, Purpose.DEPOSIT)
    drain()
