"""Search, holds, sweeps, relay and webhooks find what is theirs by an index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.availability import occupancies
from exodrive.availability import queries as availability
from exodrive.availability.rules import Period
from exodrive.billing import queries as bills
from exodrive.bookings import changes, conflicts, transitions
from exodrive.bookings.after_return import late_charges
from exodrive.bookings.by_hand import deposit_release
from exodrive.bookings.deposit import deposits
from exodrive.bookings.models import Booking
from exodrive.bookings.money import settlement
from exodrive.bookings.reservation import expiry, finding, holding, offers, papers
from exodrive.bookings.reservation.offers import Desk, Journey
from exodrive.bookings.states import State
from exodrive.contracts import issuing as contracts
from exodrive.contracts import queries as contract_queries
from exodrive.contracts.models import Contract
from exodrive.customers import register
from exodrive.fleet import queries as fleet
from exodrive.fleet.wishes import Wishes
from exodrive.house import queries as houses
from exodrive.kernel import audit, clock, deliveries, kept_answers, outbox
from exodrive.kernel.db import session
from exodrive.notifications import messages
from exodrive.notifications.models import Message
from exodrive.payments import queries as payments
from exodrive.payments.models import Authorization, Capture, Order, Refund
from tests.filled import FilledHouse
from tests.plans.explained import watched

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(house: FilledHouse) -> Desk:
    at = clock.now()
    return offers.desk(houses.house(), houses.rulebook(at), currencies=fleet.currencies(), at=at)


def journey(days_ahead: int) -> Journey:
    place = houses.place("rockville")
    day = clock.now() + timedelta(days=days_ahead)
    while day.astimezone(place.zone).weekday() > 3:
        day += timedelta(days=1)
    pickup_at = day.astimezone(place.zone).replace(hour=11, minute=0, second=0, microsecond=0)
    return Journey(place, place, pickup_at, pickup_at + timedelta(days=1))


@pytest.mark.parametrize("days_ahead", [2, 9, 60])
def test_the_search_for_free_cars(desk: Desk, days_ahead: int) -> None:
    wanted, at = journey(days_ahead), clock.now()
    with watched() as watch:
        finding.free(wanted, desk=desk, at=at)
        finding.free(wanted, desk=desk, at=at, wishes=Wishes(category="sports"))
        finding.cars()
    assert watch.faults == []


def test_a_car_s_calendar_and_what_is_near(desk: Desk) -> None:
    car, wanted, at = fleet.car("aurelia-gt"), journey(9), clock.now()
    span = Period(at, at + timedelta(days=42))
    with watched() as watch:
        finding.calendar(car, first=at.date(), days=42, zone=desk.house.time_zone, desk=desk, at=at)
        finding.other_dates(car, wanted, desk=desk, at=at)
        finding.similar(car, wanted, desk=desk, at=at)
        availability.next_taken(car.id, after=at)
        availability.is_free(car.id, span)
        occupancies.overlapping(car.id, span)
    assert watch.faults == []


def test_a_hold_looks_for_what_is_in_its_way() -> None:
    car, at = fleet.car("aurelia-gt"), clock.now()
    with watched() as watch:
        expiry.clear(car.id, Period(at, at + timedelta(days=3)), at=at)
        holding.live_hold("somebody", at=at)
        holding.free_reference("EXD")
        register.ensure(email="guest-17@guests.example", name="", phone="", at=at)
        register.barred(email="guest-17@guests.example", licence_number="A1")
    assert watch.faults == []


SWEEPS: list[Callable[[datetime], object]] = [
    lambda at: expiry.overdue(at=at),
    lambda at: deposits.due(at=at),
    lambda at: payments.steps_due(at=at),
    lambda at: payments.take_unheard(before=at - timedelta(minutes=3), at=at),
    lambda at: payments.take_asked_again(before=at - timedelta(minutes=3), at=at),
    lambda at: contracts.waiting(before=at),
    lambda at: settlement.unfinished(at=at),
    lambda at: audit.seal(),
    lambda at: changes.due(at=at),
    lambda at: conflicts.late(at=at),
    lambda at: conflicts.overtaken(),
    lambda at: conflicts.over(),
    lambda at: deposit_release.due(at=at),
    lambda at: bills.reminders_due(at=at),
    lambda at: bills.take_unread(before=at - timedelta(hours=1), at=at),
    lambda at: papers.due(at=at),
    lambda at: kept_answers.sweep(at=clock.real_now()),
]


@pytest.mark.parametrize("sweep", SWEEPS)
@pytest.mark.parametrize("later", [timedelta(), timedelta(days=20)])
def test_a_sweep(sweep: Callable[[datetime], object], later: timedelta) -> None:
    with watched() as watch:
        sweep(clock.now() + later)
    assert watch.faults == []


def test_the_relay() -> None:
    with watched() as watch:
        deliveries.next_due_in()
        due = deliveries.due(limit=100)
        deliveries.claim(due[0][0])
        deliveries.take_back([due[1][0]])
    assert watch.faults == []


def test_a_letter_that_waits_for_more_is_found_by_its_booking() -> None:
    booking_id = session().scalars(select(Booking.id).where(Booking.state == State.RETURNED).limit(1)).one()
    for _ in range(3):  # at once, kept waiting, and joined
        with watched() as watch:
            outbox.gather(
                late_charges.ADDED, subject_id=booking_id, within=timedelta(minutes=10), into="charges",
                found=["1"],
            )  # fmt: skip
    assert watch.faults == []


def test_a_move_locks_one_booking() -> None:
    booking_id = session().scalars(select(Booking.id).where(Booking.state == State.ON_RENT).limit(1)).one()
    with watched() as watch:
        transitions.lock(booking_id)
    assert watch.faults == []


@pytest.mark.parametrize("node", [Order, Authorization, Capture, Refund])
def test_word_from_paypal_finds_its_payment(
    node: type[Order] | type[Authorization] | type[Capture] | type[Refund],
) -> None:
    known = session().scalars(select(node.paypal_id).limit(1)).one()
    with watched() as watch:
        assert payments.by_paypal_ids(["NOT-OURS", known]) is not None
    assert watch.faults == []


def test_word_from_docuseal_finds_its_agreement() -> None:
    contract_id: UUID = session().scalars(select(Contract.id).limit(1)).one()
    with watched() as watch:
        assert contract_queries.by_provider(17, [f"contract-{contract_id}"]) is not None
        contracts.booking_of(contract_id)
    assert watch.faults == []


def test_word_from_resend_finds_its_message() -> None:
    provider_id = session().scalars(select(Message.provider_id).limit(1)).one()
    with watched() as watch:
        assert messages.reported(str(provider_id), "opened", at=clock.now()) is not None
        assert (
            messages.reported("unheard", "opened", at=clock.now(), marked=messages.mark("confirmed/7"))
            is None
        )
    assert watch.faults == []
