"""A whole rental on its page: each state says what is so, and waits only while it must."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import event, text

from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.config import Settings
from exodrive.house.models import Policy
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.local import demo
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from tests import rental
from tests.conftest import Simulators
from tests.drain import drain
from tests.web.customer.booking import RENTER, booking_id, held, poll, shown_total
from tests.web.customer.browser import Browser


@pytest.fixture
def today(app: Flask, settings: Settings, simulators: Simulators) -> Flask:
    """The demo house now, since the simulators live by the real clock."""
    factory.configure(settings)
    with app.app_context():
        with transaction():
            demo.furnish(at=clock.now())
        db.session.remove()
    return app


@pytest.fixture
def link(today: Flask) -> str:
    """A booking that was ordered a moment ago, by nobody's browser."""
    browser = Browser(today.test_client())
    return _ordered(browser)


def test_a_rental_from_the_order_to_the_invoice(today: Flask) -> None:
    browser = Browser(today.test_client())
    link = _ordered(browser)
    page = browser.get(link)
    assert "Opening PayPal" in page
    assert poll(today, browser, link, page).status_code == 204  # nothing new, nothing swapped

    _work(today)
    onward = poll(today, browser, link, page).headers["HX-Redirect"]
    assert "/paypal/checkoutnow?token=" in onward
    page = browser.get(link)  # back by the browser's own button: not sent away again
    assert "PayPal is ready for you" in page
    assert "HX-Redirect" not in poll(today, browser, link, page).headers

    token = onward.rpartition("=")[2]
    left = browser.client.get(f"{link}/paypal/cancel?token={token}")
    assert (left.status_code, left.headers["Location"]) == (303, link)
    assert "You left PayPal. Nothing was charged." in browser.get(link)

    _as_payer(today, link)
    assert browser.client.get(f"{link}/paypal/return?token={token}").status_code == 303
    assert "We are asking PayPal" in browser.get(link)
    _work(today)
    page = browser.get(link)
    assert "The agreement is ready" in page
    assert 'data-step="done"><b>Pay</b>' in page

    sign_url = re.search(r'href="(http[^"]+/docuseal/s/[^"]+)"', page)
    assert sign_url is not None
    rental.sign(sign_url[1])
    assert browser.client.get(f"{link}/signed").status_code == 303
    assert "We are fetching what you signed" in browser.get(link)
    _work(today)
    page = browser.get(link)
    assert "The car is yours" in page
    assert "What to bring" in page
    assert "hx-trigger" not in page[page.index('id="step"') :][:400]  # it waits for nothing any more
    _papers(browser, link)
    _deposit(today, browser, link)

    with today.app_context():
        rental.hand_over(booking_id(link))
    assert "On the road" in browser.get(link)
    with today.app_context():
        rental.take_back(booking_id(link), odometer=21_000)
    page = browser.get(link)
    assert "We are settling your rental" in page
    assert "Extra miles" in page
    with today.app_context():
        rental.settle(booking_id(link))
    _work(today)
    page = browser.get(link)
    assert "These charges were taken from the deposit" in page
    invoice = browser.client.get(f"{link}/invoice.pdf")
    assert invoice.data.startswith(b"%PDF")
    assert "filename=invoice-EXD-" in invoice.headers["Content-Disposition"]
    assert invoice.headers["Cache-Control"] == "private, no-store"


def test_another_browser_is_not_sent_to_paypal(today: Flask, link: str) -> None:
    other = Browser(today.test_client())
    page = other.get(link)
    _work(today)
    answer = poll(today, other, link, page)
    assert "HX-Redirect" not in answer.headers
    assert "PayPal is ready for you" in answer.text
    assert 'id="rail" aria-label' in answer.text  # the rail comes along


def test_without_script_the_page_leads_on_by_itself(today: Flask) -> None:
    browser = Browser(today.test_client())
    link = _ordered(browser)
    assert '<noscript><meta http-equiv="refresh"' in browser.get(link)
    _work(today)
    assert re.search(r'<meta http-equiv="refresh" content="0;url=http[^"]+checkoutnow', browser.get(link))
    assert 'content="0;url=' not in browser.get(link)


