"""Codes for the details of an earlier rental: who gets one, and what it is good for."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from exodrive.bookings.reservation import remembering
from exodrive.bookings.reservation.reservation_models import DetailsCode
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import Event
from tests import paper, rental
from tests.domain.bookings.test_ordering import order

pytestmark = pytest.mark.usefixtures("house")

MAYA = "maya@okafor.example"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rented() -> UUID:
    """Maya has rented before."""
    return paper.awaiting_signature("calder-brake", days_ahead=20)


@pytest.fixture
def booking_id(rented: UUID) -> UUID:
    """She books again."""
    return rental.hold()


def ask(booking_id: UUID, email: str = MAYA, *, at: datetime) -> UUID:
    with transaction():
        return remembering.ask(booking_id, email=email, at=at)


def redeem(code_id: UUID, typed: str, booking_id: UUID, *, at: datetime) -> bool:
    with transaction():
        return remembering.redeem(code_id, typed, booking_id=booking_id, key=rental.KEY, at=at)


def right(code_id: UUID) -> str:
    return remembering.figures(code_id, key=rental.KEY)


def mailed() -> list[str]:
    return [event.payload["code"] for event in session().query(Event).filter_by(name=remembering.WANTED)]


def test_the_right_figures_open_the_details_of_the_last_rental(booking_id: UUID, at: datetime) -> None:
    code = ask(booking_id, " Maya@Okafor.example ", at=at)
    assert mailed() == [str(code)]
    assert remembering.details(code, booking_id=booking_id, at=at) is None
    spaced = f"{right(code)[:3]} {right(code)[3:]}"
    assert redeem(code, spaced, booking_id, at=at + MINUTE)
    found = remembering.details(code, booking_id=booking_id, at=at + MINUTE)
    assert found is not None
    assert (found.name, found.licence_number) == ("Maya Okafor", "O215660118204")
    assert remembering.details(code, booking_id=booking_id, at=at + 30 * MINUTE) is None


def test_a_code_is_good_once_for_its_booking_and_for_a_quarter_of_an_hour(
    booking_id: UUID, at: datetime
) -> None:
    other = rental.hold("aurelia-gt-green")
    code = ask(booking_id, at=at)
    assert not redeem(code, right(code), other, at=at)
    assert not redeem(code, right(code), booking_id, at=at + 16 * MINUTE)
    assert redeem(code, right(code), booking_id, at=at)
    assert not redeem(code, right(code), booking_id, at=at)
    assert remembering.details(code, booking_id=other, at=at) is None


def test_five_wrong_tries_end_it(booking_id: UUID, at: datetime) -> None:
    code = ask(booking_id, at=at)
    wrong = f"{(int(right(code)) + 1) % 1_000_000:06d}"
    assert not any(redeem(code, wrong, booking_id, at=at) for _ in range(remembering.TRIES))
    assert not redeem(code, right(code), booking_id, at=at)


def test_a_stranger_gets_nothing_and_cannot_tell(booking_id: UUID, at: datetime) -> None:
    code = ask(booking_id, "nobody@okafor.example", at=at)
    assert mailed() == []
    assert session().get(DetailsCode, code) is not None
    assert not redeem(code, right(code), booking_id, at=at)
    assert remembering.details(code, booking_id=booking_id, at=at) is None


def test_an_address_gets_three_codes_an_hour_whoever_asks(booking_id: UUID, at: datetime) -> None:
    other = rental.hold("aurelia-gt-green")
    codes = [ask(each, at=at + number * MINUTE) for number, each in enumerate([booking_id, other] * 3)]
    assert mailed() == [str(code) for code in codes[:3]]
    assert not redeem(codes[4], right(codes[4]), booking_id, at=at + 6 * MINUTE)
    assert redeem(codes[2], right(codes[2]), booking_id, at=at + 6 * MINUTE)


def test_what_was_never_paid_for_is_not_remembered(at: datetime) -> None:
    order(rental.hold("calder-brake", days_ahead=20))
    assert remembering.latest(MAYA) is None
    ask(rental.hold(), at=at)
    assert mailed() == []


def test_who_asked_is_forgotten_a_day_later(booking_id: UUID, at: datetime) -> None:
    ask(booking_id, at=at)
    with transaction():
        remembering.sweep(at=at + timedelta(hours=23))
    assert session().query(DetailsCode).count() == 1
    with transaction():
        remembering.sweep(at=at + timedelta(hours=25))
    assert session().query(DetailsCode).count() == 0
