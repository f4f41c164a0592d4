"""What a customer does on the pages, so that a test states only what matters to it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.kernel import clock
from exodrive.kernel.db import db, session
from tests.web.customer.browser import Browser

WEEKEND = "from=2026-12-11T10:00&to=2026-12-14T10:00"
CAR = f"/cars/aurelia-gt?{WEEKEND}"
HTMX = {"HX-Request": "true"}

RENTER = {
    "renter-name": "Maya Okafor",
    "renter-email": "maya@okafor.example",
    "renter-phone": "(301) 555-0123",
    "renter-address-street": "4 Elm Street",
    "renter-address-city": "Bethesda",
    "renter-address-area": "MD",
    "renter-address-postcode": "20814",
    "renter-address-country": "US",
    "renter-born_on": "1991-04-02",
    "renter-licence_number": "O-215-660-118-204",
    "renter-licence_since": "2012-05-01",
    "renter-licence_until": "2029-04-02",
    "renter-insurer": "Old Line Mutual",
    "renter-insurance_policy": "OLM-22817",
    "renter-insured_until": "2027-12-31",
    "accepted": "y",
}


def lasting() -> dict[str, str]:
    """What the renter's papers say until when, for a house that lives by today's clock."""
    year = clock.now().year
    return {"renter-licence_until": f"{year + 3}-04-02", "renter-insured_until": f"{year + 1}-12-31"}


def hold(browser: Browser, address: str = CAR) -> TestResponse:
    """Press the button on the car's page."""
    return browser.send(browser.get(address), "/hold")


def held(browser: Browser, address: str = CAR) -> str:
    """Hold a car; the address of the booking's page."""
    answer = hold(browser, address)
    assert answer.status_code == 303, answer.text[:2000]
    return answer.headers["Location"]


def order(browser: Browser, link: str, **typed: Any) -> TestResponse:
    """Fill in the details and send them; the total agreed to is the one that the page shows."""
    page = browser.get(link)
    data = {**RENTER, "agreed_total": shown_total(page), **typed}
    return browser.send(page, "/details", **data)


def shown_total(page: str) -> str:
    found = re.search(r'name="agreed_total" value="(\d+)"', page)
    assert found is not None
    return found[1]


def booking_of(link: str) -> Booking:
    """The booking of a link, as it is in the database now."""
    db.session.rollback()
    session().expire_all()
    found = session().get(Booking, booking_id(link))
    assert found is not None
    return found


def booking_id(link: str) -> UUID:
    return links.booking_id(link.rsplit("/", 1)[-1], at=clock.now())


def poll(app: Flask, browser: Browser, link: str, page: str) -> TestResponse:
    """Ask what the waiting page asks."""
    found = re.search(rf'hx-get="{re.escape(link)}\?seen=([0-9a-f]+)"', page)
    assert found is not None, "the page waits for nothing"
    return browser.client.get(f"{link}?seen={found[1]}", headers={**HTMX, "HX-Target": "step"})
