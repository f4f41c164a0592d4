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
MOST = 30  # statements for one page


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


@pytest.mark.parametrize("address", ["/desk?q=guests.example", "/desk/queue"])
def test_the_desk_s_search_and_queue(desk: Browser, address: str) -> None:
    demo.add_bookings(FEW)
    few = asked(desk, address)
    demo.add_bookings(MANY)
    many = asked(desk, address)
    assert len(many) == len(few), many
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
    few = {page: asked(desk, page) for page in pages}
    with transaction():
        _much_more(booking)
    for page, statements in few.items():
        many = asked(desk, page)
        assert len(many) == len(statements), many
        assert len(many) <= MOST, many


def _much_more(booking: Booking) -> None:
    at = clock.now()
    for number in range(MANY):
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
                "INSERT INTO booking_charges (id, booking_id, kind, amount, note, params)"
                " VALUES (gen_random_uuid(), :id, 'cleaning', 100, '', '{}')"
            ),
            {"id": booking.id},
        )
