"""Details filled in by a mailed code: the same answer for everybody, and nothing without the code."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import remembering
from exodrive.bookings.reservation.reservation_models import DetailsCode
from exodrive.kernel.db import session, transaction
from exodrive.rendering import letters
from exodrive.rendering.letters import About, Site
from tests.web.customer.booking import WEEKEND, booking_id, booking_of, held, order, shown_total
from tests.web.customer.browser import Browser
from tests.web.customer.conftest import TUESDAY
from tests.web.frame.html import Page

MAYA = "maya@okafor.example"


@pytest.fixture
def rented(browser: Browser) -> None:
    """Maya has rented and paid before, in a browser of her own."""
    link = held(browser, f"/cars/calder-brake?{WEEKEND}")
    assert order(browser, link).status_code == 303
    with transaction():
        row = session().get(Booking, booking_id(link))
        assert row is not None
        row.authorized_at = TUESDAY


@pytest.fixture
def guest(house: Flask) -> Browser:
    return Browser(house.test_client())


def ask(guest: Browser, link: str, email: str = MAYA) -> str:
    answer = guest.send(guest.get(link), "/remembered", email=email)
    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    return guest.get(link)


def figures(house: Flask) -> str:
    session().expire_all()
    code = session().query(DetailsCode).order_by(DetailsCode.id.desc()).first()
    assert code is not None
    return remembering.figures(code.id, key=house.config["SECRET_KEY"])


@pytest.mark.usefixtures("rented")
def test_known_and_unknown_addresses_look_the_same(house: Flask) -> None:
    pages = []
    for email in (MAYA, "nobody@okafor.example"):
        guest = Browser(house.test_client())
        page = ask(
            guest, held(guest, f"/cars/{'aurelia-gt' if email == MAYA else 'noctua-s'}?{WEEKEND}"), email
        )
        start = page.index('<details class="panel remembered"')
        pages.append(_plain(page[start : page.index("</details>", start)]))
    assert pages[0] == pages[1]
    assert "six figures are on their way" in pages[0]


@pytest.mark.usefixtures("rented")
def test_the_code_fills_in_the_form_and_one_click_empties_it(house: Flask, guest: Browser) -> None:
    link = held(guest)
    page = ask(guest, link)
    code = figures(house)
    guest.send(page, "/remembered/code", figures=f"{code[:3]} {code[3:]}")
    page = guest.get(link)
    found = Page(page)
    assert "Filled in from your last rental." in page
    assert found.by_id("renter-name")["value"] == "Maya Okafor"
    assert found.by_id("renter-phone")["value"] == "(301) 555-0123"
    assert found.by_id("renter-address-street")["value"] == "4 Elm Street"
    assert found.by_id("renter-address-area")["value"] == "MD"
    assert found.by_id("renter-licence_until")["value"] == "2029-04-02"
    assert 'data-draft="details-remembered"' in page
    guest.send(page, "/remembered/forget")
    page = guest.get(link)
    assert "Maya Okafor" not in page
    assert 'data-draft-done="details-remembered"' in page


@pytest.mark.usefixtures("rented")
def test_another_browser_with_the_same_link_sees_nothing(
    house: Flask, guest: Browser, browser: Browser
) -> None:
    link = held(guest)
    guest.send(ask(guest, link), "/remembered/code", figures=figures(house))
    assert "Maya Okafor" in guest.get(link)
    assert "Maya Okafor" not in browser.get(link)


@pytest.mark.usefixtures("rented")
def test_the_next_booking_of_the_same_browser_begins_anew(house: Flask, guest: Browser) -> None:
    link = held(guest)
    guest.send(ask(guest, link), "/remembered/code", figures=figures(house))
    page = guest.get(held(guest, f"/cars/noctua-s?{WEEKEND}"))
    assert "Maya Okafor" not in page
    assert "six figures are on their way" not in page


@pytest.mark.usefixtures("rented")
def test_wrong_figures_are_told_at_the_field(house: Flask, guest: Browser) -> None:
    link = held(guest)
    page = ask(guest, link)
    wrong = f"{(int(figures(house)) + 1) % 1_000_000:06d}"
    for typed in (wrong, "", "x" * 5000, "²²²²²²", "٣٣٣٣٣٣"):
        guest.send(page, "/remembered/code", figures=typed)
        page = guest.get(link)
        assert "These are not the figures" in page
        assert Page(page).by_id("remembered-figures")["aria-invalid"] == "true"
    assert "These are not the figures" not in guest.get(link)


@pytest.mark.usefixtures("rented")
def test_a_date_that_ends_before_the_return_is_left_empty(house: Flask, guest: Browser) -> None:
    with transaction():
        for row in session().query(Booking).filter_by(authorized_at=TUESDAY):
            booking_row = remembering.latest(MAYA)
            assert booking_row is not None
            assert booking_row.booking_id == row.id
            booking_row.licence_until = TUESDAY.date()
    link = held(guest)
    guest.send(ask(guest, link), "/remembered/code", figures=figures(house))
    page = guest.get(link)
    assert "A date is left empty" in page
    assert Page(page).by_id("renter-licence_until").get("value", "") == ""
    assert Page(page).by_id("renter-insured_until")["value"] == "2027-12-31"


@pytest.mark.usefixtures("rented")
def test_details_that_were_filled_in_can_be_ordered_with(house: Flask, guest: Browser) -> None:
    link = held(guest)
    guest.send(ask(guest, link), "/remembered/code", figures=figures(house))
    page = guest.get(link)
    answer = guest.send(page, "/details", accepted="y", agreed_total=shown_total(page))
    assert answer.status_code == 303, answer.text[:3000]
    booking = booking_of(link)
    assert booking.state == "awaiting_payment"


@pytest.mark.usefixtures("rented")
def test_the_letter_has_the_figures_and_no_way_into_the_booking(house: Flask, guest: Browser) -> None:
    link = held(guest)
    ask(guest, link)
    code = session().query(DetailsCode).one()
    site = Site("https://house.example", house.config["SECRET_KEY"])
    letter = letters.write("details_code", code.booking_id, site=site, at=TUESDAY, about=About(code=code.id))
    assert letter is not None
    assert letter.to_email == MAYA
    plain = figures(house)
    assert f"{plain[:3]} {plain[3:]}" in letter.text
    assert "/b/" not in letter.text + letter.html


def test_no_address_no_code(guest: Browser) -> None:
    link = held(guest)
    for typed in ("", "maya", "a" * 300 + "@okafor.example"):
        guest.send(guest.get(link), "/remembered", email=typed)
        assert "Look at it again" in guest.get(link)
    assert session().query(DetailsCode).count() == 0


def _plain(html: str) -> str:
    return re.sub(r'value="[^"]*"|/b/[\w-]+', "", html)
