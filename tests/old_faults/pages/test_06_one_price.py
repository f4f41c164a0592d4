"""6: the car's page, the order, the API and the invoice each had a price of their own."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Flask

from exodrive.bookings import queries
from exodrive.invoicing import issuing as invoices
from exodrive.kernel.db import db, transaction
from tests import paper, rental
from tests.web.api.program import Program
from tests.web.customer.booking import CAR, booking_of, held, order, shown_total
from tests.web.customer.browser import Browser
from tests.web.customer.conftest import TUESDAY, Freeze

JOURNEY = {
    "car": "aurelia-gt",
    "pickup_place": "rockville",
    "pickup_at": "2026-12-11T10:00:00-05:00",
    "return_at": "2026-12-14T10:00:00-05:00",
}


def test_page_checkout_api_booking_and_invoice_have_one_price(house: Flask, frozen: Freeze) -> None:
    frozen(TUESDAY)
    browser = Browser(house.test_client())
    page = browser.get(CAR)
    quoted = Program(house).post("/quotes", JOURNEY)
    assert quoted.status_code in (200, 201), quoted.text
    by_program = quoted.json["price"]["total"]["amount"]
    assert quoted.json["price"]["days"] == 3

    link = held(browser)
    on_the_form = int(shown_total(browser.get(link)))
    assert order(browser, link).status_code == 303
    booking = booking_of(link)
    assert booking.agreed.days == 3
    assert by_program == on_the_form == booking.total
    assert _money(booking.total) in page, "the car's page"

    booking_id = booking.id
    db.session.remove()
    _whole_rental(booking_id)
    with transaction():
        invoice = invoices.of_booking(booking_id)
        assert invoice is not None
        assert invoice.total == queries.by_id(booking_id).total


def _whole_rental(booking_id: UUID) -> None:
    paper.answer(booking_id)
    paper.approve(booking_id)
    paper.answer(booking_id)
    paper.sign(booking_id)
    paper.hold_deposit(booking_id)
    rental.hand_over(booking_id)
    rental.take_back(booking_id)
    rental.settle(booking_id)
    paper.answer(booking_id)


def _money(amount: int) -> str:
    written = f"${amount / 100:,.2f}"
    return re.sub(r"\.00$", "", written)
