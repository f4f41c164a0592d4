"""2: a price that the browser named, and money held before there was a booking."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import func, select

from exodrive.bookings import queries, transitions
from exodrive.bookings.reservation import expiry, ordering
from exodrive.bookings.reservation.ordering import OrderDetails, PriceChanged
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.kernel.outbox import Event
from exodrive.payments import tree
from exodrive.payments.models import Operation, Payment
from exodrive.payments.states import Purpose
from tests import paper, rental
from tests.domain.bookings.test_ordering import details, order

pytestmark = pytest.mark.usefixtures("house")


def test_the_price_is_ours_and_not_the_browsers() -> None:
    """The amount came with the form and was charged."""
    booking_id = rental.hold()
    with pytest.raises(PriceChanged):
        order(booking_id, details(booking_id, agreed_total=Money(1_00, "USD")))
    order(booking_id)
    (wanted,) = tree.of_booking(booking_id)[Purpose.RENTAL].operations
    assert wanted.amount == queries.by_id(booking_id).total


def test_nothing_is_asked_of_paypal_before_the_price_is_agreed() -> None:
    """The hold on the card was made first, and the price checked after it."""
    booking_id = rental.hold()
    with pytest.raises(PriceChanged):
        order(booking_id, details(booking_id, agreed_total=Money(1_00, "USD")))
    assert _asked_of_paypal() == (0, 0, 0)


def test_nothing_is_asked_of_paypal_for_a_booking_that_was_not_written() -> None:
    """The money was held before a booking existed, and stayed held when writing it failed."""
    booking_id = rental.hold()
    with pytest.raises(RuntimeError):
        _order_and_fail(details(booking_id), booking_id)
    assert _asked_of_paypal() == (0, 0, 0)


def test_money_without_a_place_goes_straight_back() -> None:
    """What was held for a booking that is no more is let go, whatever the cause."""
    booking_id = paper.awaiting_payment()
    paper.approve(booking_id)
    with transaction():
        transitions.lock(booking_id).expires_at = clock.now()
    with transaction():
        expiry.expire_if_due(booking_id, at=clock.now())
    paper.answer(booking_id)
    assert rental.state(booking_id) == "expired"
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "voided"


def _asked_of_paypal() -> tuple[int, int, int]:
    events = session().scalars(select(Event).where(Event.name == "payment.wanted")).all()
    payments = session().scalar(select(func.count()).select_from(Payment)) or 0
    return payments, session().scalar(select(func.count()).select_from(Operation)) or 0, len(events)


def _order_and_fail(form: OrderDetails, booking_id: UUID) -> None:
    with transaction():
        ordering.place_order(booking_id, form, desk=rental.desk(), at=clock.now())
        raise RuntimeError("the database went away")
