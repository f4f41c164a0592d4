"""How often the desk's search and a booking's pages ask the database does not grow with what they show.

The desk's list has its own in `tests/web/staff/test_list.py`, the customer's search and car pages theirs in
`tests/web/customer/test_catalog_queries.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text

from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.extensions import limiter
from exodrive.kernel import audit, clock
from exodrive.kernel.actors import SYSTEM
from exodrive.kernel.db import db, session, transaction
from exodrive.local import demo
from exodrive.notifications import messages
from tests.web.customer.test_catalog_queries import counted
from tests.web.staff.browser import Browser

FEW, MANY = 5, 60
MOST = 34  # statements for one page


@pytest.fixture
def desk(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """The owner's browser in a demo house without bookings."""
    monkeypatch.setattr(limiter, "enabled", False)
    with app.app_context():
        owner = demo.ensure_house()
        assert owner is not None
        browser = Browser(app.test_client())
        assert browser.sign_in(*owner).status_code in (302, 303)
        yield browser
        db.session.remove()


def asked(browser: Browser, address: str) -> list[str]:
    browser.get(address)  # whatever is loaded once per process
    with counted() as statements:
        browser.get(address)
    return statements


@pytest.mark.parametrize("address", ["/desk/bookings?q=guests.example", "/desk/queue"])
def test_the_desk_s_search_and_queue(desk: Browser, address: str) -> None:
    demo.add_bookings(FEW)
    few = asked(desk, address)
    demo.add_bookings(MANY)
    many = asked(desk, address)
    assert len(many) <= len(few), many  # a page that is full from the latest asks less than one that is not
    assert len(many) <= MOST, many


def test_a_booking_s_pages(app: Flask, desk: Browser) -> None:
    """The desk's page and the customer's, of a rental with little and with much behind it."""
    demo.add_bookings(MANY)
    with transaction():
        booking = (
            session()
            .scalars(
                select(Booking).where(Booking.state == State.CLOSED).order_by(Booking.id.desc()).limit(1)
            )
            .one()
        )
    secret = links.secret(app.config["SECRET_KEY"], booking.id, booking.link_version)
    pages = (f"/desk/bookings/{booking.reference}", f"/b/{secret}")
    with transaction():
        _more(booking, range(1))
    few = {page: asked(desk, page) for page in pages}
    with transaction():
        _more(booking, range(1, MANY))
    for page, statements in few.items():
        many = asked(desk, page)
        assert len(many) == len(statements), many
        assert len(many) <= MOST, many


def _more(booking: Booking, numbers: range) -> None:
    """Entries of the trail, letters and charges, so many of each."""
    at = clock.now()
    for number in numbers:
        audit.record("booking.link_sent_again", subject=("booking", booking.id), by=SYSTEM, at=at)
        messages.queue(
            f"more/{number}",
            template="booking_link",
            to_email="guest@guests.example",
            subject="Words",
            html="Words",
            text="Words",
            booking_id=booking.id,
            at=at,
        )
        session().execute(
            text(
                "INSERT INTO booking_charges (id, booking_id, kind, amount, note, params, state, late,"
                " arose_at, entered_at, entered_by, from_deposit, given_back, credited)"
                " VALUES (gen_random_uuid(), :id, 'cleaning', 100, '', '{}', 'proposed', false, :at,"
                " :at, '', 0, 0, 0)"
            ),
            {"id": booking.id, "at": at},
        )
