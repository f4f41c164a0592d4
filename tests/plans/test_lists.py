"""The desk's lists and the reading of one booking find what they show by an index."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.blueprints import gauges
from exodrive.bookings import links, queries
from exodrive.bookings.models import Booking
from exodrive.bookings.money import bill_list
from exodrive.bookings.queries import VIEWS
from exodrive.bookings.quote import quotes
from exodrive.bookings.states import State
from exodrive.contracts import issuing as contracts
from exodrive.invoicing import issuing as invoices
from exodrive.kernel import audit, clock, outages, queue
from exodrive.kernel.db import session
from exodrive.notifications import messages
from exodrive.payments import tree
from exodrive.reconciliation import queries as reconciliation
from tests.filled import FilledHouse
from tests.plans.explained import watched

pytestmark = pytest.mark.slow

TYPED = ("okafor", "müller grace", "guest-4711@guests.example", "demo 00042", "EXD-7K", "+13015550123", "zz9")


@pytest.fixture
def booking(house: FilledHouse) -> Booking:
    found = session().scalars(select(Booking).where(Booking.state == State.CLOSED).limit(1)).one()
    session().rollback()
    return found


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_and_its_next_page(view: str) -> None:
    with watched() as watch:
        first = queries.listing(view=view)
        if first.following:
            queries.listing(view=view, cursor=first.following)
    assert watch.faults == []


def test_what_differs_from_paypal() -> None:
    with watched() as watch:
        reconciliation.listing(open_ones=True)
        reconciliation.listing(open_ones=False)
        reconciliation.last_runs()
        reconciliation.open_count()
    assert watch.faults == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_from_a_date(view: str) -> None:
    with watched() as watch:
        queries.listing(view=view, pickup_from=clock.now() + timedelta(days=20))
    assert watch.faults == []


@pytest.mark.parametrize("view", ["open", "confirmed", "all"])
@pytest.mark.parametrize("typed", TYPED)
def test_a_search(typed: str, view: str) -> None:
    with watched() as watch:
        first = queries.listing(view=view, text=typed)
        if first.following:
            queries.listing(view=view, text=typed, cursor=first.following)
    assert watch.faults == []


@pytest.mark.parametrize("view", quotes.VIEWS)
def test_quotes_and_those_that_are_over(view: str) -> None:
    with watched() as watch:
        _rows, following = quotes.listing(view=view)
        if following:
            quotes.listing(view=view, cursor=following)
        quotes.due(at=clock.now())
    assert watch.faults == []


@pytest.mark.parametrize("view", bill_list.VIEWS)
@pytest.mark.parametrize("typed", ["", "okafor", "B-400"])
def test_the_bills(view: str, typed: str) -> None:
    at = clock.now() + timedelta(days=90)
    with watched() as watch:
        first = bill_list.listing(view=view, text=typed, at=at)
        if first.following:
            bill_list.listing(view=view, text=typed, at=at, cursor=first.following)
        if view in bill_list.SUMMED:
            bill_list.totals(view, at=at)
    assert watch.faults == []


def test_the_counts_of_the_views() -> None:
    with watched() as watch:
        queries.counts()
    assert watch.faults == []


def test_one_booking_with_all_that_its_page_shows(house: FilledHouse, booking: Booking) -> None:
    secret = links.secret(house.app.config["SECRET_KEY"], booking.id, booking.link_version)
    with watched() as watch:
        assert links.booking_id(secret, at=booking.held_at) == booking.id
        assert queries.by_reference(booking.reference).id == booking.id
        queries.by_id(booking.id)
        queries.reports(booking.id)
        tree.of_booking(booking.id)
        contracts.current(booking.id)
        contracts.latest(booking.id)
        invoices.of_booking(booking.id)
        audit.trail(booking.id)
        messages.of_booking(booking.id)
        queue.troubled(booking.id)
        queue.waited_for(booking.id)
    assert watch.faults == []


def test_the_notice_of_every_page_and_the_figures() -> None:
    with watched() as watch:
        outages.standings()
        gauges._page()
    assert watch.faults == []


@pytest.mark.parametrize("narrowed", [queue.Narrowed("paypal"), queue.Narrowed("house")])
def test_the_queue_of_one_provider(narrowed: queue.Narrowed) -> None:
    with watched() as watch:
        queue.counts(narrowed)
        queue.listing(view="failed", narrowed=narrowed)
        queue.stuck("paypal")
    assert watch.faults == []


def test_the_queue_of_one_booking(booking: Booking) -> None:
    with watched() as watch:
        queue.counts(queue.Narrowed(subject_id=booking.id))
        queue.listing(view="failed", narrowed=queue.Narrowed(subject_id=booking.id))
    assert watch.faults == []


@pytest.mark.parametrize("view", queue.VIEWS)
def test_the_queue(view: str) -> None:
    with watched() as watch:
        queue.counts()
        first = queue.listing(view=view)
        if first.following:
            queue.listing(view=view, cursor=first.following)
    assert watch.faults == []


def test_what_providers_reported() -> None:
    with watched() as watch:
        first = queue.received()
        assert first.following
        queue.received(cursor=first.following)
    assert watch.faults == []


def test_a_car_s_bookings(booking: Booking) -> None:
    """Not shown yet, but a foreign key without an index would make every deletion read all bookings."""
    with watched() as watch:
        _of_car(booking.car_id)
    assert watch.faults == []


def _of_car(car_id: UUID) -> list[UUID]:
    return list(session().scalars(select(Booking.id).where(Booking.car_id == car_id)))
