"""Keys out and back: nothing missing, nothing backwards, everything written down."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.availability import occupancies
from exodrive.availability.models import Occupancy
from exodrive.availability.rules import OccupancyKind, Period
from exodrive.bookings import handover, queries, transitions
from exodrive.bookings.after_return import evidence
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.condition_models import POSITIONS, ReportKind
from exodrive.bookings.handover import (
    ADDITIONAL_DRIVERS,
    PICKUP_CHECKS,
    RETURN_CHECKS,
    Condition,
    NotReady,
    OdometerBackwards,
    PhotosClosed,
)
from exodrive.bookings.models import Booking, ChargeKind
from exodrive.bookings.reservation import drivers
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def hand_over(booking_id: UUID, *, odometer: int = 20_000, checks: tuple[str, ...] = PICKUP_CHECKS) -> None:
    with transaction():
        handover.hand_over(
            booking_id,
            Condition(odometer=odometer, fuel_eighths=8, checks=checks),
            by=rental.AGENT,
            at=clock.now(),
        )


def take_back(
    booking_id: UUID, *, odometer: int = 20_100, checks: tuple[str, ...] = RETURN_CHECKS, late: timedelta
) -> None:
    with transaction():
        handover.take_back(
            booking_id,
            Condition(odometer=odometer, fuel_eighths=8, checks=checks),
            charges=[],
            by=rental.AGENT,
            at=fresh(booking_id).return_at + late,
        )


def place_of(booking_id: UUID) -> Period:
    session().expire_all()
    row = session().scalars(select(Occupancy).where(Occupancy.booking_id == booking_id)).one()
    return occupancies.as_period(row.period)


def test_all_that_is_missing_is_named_at_once() -> None:
    booking_id = paper.confirmed()
    with pytest.raises(NotReady) as raised:
        hand_over(booking_id, checks=("identity",))
    assert raised.value.missing == [
        "deposit", "licence", "insurance", "second_key", *(f"photo_{position}" for position in POSITIONS),
    ]  # fmt: skip
    assert rental.state(booking_id) == "confirmed"


@pytest.mark.parametrize("left_out", PICKUP_CHECKS)
def test_each_check_keeps_the_keys_in_the_house(left_out: str) -> None:
    booking_id = paper.confirmed()
    paper.hold_deposit(booking_id)
    rental.photograph(booking_id, ReportKind.PICKUP)
    with pytest.raises(NotReady) as raised:
        hand_over(booking_id, checks=tuple(name for name in PICKUP_CHECKS if name != left_out))
    assert raised.value.missing == [left_out]


def test_every_other_driver_signs_before_the_keys() -> None:
    booking_id = paper.confirmed()
    paper.hold_deposit(booking_id)
    rental.photograph(booking_id, ReportKind.PICKUP)
    other = rental.renter(name="Noah Okafor", email="noah@okafor.example", licence_number="O-1")
    with transaction():
        booking = transitions.lock(booking_id)
        booking.drivers.append(drivers.kept(1, other))
    with pytest.raises(NotReady) as raised:
        hand_over(booking_id)
    assert raised.value.missing == [ADDITIONAL_DRIVERS]
    hand_over(booking_id, checks=(*PICKUP_CHECKS, ADDITIONAL_DRIVERS))
    assert rental.state(booking_id) == "on_rent"


def test_a_deposit_that_is_short_by_a_cent_is_no_deposit() -> None:
    booking_id = paper.confirmed()
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    paper.answer(booking_id)
    paper.approve(booking_id, paper.Purpose.DEPOSIT)
    paper.answer(booking_id, change=paper.smaller)
    assert not paper.deposit_is_held(booking_id)
    assert fresh(booking_id).attention == "amount_mismatch"


def test_a_manager_may_let_the_keys_go_for_a_reason_that_stays() -> None:
    booking_id = paper.confirmed()
    rental.photograph(booking_id, ReportKind.PICKUP)
    with pytest.raises(NotReady):
        hand_over(booking_id)
    with transaction():
        handover.waive_deposit(booking_id, reason="a guest of twenty years", by=rental.AGENT, at=clock.now())
    hand_over(booking_id)
    assert rental.state(booking_id) == "on_rent"
    waived = next(e for e in audit.trail(booking_id) if e.action == "deposit.waived")
    assert (waived.reason, waived.actor_name) == ("a guest of twenty years", "Ada Agent")


def test_without_a_signed_agreement_there_is_no_way_to_the_keys() -> None:
    booking_id = paper.awaiting_signature()
    paper.issue(booking_id)
    with pytest.raises(transitions.MoveImpossible):
        hand_over(booking_id)
    with pytest.raises(transitions.MoveImpossible), transaction():
        handover.waive_deposit(booking_id, reason="please", by=rental.AGENT, at=clock.now())


def test_the_odometer_never_runs_backwards() -> None:
    booking_id = paper.confirmed()
    paper.hold_deposit(booking_id)
    rental.photograph(booking_id, ReportKind.PICKUP)
    before = fresh(booking_id).car.odometer
    with pytest.raises(OdometerBackwards) as raised:
        hand_over(booking_id, odometer=before - 1)
    assert raised.value.least == before
    hand_over(booking_id, odometer=20_000)
    rental.photograph(booking_id, ReportKind.RETURN)
    with pytest.raises(OdometerBackwards) as raised:
        take_back(booking_id, odometer=19_999, late=timedelta())
    assert raised.value.least == 20_000
    take_back(booking_id, odometer=20_000, late=timedelta())
    assert fresh(booking_id).car.odometer == 20_000


def test_a_page_from_before_is_told_so() -> None:
    booking_id = paper.on_rent()
    with pytest.raises(Stale), transaction():
        handover.take_back(
            booking_id,
            Condition(20_000, 8, RETURN_CHECKS),
            charges=[],
            by=rental.AGENT,
            at=clock.now(),
            version=1,
        )


def test_a_photo_can_be_taken_again_while_the_report_is_a_draft() -> None:
    booking_id = paper.confirmed()
    rental.photograph(booking_id, ReportKind.PICKUP)
    rental.photograph(booking_id, ReportKind.PICKUP)
    assert len(queries.reports(booking_id)["pickup"].photos) == len(POSITIONS)
    paper.hold_deposit(booking_id)
    hand_over(booking_id)
    with pytest.raises(PhotosClosed), transaction():
        handover.add_photo(booking_id, ReportKind.PICKUP, position="left", file_id=new_id(), at=clock.now())


def test_an_unknown_position_is_no_photo() -> None:
    booking_id = paper.confirmed()
    with pytest.raises(PhotosClosed), transaction():
        handover.add_photo(booking_id, ReportKind.PICKUP, position="roof", file_id=new_id(), at=clock.now())


def test_what_the_readings_cost_is_shown_by_the_dashboard_before_and_after() -> None:
    booking_id = paper.on_rent()
    rental.photograph(booking_id, ReportKind.RETURN)
    at = clock.now()
    with transaction():
        booking = transitions.lock(booking_id)
        driven = booking.car.odometer + 9_000
        lines = handover.proposed_charges(booking, odometer=driven, fuel_eighths=5, at=at)
        by_hand = ChargeLine(ChargeKind.CLEANING, Money(80_00, "USD"), note="Sand")
        handover.take_back(
            booking_id,
            Condition(odometer=driven, fuel_eighths=5, checks=RETURN_CHECKS),
            charges=[*lines, by_hand],
            by=rental.AGENT,
            at=at,
        )
    with transaction():
        rows = fresh(booking_id).charges
        shown = evidence.of_charges(booking_id, rows)
        photos = {kind: report.photos for kind, report in queries.reports(booking_id).items()}
    out, back = (
        next(photo.file_id for photo in photos[kind] if photo.position == "dashboard")
        for kind in ("pickup", "return")
    )
    pieces = {row.kind: [(one.before, one.file_id) for one in shown[row.id]] for row in rows}
    assert pieces == {"mileage": [(out, back)], "fuel": [(out, back)], "cleaning": []}


@pytest.mark.parametrize(
    ("late", "gone_after"),
    [
        (timedelta(hours=-20), timedelta(hours=-17)),  # early: time is given back
        (timedelta(), timedelta(hours=3)),
        (timedelta(hours=5), timedelta(hours=8)),  # late: the turnaround begins when the car is there
    ],
)
def test_the_turnaround_begins_when_the_car_is_back(late: timedelta, gone_after: timedelta) -> None:
    booking_id = paper.on_rent()
    rental.photograph(booking_id, ReportKind.RETURN)
    take_back(booking_id, late=late)
    booking = fresh(booking_id)
    assert place_of(booking_id) == Period(
        booking.pickup_at - timedelta(hours=1), booking.return_at + gone_after
    )


def test_a_late_car_takes_no_time_from_the_next_rental() -> None:
    booking_id = paper.on_rent()
    booking = fresh(booking_id)
    following = Period(booking.return_at + timedelta(hours=4), booking.return_at + timedelta(days=1))
    with transaction():
        occupancies.occupy(booking.car_id, following, kind=OccupancyKind.MAINTENANCE, at=clock.now())
    rental.photograph(booking_id, ReportKind.RETURN)
    take_back(booking_id, late=timedelta(hours=2))
    assert place_of(booking_id).ends_at == following.starts_at


def test_a_car_that_is_later_than_the_next_rental_still_comes_back() -> None:
    booking_id = paper.on_rent()
    booking = fresh(booking_id)
    following = Period(booking.return_at + timedelta(hours=4), booking.return_at + timedelta(days=1))
    with transaction():
        occupancies.occupy(booking.car_id, following, kind=OccupancyKind.MAINTENANCE, at=clock.now())
    rental.photograph(booking_id, ReportKind.RETURN)
    take_back(booking_id, late=timedelta(hours=9))
    assert rental.state(booking_id) == "returned"
    assert place_of(booking_id).ends_at == following.starts_at
