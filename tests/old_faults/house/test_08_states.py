"""8: a status of the code that the database did not know, so that no booking got past its agreement."""

from __future__ import annotations

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from exodrive.bookings.models import Booking
from exodrive.bookings.states import NEXT, State
from exodrive.kernel.db import db, session
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")


def test_a_booking_gets_past_its_agreement() -> None:
    """It stayed at its agreement for ever: the next status was refused by the table."""
    booking_id = rental.hold()
    seen = [rental.state(booking_id)]
    rental.order(booking_id)
    paper.answer(booking_id)
    seen.append(rental.state(booking_id))
    paper.approve(booking_id)
    paper.answer(booking_id)
    seen.append(rental.state(booking_id))
    paper.sign(booking_id)
    seen.append(rental.state(booking_id))
    assert seen == ["held", "awaiting_payment", "awaiting_signature", "confirmed"]


@pytest.mark.parametrize("state", State)
def test_the_database_knows_every_state_that_the_code_writes(state: State) -> None:
    booking_id = rental.hold()
    session().execute(update(Booking).where(Booking.id == booking_id).values(state=state))
    assert state in NEXT.values()


def test_the_database_knows_no_other_state() -> None:
    booking_id = rental.hold()
    with pytest.raises(IntegrityError), db.session.begin_nested():
        session().execute(update(Booking).where(Booking.id == booking_id).values(state="pending_contract"))


def test_the_migrated_list_is_the_codes_list() -> None:
    """Read from the database itself, which the migrations made, and not from the models."""
    stated = session().scalar(
        text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'bookings_state_check'")
    )
    assert stated is not None
    assert set(stated.split("'")[1::2]) == {str(state) for state in State}