def test_a_declined_payment_can_be_tried_again(today: Flask) -> None:
    browser = Browser(today.test_client())
    link = _ordered(browser)
    _work(today)
    browser.get(link)
    _as_payer(today, link, funding="declined")
    _work(today)
    page = browser.get(link)
    assert "PayPal declined the payment. Nothing was charged" in page
    assert 'data-step="failed"><b>Pay</b>' in page
    assert browser.send(page, "/pay").status_code == 303
    waiting = browser.get(link)
    _work(today)
    assert "HX-Redirect" in poll(today, browser, link, waiting).headers


def test_a_payment_under_review_asks_for_patience(today: Flask, link: str) -> None:
    browser = Browser(today.test_client())
    _work(today)
    _as_payer(today, link, funding="review")
    _work(today)
    page = browser.get(link)
    assert "PayPal is looking at your payment" in page
    assert "every 5s" in page


def test_cancelling_shows_what_it_costs_first(today: Flask, link: str) -> None:
    browser = Browser(today.test_client())
    _work(today)
    _as_payer(today, link)
    _work(today)
    page = browser.get(f"{link}/cancel")
    assert "Cancellation fee" in page
    assert "$0.00" in page
    assert "It is free until" in page
    assert browser.send(page, "/cancel", shown="0" * 32).status_code == 409  # not what was shown
    answer = browser.send(page, "/cancel")
    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    page = browser.get(link)
    assert "This booking is cancelled" in page
    assert "PayPal releases or refunds the whole amount." in page
    assert _state(today, link) == State.CANCELLED
    assert browser.client.get(f"{link}/cancel").status_code == 303
    gone = Calendar.from_ical(browser.client.get(f"{link}/booking.ics").text)
    assert (gone["METHOD"], gone.events[0]["STATUS"]) == ("CANCEL", "CANCELLED")
    with today.app_context():
        assert gone.events[0]["UID"] == f"{booking_id(link)}@exodrive"


def test_late_cancelling_costs_what_was_shown(today: Flask) -> None:
    with today.app_context(), transaction():
        session().add(
            Policy(
                kind="cancellation",
                version=2,
                terms={"free_until_hours": 1000, "late_days_charged": 1},
                in_force_at=clock.now(),
                changed_by="Test",
            )
        )
    browser = Browser(today.test_client())
    link = _ordered(browser)
    _work(today)
    _as_payer(today, link)
    _work(today)
    assert "Cancelling costs $" in browser.get(link)
    page = browser.get(f"{link}/cancel")
    fee = re.search(r"Cancel for \$([1-9][0-9,.]*)", page)
    assert fee is not None
    for words in ("Now a part is charged, with its tax.", "Tax in what is kept", "PayPal lets go of $"):
        assert words in page
    changed = browser.read(browser.send(page, "/cancel", shown="x"), status=409)
    assert "Something has changed since you saw it." in changed
    assert browser.send(changed, "/cancel").status_code == 303
    _work(today)
    page = browser.get(link)
    assert "Everything beyond the fee is released" in page
    with today.app_context():
        _, captured, refunded = rental.money(booking_id(link), Purpose.RENTAL)
    assert (captured.amount, refunded.amount) == (int(re.sub("[,.]", "", fee[1])), 0)


def test_papers_that_are_not_there_are_not_found(today: Flask, link: str) -> None:
    browser = Browser(today.test_client())
    for paper in ("booking.ics", "agreement.pdf", "invoice.pdf"):
        assert browser.client.get(f"{link}/{paper}").status_code == 404


def test_a_deposit_that_is_not_asked_for_cannot_be_given(today: Flask, link: str) -> None:
    browser = Browser(today.test_client())
    page = browser.get(link)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    answer = browser.client.post(f"{link}/deposit", data={"csrf_token": token[1]})
    assert (answer.status_code, answer.headers["Location"]) == (303, link)


