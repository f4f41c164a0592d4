"""9: a peak day that made the whole rental dear, and dollars whatever the car's currency."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from exodrive.bookings import queries, transitions
from exodrive.bookings.reservation import offers, ordering
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.ledger.models import Entry
from exodrive.payments import tree, wishes
from exodrive.payments.states import Purpose
from exodrive.pricing.price import LineKind
from tests import paper, rental
from tests.domain.bookings.test_holding import hold
from tests.domain.bookings.test_ordering import details

pytestmark = pytest.mark.usefixtures("house")


def test_the_peak_price_is_for_the_peak_days_alone() -> None:
    """One day that matched made every day of the rental a peak day."""
    offer = rental.offer()  # Thursday to Thursday: two of seven days are of the weekend
    rate = offer.car.daily_price
    base = next(line for line in offer.price.lines if line.kind is LineKind.RENTAL)
    assert base.amount.amount == 7 * rate
    surcharges = [
        line.amount.amount
        for line in offer.price.lines
        if line.kind is LineKind.RENTAL and line is not base and line.amount.amount > 0
    ]
    assert surcharges == [2 * rate * 15 // 100]


def test_the_currency_is_the_cars() -> None:
    """It was fixed to dollars, on the page, at PayPal and in the books."""
    with transaction():
        fleet.car("calder-brake").currency = "EUR"
    at = clock.now()
    counter = offers.desk(houses.house(), houses.rulebook(at), currencies={"EUR"}, at=at)
    offer = offers.make(fleet.car("calder-brake"), rental.offer().journey, desk=counter, at=at)
    booking_id = hold(offer)
    booking = queries.by_id(booking_id)
    assert (booking.currency, booking.total_money.currency, booking.deposit_money.currency) == ("EUR",) * 3
    with transaction():
        form = details(booking_id, agreed_total=booking.total_money)
        ordering.place_order(booking_id, form, desk=counter, at=at)
    paper.answer(booking_id)
    paper.approve(booking_id)
    paper.answer(booking_id)
    paper.sign(booking_id)
    with transaction():
        transitions.lock(booking_id)
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        wishes.capture(payment, amount=payment.money, at=clock.now())
    paper.answer(booking_id)
    assert set(session().scalars(select(Entry.currency))) == {"EUR"}
