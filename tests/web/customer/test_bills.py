"""Bills as the customer sees them: on the booking's page, and by the signed link alone."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from exodrive.billing.opening import BillLine
from exodrive.bookings import links, transitions
from exodrive.bookings.after_return import evidence
from exodrive.bookings.by_hand import bills
from exodrive.bookings.charge import charges
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import Booking, ChargeKind
from exodrive.bookings.money import bill_links
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.money import Money
from tests import paper, rental
from tests.bill_paper import Sheet, fresh
from tests.web.customer.browser import Browser


@pytest.fixture
def sheet(house: Flask) -> Sheet:
    """A bill that was sent."""
    booking_id = paper.returned()
    with transaction():
        line = BillLine("charge_other", {"note": "A <b>scratched</b> rim"}, Money(40_000, "USD"))
        made = bills.open_by_hand(booking_id, lines=[line], note="", by=rental.AGENT, at=clock.now())
        sheet = Sheet(made.id)
    sheet.perform()
    return sheet


def page_of(house: Flask, sheet: Sheet) -> str:
    booking_id = fresh(sheet.bill_id).booking_id
    with transaction():
        booking = session().get_one(Booking, booking_id)
        secret = links.secret(house.config["SECRET_KEY"], booking.id, booking.link_version)
    db.session.remove()
    return f"/b/{secret}"


def link_of(house: Flask, sheet: Sheet) -> str:
    bill = fresh(sheet.bill_id)
    with transaction():
        version = session().get_one(Booking, bill.booking_id).link_version
        token = bill_links.secret(house.config["SECRET_KEY"], bill, version=version)
    db.session.remove()
    return f"/bills/{token}"


def test_the_page_has_lines_what_is_open_and_the_way_to_pay(
    house: Flask, browser: Browser, sheet: Sheet
) -> None:
    shown = browser.get(page_of(house, sheet))
    assert "A &lt;b&gt;scratched&lt;/b&gt; rim" in shown
    assert "$400.00, due by" in shown
    assert 'href="https://paypal.example/invoice/p/7"' in shown
    assert "Pay with PayPal" in shown


@pytest.mark.parametrize(
    ("came", "status", "words", "payable"),
    [
        (15_000, None, "$150.00 is paid, thank you. $250.00 is left.", True),
        (40_000, None, "Thank you: $400.00 has arrived.", False),
        (40_000, "PAYMENT_PENDING", "Please do not pay again", False),
        (0, "CANCELLED", "Please do not pay this bill any more", False),
    ],
)
def test_after_paying_it_says_how_it_stands(
    house: Flask, browser: Browser, sheet: Sheet, came: int, status: str | None, words: str, payable: bool
) -> None:
    if came:
        sheet.pay(came)
    sheet.status = status or sheet.status
    sheet.read()
    for address in (page_of(house, sheet), link_of(house, sheet)):
        shown = browser.get(address)
        assert words in shown
        assert ("Pay with PayPal" in shown) is payable


def test_the_link_opens_the_bill_its_photos_and_nothing_else(
    house: Flask, browser: Browser, sheet: Sheet
) -> None:
    shown = browser.get(link_of(house, sheet))
    assert "A &lt;b&gt;scratched&lt;/b&gt; rim" in shown
    assert "/b/" not in re.sub(r'href="/files/[^"]+"', "", shown)
    photo = re.search(r'src="(/files/[^"]+)"', shown)
    assert photo is not None
    assert browser.client.get(photo[1]).status_code == 200


def test_what_shows_a_charge_stands_with_its_bill(house: Flask, browser: Browser, sheet: Sheet) -> None:
    bill = fresh(sheet.bill_id)
    with transaction():
        booking = transitions.lock(bill.booking_id)
        line = ChargeLine(ChargeKind.OTHER, Money(40_000, "USD"), note="rim")
        charge = charges.enter(booking, line, by=rental.AGENT, at=clock.now(), late=True)
        charge.bill_id = bill.id
        session().flush()
        sent = [evidence.check("rim.jpg", rental.photo())]
        evidence.attach(booking, charge, sent=sent, by=rental.AGENT, at=clock.now())
    db.session.remove()
    found = re.search(r'href="(/files/[^"]+)">rim.jpg<', browser.get(link_of(house, sheet)))
    assert found is not None
    assert browser.client.get(found[1]).status_code == 200


def test_a_forged_and_a_revoked_link_are_the_same_nothing(
    house: Flask, browser: Browser, sheet: Sheet
) -> None:
    address = link_of(house, sheet)
    assert browser.client.get(address + "x").status_code == 404
    assert browser.client.get("/bills/x").status_code == 404
    booking_id: UUID = fresh(sheet.bill_id).booking_id
    with transaction():
        links.replace(
            booking_id, key=house.config["SECRET_KEY"], reason="lost", by=rental.AGENT, at=clock.now()
        )
    db.session.remove()
    assert browser.client.get(address).status_code == 404


def test_the_link_lives_as_long_as_the_bill_and_some_time_beyond(
    house: Flask, browser: Browser, sheet: Sheet
) -> None:
    address, later = link_of(house, sheet), bill_links.LIFE + timedelta(days=1)

    def status(after: timedelta) -> int:
        with clock.frozen(clock.now() + after):
            return browser.client.get(address).status_code

    assert status(2 * later) == 200, "PayPal's note leads there while something is asked for"
    sheet.pay(40_000)
    sheet.read()
    assert (link_of(house, sheet), status(timedelta(days=60)), status(later)) == (address, 200, 404)
