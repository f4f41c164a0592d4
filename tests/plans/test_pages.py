"""Whole pages, by whatever they ask: nothing on the way reads a big table as it lies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.db import session
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


def dates() -> str:
    day = clock.now().date() + timedelta(days=9)
    day += timedelta(days=(1 - day.weekday()) % 7)  # Tuesday to Thursday
    return urlencode({"from": f"{day}T10:00", "to": f"{day + timedelta(days=2)}T10:00"})


@pytest.mark.parametrize(
    "address", ["/", "/fleet", "/fleet?{dates}", "/fleet?{dates}&category=sports", "/cars/aurelia-gt",
                "/cars/aurelia-gt?{dates}"],
)  # fmt: skip
def test_a_customer_s_page(house: FilledHouse, address: str) -> None:
    with watched() as watch:
        Browser(house.app.test_client()).get(address.format(dates=dates()))
    assert watch.faults == []


@pytest.mark.parametrize("state", [state for state in State if state is not State.HELD])
def test_a_booking_s_page(house: FilledHouse, desk: Browser, state: State) -> None:
    """The customer's, by its link, and the desk's."""
    booking = session().scalars(select(Booking).where(Booking.state == state).limit(1)).first()
    if booking is None:
        pytest.skip("none at this hour")
    secret = links.secret(house.app.config["SECRET_KEY"], booking.id, booking.link_version)
    session().rollback()
    with watched() as watch:
        desk.get(f"/desk/bookings/{booking.reference}")
        if booking.return_at > clock.now() - links.LIFE_AFTER_RETURN:
            Browser(house.app.test_client()).get(f"/b/{secret}")
    assert watch.faults == []


@pytest.mark.parametrize(
    "address",
    ["/desk/bookings", "/desk/bookings?view=all", "/desk/bookings?q=okafor",
     "/desk/bookings?view=to_settle&from=2027-01-02", "/desk/queue", "/desk/queue/received"],
)  # fmt: skip
def test_the_desk_s_lists(desk: Browser, address: str) -> None:
    with watched() as watch:
        desk.get(address)
    assert watch.faults == []
