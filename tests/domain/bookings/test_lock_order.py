"""Deeds that want the same locks at the same moment: each ends, none waits in a circle.

Real connections. A circle would end in a database error, or in `car_busy` where it is met in the queue.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from exodrive.availability.models import Occupancy
from exodrive.bookings import cancelling, conflicts, handover, queries
from exodrive.bookings.condition_models import ReportKind
from exodrive.bookings.handover import RETURN_CHECKS, Condition
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import holding, ordering
from exodrive.bookings.reservation.offers import Offer
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.errors import Conflict, DomainError
from exodrive.kernel.money import Money
from tests import paper, rental
from tests.domain.bookings.conftest import NOON
from tests.domain.bookings.test_conflicts import following
from tests.domain.bookings.test_ordering import details

Deed = Callable[[], None]


def together(app: Flask, *deeds: Deed) -> Counter[str]:
    """Do all at the same moment, each with a connection of its own; how each ended."""
    start = threading.Barrier(len(deeds))

    def one(deed: Deed) -> str:
        with app.app_context(), clock.frozen(NOON):
            try:
                session().execute(text("SELECT 1"))  # connected before the race begins
                session().rollback()
                start.wait(timeout=60)
                deed()
            except DomainError as error:
                return error.code
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return Counter(pool.map(one, deeds))


def holds(slug: str, visitor: str, *, days_ahead: int = 10) -> Deed:
    def deed() -> None:
        with transaction():
            offer: Offer = rental.offer(slug, days_ahead=days_ahead)
            holding.hold(
                offer,
                policies=houses.rulebook(NOON),
                prefix="EXD",
                visitor=visitor,
                key=rental.KEY,
                at=NOON,
            )

    return deed


def held_by(visitor: str) -> list[str]:
    rows = session().scalars(
        select(Booking).where(Booking.visitor == visitor, Booking.state == "held").order_by(Booking.id)
    )
    return [queries.by_id(row.id).car.slug for row in rows.all()]


def no_car_is_taken_twice() -> bool:
    held = session().scalar(select(func.count()).select_from(Booking).where(Booking.state == "held"))
    return session().scalar(select(func.count()).select_from(Occupancy)) == held


@pytest.mark.parametrize("_", range(3))
def test_two_visitors_who_swap_cars(open_house: Flask, _: int) -> None:
    """Each gives back what the other wants: one of them gets it, or both, and nobody waits for ever."""
    holds("aurelia-gt", "maya")()
    holds("calder-brake", "noah")()
    ends = together(open_house, holds("calder-brake", "maya"), holds("aurelia-gt", "noah"))
    assert set(ends) <= {"done", "car_taken"}
    assert len(held_by("maya")) == len(held_by("noah")) == 1
    assert no_car_is_taken_twice()


def test_two_tabs_of_one_visitor_hold_one_car(open_house: Flask) -> None:
    slugs = ("aurelia-gt", "calder-brake", "aurelia-gt-green")
    ends = together(open_house, *(holds(slug, "maya") for slug in slugs))
    assert ends == {"done": 3}
    assert len(held_by("maya")) == 1
    assert no_car_is_taken_twice()


def test_ordering_with_delivery_beside_holds_of_the_same_car(open_house: Flask) -> None:
    """The order moves its place; one hold gives it up at the same moment, the other wants other dates."""
    holds("aurelia-gt", "maya")()
    booking_id = session().scalars(select(Booking.id).where(Booking.visitor == "maya")).one()

    def orders() -> None:
        with transaction():
            form = details(booking_id, pickup_place=houses.place("dulles"))
            ordering.place_order(booking_id, form, desk=rental.desk(), at=NOON)

    ends = together(
        open_house,
        orders,
        holds("aurelia-gt", "maya", days_ahead=30),
        *(holds("aurelia-gt", f"visitor {n}", days_ahead=50 + 20 * n) for n in range(3)),
    )
    assert set(ends) <= {"done", "hold_ended"}
    assert rental.state(booking_id) in ("awaiting_payment", "expired")


def test_taking_a_car_back_beside_a_hold_of_it(open_house: Flask) -> None:
    booking_id = paper.on_rent()
    rental.photograph(booking_id, ReportKind.RETURN)

    def takes_back() -> None:
        with transaction():
            handover.take_back(
                booking_id, Condition(20_100, 8, RETURN_CHECKS), charges=[], by=rental.AGENT, at=NOON
            )

    ends = together(open_house, takes_back, *(holds("aurelia-gt", f"v{n}", days_ahead=40) for n in range(4)))
    assert ends == {"done": 2, "car_taken": 3}


def test_a_double_click_orders_once(open_house: Flask) -> None:
    booking_id = rental.hold()

    def orders() -> None:
        with transaction():
            ordering.place_order(booking_id, details(booking_id), desk=rental.desk(), at=NOON)

    assert together(open_house, orders, orders, orders) == {"done": 3}
    assert paper.kinds(booking_id) == ["create_order"]


def test_a_cancellation_beside_the_answer_to_a_payment(open_house: Flask) -> None:
    """Whoever is first: the money is held by a booking that stands, or on its way back."""
    booking_id = paper.awaiting_payment()
    paper.approve(booking_id)

    def cancels() -> None:
        with transaction():
            cancelling.cancel(booking_id, agreed_fee=Money(0, "USD"), at=NOON)

    def answers() -> None:
        paper.answer(booking_id)

    ends = together(open_house, cancels, answers)
    assert ends == {"done": 2}
    paper.unwind(booking_id)
    paper.answer(booking_id)
    assert rental.state(booking_id) == "cancelled"
    assert rental.money(booking_id, paper.Purpose.RENTAL)[0] == "voided"


@pytest.mark.parametrize("_", range(3))
def test_a_late_car_comes_back_while_its_next_rental_is_cancelled(open_house: Flask, _: int) -> None:
    """Each ends the clash of both: neither waits for the booking that the other has."""
    late_id = paper.on_rent()
    next_id = following(late_id)
    late_at = queries.by_id(late_id).return_at + timedelta(hours=2)
    with transaction():
        conflicts.look(late_id, at=late_at)
    rental.photograph(late_id, ReportKind.RETURN)
    fee = cancelling.terms(queries.by_id(next_id), at=late_at).fee
    session().rollback()

    def takes_back() -> None:
        with transaction():
            handover.take_back(
                late_id, Condition(20_100, 8, RETURN_CHECKS), charges=[], by=rental.AGENT, at=late_at
            )

    def cancels() -> None:
        with transaction():
            cancelling.cancel(next_id, agreed_fee=fee, at=late_at)

    assert together(open_house, takes_back, cancels) == {"done": 2}
    with transaction():
        assert conflicts.open_of(late_id) == []
        for booking_id in conflicts.over():
            conflicts.calm(booking_id, at=late_at)
    assert (rental.state(late_id), rental.state(next_id)) == ("returned", "cancelled")


def test_eight_rivals_one_car(open_house: Flask, at: object) -> None:
    """Everything that a race can end in is one of our own facts."""
    ends = together(open_house, *(holds("aurelia-gt", f"visitor {n}") for n in range(8)))
    assert ends == {"done": 1, "car_taken": 7}
    assert issubclass(holding.occupancies.CarTaken, Conflict)
    one: UUID = session().scalars(select(Occupancy.booking_id)).one()  # type: ignore[assignment]
    assert rental.state(one) == "held"
