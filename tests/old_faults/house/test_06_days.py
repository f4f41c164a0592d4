"""6: three ways to count the days of a rental, and so three prices of one booking."""

from __future__ import annotations

from datetime import datetime

import pytest

from exodrive.bookings import queries
from exodrive.bookings.reservation import finding, offers
from exodrive.invoicing import issuing as invoices
from exodrive.kernel.db import session
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")


def test_search_car_page_booking_and_invoice_count_the_same_days(at: datetime) -> None:
    """One counted nights, one calendar days, one hours."""
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


def test_the_snapshot_that_was_agreed_is_never_worked_out_anew() -> None:
    """A second reckoning, however careful, is a second price: the car has become dearer meanwhile."""
    booking_id = paper.confirmed()
    before = queries.by_id(booking_id).agreed
    queries.by_id(booking_id).car.daily_price *= 3
    session().flush()
    session().expire_all()
    assert queries.by_id(booking_id).agreed == before