def _papers(browser: Browser, link: str) -> None:
    _calendar_file(browser.client.get(f"{link}/booking.ics").text, link)
    agreement = browser.client.get(f"{link}/agreement.pdf")
    assert agreement.data.startswith(b"%PDF")
    assert agreement.mimetype == "application/pdf"


def _calendar_file(text: str, link: str) -> None:
    """By https://www.rfc-editor.org/rfc/rfc5545: one event, in the zone of the house, which comes along."""
    assert link not in text  # calendars are shared
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    calendar = Calendar.from_ical(text)
    (event,) = calendar.events
    assert (calendar["METHOD"], event["STATUS"]) == ("PUBLISH", "CONFIRMED")
    assert event["SUMMARY"] == "Aurelia GT from ExoDrive"
    assert event["UID"].endswith("@exodrive")
    assert event["SEQUENCE"] > 0
    assert event["DTSTART"].params["TZID"] == "America/New_York"
    assert [zone["TZID"] for zone in calendar.timezones] == ["America/New_York"]
    assert (event.start.hour, event.end.hour) == (10, 10)


def _deposit(app: Flask, browser: Browser, link: str) -> None:
    page = browser.get(link)
    assert "It opens here on" in page
    with app.app_context():
        rental.ask_for_deposit(booking_id(link))
    page = browser.get(link)
    assert browser.send(page, "/deposit").status_code == 303
    page = browser.get(link)
    assert "Opening PayPal" in page
    _work(app)
    assert "HX-Redirect" in poll(app, browser, link, page).headers
    with app.app_context():
        rental.approve(booking_id(link), Purpose.DEPOSIT)
    _work(app)
    page = browser.get(link)
    assert "$5,000.00 is held, not charged." in page
    assert 'data-step="done"><b>Deposit</b>' in page


def _ordered(browser: Browser) -> str:
    pickup = rental.next_weekday_at_ten(10)
    back = rental.next_weekday_at_ten(14)
    link = held(browser, f"/cars/aurelia-gt?from={pickup:%Y-%m-%dT%H:%M}&to={back:%Y-%m-%dT%H:%M}")
    page = browser.get(link)
    year = pickup.year
    driver = {
        **RENTER,
        "renter-born_on": f"{year - 40}-04-02",
        "renter-licence_since": f"{year - 15}-04-02",
        "renter-licence_until": f"{year + 3}-04-02",
        "renter-insured_until": f"{year + 1}-12-31",
    }
    sent = browser.send(page, "/details", **driver, agreed_total=shown_total(page))
    assert sent.status_code == 303, sent.text[:2000]
    return link


def _work(app: Flask) -> None:
    with app.app_context():
        drain()
        db.session.remove()


def _as_payer(app: Flask, link: str, *, funding: str | None = None) -> None:
    with app.app_context():
        rental.approve(booking_id(link), funding=funding)
        db.session.remove()


def _state(app: Flask, link: str) -> str:
    with app.app_context():
        found = session().get(Booking, booking_id(link))
        assert found is not None
        return found.state


def test_a_page_shows_one_moment(today: Flask) -> None:
    """A worker's commit between two statements of a page must not make an approved order look lost."""
    browser = Browser(today.test_client())
    link = _ordered(browser)
    _work(today)
    with _approved_after_the_first_look_at_payments(today):
        page = browser.get(link)
    assert "PayPal is ready for you" in page
    assert "hx-trigger" in page.partition('id="rail"')[2]  # and it looks again by itself


@contextlib.contextmanager
def _approved_after_the_first_look_at_payments(house: Flask) -> Iterator[None]:
    """The worker's transaction, put between the page's statements once."""
    changes = ["UPDATE payments SET state = 'approved'", "UPDATE payment_orders SET status = 'APPROVED'"]

    def between(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if changes and "FROM payments" in statement:
            with engine.begin() as other:
                while changes:
                    other.execute(text(changes.pop()))

    with house.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", between)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", between)
    assert changes == [], "nothing looked at payments"
