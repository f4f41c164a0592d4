"""What the staff's programs ask of customers, cars and tokens finds its rows by an index."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from exodrive.accounts import tokens
from exodrive.availability import queries as availability
from exodrive.bookings import queries as bookings
from exodrive.bookings.models import Booking
from exodrive.customers import register
from exodrive.kernel import clock
from exodrive.kernel.db import session
from exodrive.payments import operations
from exodrive.payments.models import Operation
from tests.filled import FilledHouse
from tests.plans.explained import watched

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "typed", ["", "okafor", "müller grace", "guest-4711@guests.example", "3015550123", "zz9"]
)
def test_customers_and_their_next_page(typed: str) -> None:
    with watched() as watch:
        first = register.listing(text=typed)
        if first:
            register.listing(text=typed, before=first[-1].id)
    assert watch.faults == []


def test_a_customer_with_their_bookings(house: FilledHouse) -> None:
    customer_id = session().scalar(
        select(Booking.customer_id).where(Booking.customer_id.is_not(None)).limit(1)
    )
    assert customer_id is not None
    session().rollback()
    with watched() as watch:
        register.one(customer_id)
        bookings.of_customer(customer_id)
    assert watch.faults == []


def test_what_a_car_is_taken_for(house: FilledHouse) -> None:
    car_id = session().scalar(select(Booking.car_id).limit(1))
    assert car_id is not None
    session().rollback()
    with watched() as watch:
        availability.ahead(car_id, at=clock.now())
    assert watch.faults == []


def test_a_call_to_paypal_and_a_token(house: FilledHouse) -> None:
    operation_id = session().scalar(select(Operation.id).limit(1))
    assert operation_id is not None
    session().rollback()
    with watched() as watch:
        operations.one(operation_id)
        tokens.find("exodrive_staff_guessed", at=clock.real_now())
    assert watch.faults == []
