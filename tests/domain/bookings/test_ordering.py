"""From the hold to the order: what is refused, what is promised, what is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.availability import occupancies
from exodrive.availability.models import Occupancy
from exodrive.availability.rules import OccupancyKind, Period
from exodrive.bookings import queries
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import finding, ordering
from exodrive.bookings.reservation.drivers import CannotRent, DriverDetails, NotEligible, TooManyDrivers
from exodrive.bookings.reservation.ordering import HoldEnded, OrderDetails, PolicyNotAccepted, PriceChanged
from exodrive.customers.models import Customer, DoNotRent
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.kernel.outbox import Event
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.pricing.price import LineKind
from tests import rental

pytestmark = pytest.mark.usefixtures("house")


def details(booking_id: UUID, **changes: Any) -> OrderDetails:
    """A form as the page would send it, agreeing to the price of what it asks for."""
    place = houses.place("rockville")
    plain = OrderDetails(
        renter=rental.renter(),
        agreed_total=Money(0, "USD"),
        accepted=True,
        pickup_place=place,
        return_place=place,
    )
    form = replace(plain, **changes)
    if "agreed_total" in changes:
        return form
    offer = ordering.reprice(
        queries.by_id(booking_id),
        pickup_place=form.pickup_place,
        return_place=form.return_place,
        extras=form.extras,
        additional_drivers=len(form.additional),
        desk=rental.desk(),
    )
    return replace(form, agreed_total=offer.price.total)


def order(booking_id: UUID, form: OrderDetails | None = None, *, at: datetime | None = None) -> None:
    form = form or details(booking_id)
    with transaction():
        ordering.place_order(booking_id, form, desk=rental.desk(), at=at or clock.now())


def fresh(booking_id: UUID) -> Booking:
    """The booking as the database has it."""
    session().expire_all()
    return queries.by_id(booking_id)


def events(booking_id: UUID) -> list[str]:
    return list(
        session().scalars(select(Event.name).where(Event.subject_id == booking_id).order_by(Event.id))
    )


def young(**changes: Any) -> DriverDetails:
    return rental.renter(born_on=date(clock.now().year - 20, 1, 1), **changes)


def second(**changes: Any) -> DriverDetails:
    return rental.renter(
        **{"name": "Noah Okafor", "email": "noah@okafor.example", "licence_number": "O-1", **changes}
    )


def test_an_order_is_written_whole(at: datetime) -> None:
    booking_id = rental.hold()
    order(booking_id)
    booking = fresh(booking_id)
    assert booking.state == "awaiting_payment"
    assert booking.expires_at == at + timedelta(minutes=60)
    assert booking.ordered_at == at
    assert booking.policies == houses.rulebook(at).versions
    assert booking.customer is not None
    assert booking.customer.email == "maya@okafor.example"
    assert [driver.licence_number for driver in booking.drivers] == ["O215660118204"]
    payment = tree.of_booking(booking_id)[Purpose.RENTAL]
    assert payment.money == booking.total_money
    assert [row.kind for row in payment.operations] == ["create_order"]
    assert events(booking_id) == ["booking.ordered", "payment.wanted"]
    assert [entry.action for entry in audit.trail(booking_id)] == ["booking.ordered", "booking.held"]


def test_the_same_form_sent_twice_is_one_order() -> None:
    booking_id = rental.hold()
    form = details(booking_id)
    order(booking_id, form)
    order(booking_id, form)
    assert events(booking_id).count("booking.ordered") == 1
    assert len(tree.of_booking(booking_id)[Purpose.RENTAL].operations) == 1


def test_a_hold_that_has_ended_is_not_ordered(at: datetime) -> None:
    booking_id = rental.hold()
    with pytest.raises(HoldEnded):
        order(booking_id, at=at + timedelta(minutes=15))
    assert rental.state(booking_id) == "held"
    order(booking_id, at=at + timedelta(minutes=14, seconds=59))


def test_policies_are_accepted_or_there_is_no_order() -> None:
    booking_id = rental.hold()
    with pytest.raises(PolicyNotAccepted):
        order(booking_id, details(booking_id, accepted=False))
    assert rental.state(booking_id) == "held"


def test_a_total_that_nobody_agreed_to_is_not_charged() -> None:
    booking_id = rental.hold()
    total = fresh(booking_id).total_money
    for wrong in (Money(1, "USD"), total - Money(1, "USD"), total + Money(1, "USD")):
        with pytest.raises(PriceChanged) as raised:
            order(booking_id, details(booking_id, agreed_total=wrong))
        assert raised.value.total == total
    assert rental.state(booking_id) == "held"


def test_a_price_that_was_shown_is_kept_though_the_car_becomes_dearer() -> None:
    booking_id = rental.hold()
    total = fresh(booking_id).total_money
    with transaction():
        fleet.car("aurelia-gt").daily_price *= 2
    order(booking_id, details(booking_id, agreed_total=total))
    assert fresh(booking_id).total_money == total


def test_extras_make_a_new_price_from_the_day_that_was_promised() -> None:
    booking_id = rental.hold()
    before = fresh(booking_id).agreed
    with transaction():
        fleet.car("aurelia-gt").daily_price *= 2
    order(booking_id, details(booking_id, extras={"child-seat": 2}))
    after = fresh(booking_id)
    assert after.agreed.rental == before.rental
    assert after.extras == {"child-seat": 2}
    seats = [line.amount.amount for line in after.agreed.lines if line.kind is LineKind.EXTRA]
    assert seats == [2 * 15_00 * before.days]
    assert after.total == after.agreed.total.amount > before.total.amount


def test_every_reason_of_every_driver_is_named_at_once() -> None:
    booking_id = rental.hold()
    form = details(
        booking_id,
        renter=young(licence_until=clock.now().date(), insured_until=None),
        additional=(second(born_on=date(clock.now().year - 20, 1, 1)), second(licence_number="O-2")),
    )
    with pytest.raises(NotEligible) as raised:
        order(booking_id, form)
    found = {at: [code for _, code, _ in reasons] for at, reasons in raised.value.reasons.items()}
    assert found == {0: ["too_young", "licence_ends", "insurance_missing"], 1: ["too_young"]}


@pytest.mark.parametrize(
    "row",
    [
        {"email": "maya@okafor.example"},
        {"licence_number": "O215660118204"},
    ],
)
@pytest.mark.parametrize("position", [0, 1])
def test_the_do_not_rent_list_is_neutral(row: dict[str, str], position: int) -> None:
    """By address or licence, however typed, for each driver; and the words say nothing of the reason."""
    booking_id = rental.hold()
    with transaction():
        session().add(DoNotRent(id=new_id(), reason="Left a car in a lake", created_at=clock.now(), **row))
    listed = rental.renter(email=" MAYA@okafor.example", licence_number="o 215-660 118-204")
    drivers = (listed, second()) if position == 0 else (second(), listed)
    with pytest.raises(CannotRent) as raised:
        order(booking_id, details(booking_id, renter=drivers[0], additional=drivers[1:]))
    assert "lake" not in str(raised.value)
    assert rental.state(booking_id) == "held"


def test_two_more_drivers_and_not_three() -> None:
    booking_id = rental.hold()
    more = tuple(second(licence_number=f"O-{number}") for number in range(3))
    with pytest.raises(TooManyDrivers):
        order(booking_id, details(booking_id, additional=more))
    order(booking_id, details(booking_id, additional=more[:2]))
    booking = fresh(booking_id)
    assert [driver.position for driver in booking.drivers] == [0, 1, 2]
    assert any(line.kind is LineKind.DRIVER for line in booking.agreed.lines)


def place_of(booking_id: UUID) -> Period:
    row = session().scalars(select(Occupancy).where(Occupancy.booking_id == booking_id)).one()
    return occupancies.as_period(row.period)


def test_delivery_takes_more_of_the_car_and_another_tax() -> None:
    booking_id = rental.hold()
    before, period = fresh(booking_id).agreed, place_of(booking_id)
    dulles = houses.place("dulles")
    order(
        booking_id,
        details(booking_id, pickup_place=dulles, return_place=dulles, delivery_address="Hangar 4"),
    )
    booking = fresh(booking_id)
    assert place_of(booking_id) == Period(
        period.starts_at - timedelta(hours=1), period.ends_at + timedelta(hours=1)
    )
    trips = [line.amount.amount for line in booking.agreed.lines if line.kind is LineKind.DELIVERY]
    assert trips == [150_00, 150_00]
    # Virginia taxes the days alone, at another rate than Maryland.
    assert booking.agreed.tax.amount == round(before.rental.amount * 0.10)
    assert booking.agreed.tax != before.tax
    assert (booking.pickup_place.slug, booking.delivery_address) == ("dulles", "Hangar 4")


def test_delivery_that_has_no_time_is_refused_and_the_hold_stays() -> None:
    first = rental.offer()
    booking_id = rental.hold()
    with transaction():
        occupancies.occupy(
            first.car.id,
            Period(first.period.ends_at, first.period.ends_at + timedelta(hours=4)),
            kind=OccupancyKind.MAINTENANCE,
            at=clock.now(),
        )
    dulles = houses.place("dulles")
    with pytest.raises(occupancies.CarTaken):
        order(booking_id, details(booking_id, return_place=dulles))
    assert rental.state(booking_id) == "held"
    order(booking_id)


def test_a_customer_who_comes_again_is_the_same_customer() -> None:
    for slug in ("aurelia-gt", _another_car()):
        booking_id = rental.hold(slug)
        order(booking_id, details(booking_id, renter=rental.renter(email=" Maya@Okafor.example ")))
    assert session().query(Customer).count() == 1


def _another_car() -> str:
    return next(car.slug for car in finding.cars() if car.slug != "aurelia-gt")


def test_who_is_refused_once_can_send_better_details(house: Flask) -> None:
    booking_id = rental.hold()
    with pytest.raises(NotEligible):
        order(booking_id, details(booking_id, renter=young()))
    order(booking_id)
    assert rental.state(booking_id) == "awaiting_payment"
    assert len(fresh(booking_id).drivers) == 1


def test_an_outage_keeps_the_place_for_a_day_from_the_order(at: datetime) -> None:
    booking_id = rental.hold()
    order(booking_id)
    for later in (timedelta(minutes=5), timedelta(minutes=50)):
        with transaction():
            ordering.payment_delayed(booking_id, outage=timedelta(days=1), at=at + later)
    booking = fresh(booking_id)
    assert booking.payment_delayed
    assert booking.expires_at == at + timedelta(days=1)
    assert [entry.action for entry in audit.trail(booking_id)].count("booking.payment_delayed") == 1
