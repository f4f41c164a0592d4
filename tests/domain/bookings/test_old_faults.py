"""What the first ExoDrive got wrong, by number: those that the domain keeps from coming back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from exodrive.availability.models import Occupancy
from exodrive.availability.occupancies import CarTaken
from exodrive.bookings import finding, offers, ordering, queries, transitions
from exodrive.bookings.ordering import PriceChanged
from exodrive.bookings.states import State
from exodrive.fleet import queries as fleet
from exodrive.invoicing import issuing as invoices
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.kernel.outbox import Event
from exodrive.ledger.models import Entry
from exodrive.payments import tree, wishes
from exodrive.payments.models import Operation, Payment
from exodrive.payments.states import Purpose
from exodrive.pricing.price import LineKind
from tests import paper, rental
from tests.domain.bookings.test_holding import hold, moved
from tests.domain.bookings.test_ordering import details, order

pytestmark = pytest.mark.usefixtures("house")


def test_old_fault_1_overlapping_dates_meet_whatever_their_ends() -> None:
    """Its lock held the exact dates, so that other dates took another lock."""
    offer = rental.offer()
    hold(offer)
    shorter = replace(
        offer, period=replace(offer.period, ends_at=offer.period.starts_at + timedelta(hours=5))
    )
    for other in (shorter, moved(offer, by=timedelta(days=1)), moved(offer, by=timedelta(minutes=-30))):
        with pytest.raises(CarTaken):
            hold(other)
    assert session().scalar(select(func.count()).select_from(Occupancy)) == 1


def test_old_fault_2_the_price_is_ours_and_not_the_browsers() -> None:
    booking_id = rental.hold()
    with pytest.raises(PriceChanged):
        order(booking_id, details(booking_id, agreed_total=Money(1_00, "USD")))
    order(booking_id)
    (wanted,) = tree.of_booking(booking_id)[Purpose.RENTAL].operations
    assert wanted.amount == queries.by_id(booking_id).total


def test_old_fault_2_nothing_is_asked_of_paypal_for_a_booking_that_was_not_written() -> None:
    """Its money was held before a booking existed, and stayed held when writing it failed."""
    booking_id = rental.hold()
    form = details(booking_id)
    with pytest.raises(RuntimeError):
        _order_and_fail(booking_id, form)
    for table in (Payment, Operation):
        assert session().scalar(select(func.count()).select_from(table)) == 0
    assert session().scalars(select(Event).where(Event.name == "payment.wanted")).all() == []


def _order_and_fail(booking_id, form) -> None:  # type: ignore[no-untyped-def]
    with transaction():
        ordering.place_order(booking_id, form, desk=rental.desk(), at=clock.now())
        raise RuntimeError("the database went away")


def test_old_fault_6_search_car_page_booking_and_invoice_count_the_same_days(at: datetime) -> None:
    """It counted days in three ways, and had three prices."""
    offer = rental.offer()
    found = next(
        each
        for each in finding.free(offer.journey, desk=rental.desk(), at=at)
        if each.car.slug == "aurelia-gt"
    )
    again = offers.make(offer.car, offer.journey, desk=rental.desk(), at=at)
    booking_id = paper.returned()
    rental.settle(booking_id)
    paper.answer(booking_id)
    session().expire_all()
    booked = queries.by_id(booking_id).agreed
    assert {found.price.days, again.price.days, booked.days} == {7}
    assert found.price.total == again.price.total == booked.total
    invoice = invoices.of_booking(booking_id)
    assert invoice is not None
    assert [line[2] for line in invoice.lines] == [line.amount.amount for line in booked.lines]


@pytest.mark.parametrize("reached", [paper.awaiting_signature, paper.confirmed])
def test_old_fault_7_a_capture_moves_money_and_no_booking(reached) -> None:  # type: ignore[no-untyped-def]
    """It made a booking upcoming without a signed agreement."""
    booking_id = reached()
    before = rental.state(booking_id)
    with transaction():
        transitions.lock(booking_id)
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        wishes.capture(payment, amount=payment.money, at=clock.now())
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
    assert rental.state(booking_id) == before


def test_old_fault_8_a_booking_gets_past_its_agreement() -> None:
    """A status of its code was not in its database's list; here every state of a whole rental is written."""
    seen = []
    booking_id = rental.hold()
    seen.append(rental.state(booking_id))
    rental.order(booking_id)
    paper.answer(booking_id)
    seen.append(rental.state(booking_id))
    paper.approve(booking_id)
    paper.answer(booking_id)
    seen.append(rental.state(booking_id))
    paper.sign(booking_id)
    seen.append(rental.state(booking_id))
    assert seen == ["held", "awaiting_payment", "awaiting_signature", "confirmed"]
    assert set(seen) <= set(State)


def test_old_fault_9_the_peak_price_is_for_the_peak_days_alone() -> None:
    """It priced the whole rental as peak if one day matched."""
    offer = rental.offer()  # Thursday to Thursday: two of seven days are of the weekend
    rate = offer.car.daily_price
    weekend = [
        line for line in offer.price.lines if line.code not in ("rental", "base") and line.amount.amount > 0
    ]
    base = next(line for line in offer.price.lines if line.kind is LineKind.RENTAL)
    assert base.amount.amount == 7 * rate
    surcharges = [line.amount.amount for line in weekend if line.kind is LineKind.RENTAL and line is not base]
    assert surcharges == [2 * rate * 15 // 100]


def test_old_fault_9_the_currency_is_the_cars(house: Flask) -> None:
    """It was fixed to dollars."""
    with transaction():
        car = fleet.car("calder-brake")
        car.currency = "EUR"
    counter = offers.desk(
        rental.houses.house(), rental.houses.rulebook(clock.now()), currencies={"EUR"}, at=clock.now()
    )
    journey = rental.offer().journey
    offer = offers.make(fleet.car("calder-brake"), journey, desk=counter, at=clock.now())
    booking_id = hold(offer)
    booking = queries.by_id(booking_id)
    assert (booking.currency, booking.total_money.currency, booking.deposit_money.currency) == ("EUR",) * 3
    with transaction():
        form = details(booking_id, agreed_total=booking.total_money)
        ordering.place_order(booking_id, form, desk=counter, at=clock.now())
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
