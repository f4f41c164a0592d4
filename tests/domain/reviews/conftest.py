"""A house whose rentals are over, and one of them that nobody has reviewed."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.local import demo, demo_rentals


@pytest.fixture
def rentals(app: Flask) -> list[Booking]:
    """The past rentals of a new demo house, one car's after the other's, the newest first."""
    with transaction():
        demo.furnish(at=clock.now())
    demo_rentals.add()
    with transaction():
        query = select(Booking).where(Booking.state == State.CLOSED)
        return list(session().scalars(query.order_by(Booking.car_id, Booking.taken_back_at.desc())))


@pytest.fixture
def rental(rentals: list[Booking]) -> UUID:
    return rentals[0].id
