"""The pages of money and what is read for them: by an index, however many rentals there were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import select, text

from exodrive.billing import queries as bills
from exodrive.billing.models import Bill
from exodrive.bookings import changes, conflicts, links
from exodrive.bookings.change_models import Change
from exodrive.bookings.models import Booking
from exodrive.bookings.money import at_risk, bill_links
from exodrive.bookings.states import State
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.db import session
from exodrive.payments.models import Payment, Step
from exodrive.payments.plan import StepState
from tests.filled import FilledHouse
from tests.plans.explained import watched
from tests.web.staff.browser import Browser

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(house: FilledHouse) -> Iterator[Browser]:
    """The owner's browser."""
    limiter.enabled, before = False, limiter.enabled
    browser = Browser(house.app.test_client())
    assert browser.sign_in(*house.owner).status_code in (302, 303)
    yield browser
    limiter.enabled = before


def one_in(state: State) -> Booking:
    """The latest booking in a state; its statements are over before the watch."""
    found = session().scalars(
        select(Booking).where(Booking.state == state).order_by(Booking.held_at.desc()).limit(1)
    )
    booking = found.one()
    session().rollback()
    return booking


@pytest.mark.parametrize("part", ["charges", "statement", "bills/new"])
def test_a_closed_rental_s_money(desk: Browser, part: str) -> None:
    reference = one_in(State.CLOSED).reference
    with watched() as watch:
        desk.get(f"/desk/bookings/{reference}/{part}")
    assert watch.faults == []


@pytest.mark.parametrize(
    ("state", "part"),
    [(State.RETURNED, "settle"), (State.RETURNED, "charges"), (State.CONFIRMED, "change"),
     (State.CONFIRMED, "cancel"), (State.CONFIRMED, "take-deposit")],
)  # fmt: skip
def test_a_rental_under_way(desk: Browser, state: State, part: str) -> None:
    reference = one_in(state).reference
    with watched() as watch:
        desk.get(f"/desk/bookings/{reference}/{part}")
    assert watch.faults == []


def test_a_bill_at_the_desk_and_with_the_customer(house: FilledHouse, desk: Browser) -> None:
    row = session().execute(
        select(Bill, Booking.reference, Booking.link_version)
        .join(Booking, Booking.id == Bill.booking_id)
        .order_by(Bill.created_at.desc())
        .limit(1)
    )
    bill, reference, version = row.one()
    key = house.app.config["SECRET_KEY"]
    token = bill_links.secret(key, bill, version=version)
    number, paypal_id = bill.number, bill.paypal_id
    session().rollback()
    with watched() as watch:
        desk.get(f"/desk/bookings/{reference}/bills/{number}")
        Browser(house.app.test_client()).get(f"/bills/{token}")
        bills.by_paypal([paypal_id], ["NOT-OURS"])
    assert watch.faults == []


@pytest.mark.parametrize("part", ["charges", "change", "cancel"])
def test_the_customer_s_pages_of_money(house: FilledHouse, part: str) -> None:
    booking = one_in(State.CONFIRMED if part != "charges" else State.RETURNED)
    secret = links.secret(house.app.config["SECRET_KEY"], booking.id, booking.link_version)
    with watched() as watch:
        Browser(house.app.test_client()).get(f"/b/{secret}/{part}")
    assert watch.faults == []


def test_a_step_of_a_plan(desk: Browser) -> None:
    reference, step_id = _planned()
    with watched() as watch:
        desk.get(f"/desk/bookings/{reference}/plan/{step_id}")
    assert watch.faults == []


def _planned() -> tuple[str, UUID]:
    """A step that somebody could do by hand, and its booking."""
    row = session().execute(
        select(Booking.reference, Step.id)
        .join(Payment, Payment.booking_id == Booking.id)
        .join(Step, Step.payment_id == Payment.id)
        .where(Booking.state == State.CONFIRMED, Step.state == StepState.PLANNED)
        .limit(1)
    )
    found = row.one()
    session().rollback()
    return found[0], found[1]


@pytest.mark.parametrize("days", [0, 30])
def test_money_at_risk(desk: Browser, days: int) -> None:
    """However much of it: a scheduler that stood still for a month makes every step late."""
    with watched() as watch:
        desk.get("/desk/money")
        first = at_risk.listing(at=clock.now() + timedelta(days=days))
        if first.following:
            at_risk.listing(at=clock.now() + timedelta(days=days), cursor=first.following)
        at_risk.count(at=clock.now() + timedelta(days=days))
    assert watch.faults == []


def test_tolls(desk: Browser) -> None:
    plate = session().scalar(text("SELECT plate FROM cars ORDER BY slug LIMIT 1"))
    when = clock.now() - timedelta(days=40)
    rows = [f"{plate},{when + timedelta(hours=hour):%Y-%m-%d %H:%M},4.50,I-95,T{hour}" for hour in range(200)]
    content = "\n".join(("plate,time,amount,place,reference", *rows)).encode()
    session().rollback()
    with watched() as watch:
        page = desk.get("/desk/tolls")
        sent = desk.send(page, "/tolls", file=(BytesIO(content), "tolls.csv"))
        desk.get(sent.headers["Location"])
    assert watch.faults == []


def test_the_changes_of_a_booking() -> None:
    booking_id = session().scalars(select(Change.booking_id).limit(1)).one()
    session().rollback()
    with watched() as watch:
        changes.of_booking(booking_id)
        changes.waiting(booking_id)
        conflicts.open_of(booking_id)
    assert watch.faults == []
