"""What rivals get wrong about who has the car when: looked at in search only, and by one clock for all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from exodrive.availability.occupancies import CarTaken
from exodrive.bookings import transitions
from exodrive.bookings.reservation import finding, offers
from exodrive.bookings.reservation.offers import Journey
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.payments import tree, wishes
from exodrive.payments.states import Purpose
from tests import paper, rental
from tests.domain.bookings.test_holding import hold, moved

pytestmark = pytest.mark.usefixtures("house")
NEW_YORK = ZoneInfo("America/New_York")


def test_an_overlap_is_refused_at_booking_and_not_only_left_out_of_search() -> None:
    """Both looked before either booked: the search had shown the car to both."""
    mine, yours = rental.offer(), rental.offer()
    hold(mine)
    with pytest.raises(CarTaken):
        hold(yours)


def test_a_fully_paid_rental_blocks_its_car() -> None:
    """The list of states that block left out the very one in which everything was paid."""
    booking_id = paper.confirmed()
    with transaction():
        transitions.lock(booking_id)
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        wishes.capture(payment, amount=payment.money, at=clock.now())
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
    _is_blocked()


def test_a_car_that_is_out_blocks_too() -> None:
    paper.on_rent()
    _is_blocked()


def _is_blocked() -> None:
    offer = rental.offer()
    found = finding.free(offer.journey, desk=rental.desk(), at=clock.now())
    assert "aurelia-gt" not in {each.car.slug for each in found}
    with pytest.raises(CarTaken):
        hold(offer)


def test_adjacent_rentals_do_not_collide() -> None:
    """An end that counted as taken made the next rental impossible."""
    offer = rental.offer()
    hold(offer)
    hold(moved(offer, by=offer.period.ends_at - offer.period.starts_at))


def days_at(zone: str, out: datetime, back: datetime) -> int:
    """How many days the price counts at a place with this clock."""
    place = houses.place("rockville")
    place.time_zone = zone
    request = offers.request_for(fleet.car("aurelia-gt"), Journey(place, place, out, back))
    return offers.price_of(request, rental.desk()).days


def test_a_rental_is_counted_by_the_clock_at_its_place() -> None:
    """One time zone served all places. The clocks of New York are put back on the third night."""
    out = datetime(2027, 11, 5, 10, tzinfo=NEW_YORK)
    back = datetime(2027, 11, 8, 10, tzinfo=NEW_YORK)
    assert back.astimezone(UTC) - out.astimezone(UTC) == timedelta(hours=73)
    assert days_at("America/New_York", out, back) == 3
    assert days_at("Asia/Tokyo", out, back) == 4


@pytest.mark.parametrize(("month", "day"), [(3, 12), (11, 5)])
def test_three_days_over_a_change_of_the_clocks_are_three_days(month: int, day: int) -> None:
    """The hour that was lost or doubled cost a day, or gave one away."""
    out = datetime(2027, month, day, 10, tzinfo=NEW_YORK)
    back = datetime(2027, month, day + 3, 10, tzinfo=NEW_YORK)
    assert days_at("America/New_York", out, back) == 3
    assert days_at("America/New_York", out, back + timedelta(minutes=29)) == 3
    assert days_at("America/New_York", out, back + timedelta(minutes=30)) == 4
