"""The page behind the secret link: who may see it, the details, and what is wrong with them, all at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from exodrive.blueprints.booking_page import eligibility_words
from exodrive.bookings import links, queries
from exodrive.bookings.models import Booking, Driver
from exodrive.bookings.reservation import eligibility, ordering
from exodrive.bookings.states import State
from exodrive.customers.models import DoNotRent
from exodrive.house.models import House
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from tests.web.customer.booking import (
    HTMX,
    RENTER,
    WEEKEND,
    booking_id,
    booking_of,
    held,
    order,
    shown_total,
)
from tests.web.customer.browser import Browser
from tests.web.customer.conftest import TUESDAY, Freeze
from tests.web.frame.html import Page

LATER = TUESDAY + timedelta(days=400)


def test_wrong_revoked_and_expired_links_look_the_same(
    house: Flask, browser: Browser, frozen: Freeze
) -> None:
    revoked = held(browser)
    with transaction():
        links.revoke(booking_of(revoked), key=house.config["SECRET_KEY"])
    expired = held(browser, f"/cars/calder-brake?{WEEKEND}")
    wrong = browser.client.get("/b/" + "x" * 43)
    answers = [browser.client.get(revoked), wrong]
    frozen(LATER)
    answers.append(browser.client.get(expired))
    assert {answer.status_code for answer in answers} == {404}
    assert len({_text(answer.text) for answer in answers}) == 1


def test_nothing_of_it_is_kept_by_caches_or_search_engines(browser: Browser) -> None:
    answer = browser.client.get(held(browser))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_addresses_of_its_forms_lead_to_the_page(browser: Browser) -> None:
    link = held(browser)
    for form in ("details", "price"):
        assert browser.client.get(f"{link}/{form}").headers["Location"] == link


def test_the_steps_and_the_form(browser: Browser) -> None:
    page = browser.get(held(browser))
    assert "Four steps to the key" in page
    assert "Opens Wed 9 December" in page
    assert "Every driver is 25 or older" in page
    assert 'data-draft="details"' in page
    assert shown_total(page) == "329315"
    assert "Second driver" in page
    assert "Third driver" in page


def test_good_details_become_an_order(browser: Browser) -> None:
    link = held(browser)
    answer = order(browser, link)
    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    booking = booking_of(link)
    assert booking.state == State.AWAITING_PAYMENT
    page = browser.get(link)
    assert "Opening PayPal" in page
    assert 'data-draft-done="details details-remembered"' in page
    assert "This price is fixed for this booking." in page


def test_a_second_click_changes_nothing(browser: Browser) -> None:
    link = held(browser)
    page = browser.get(link)
    data = {**RENTER, "agreed_total": shown_total(page)}
    assert browser.send(page, "/details", **data).status_code == 303
    assert browser.send(page, "/details", **data).status_code == 303
    assert booking_of(link).state == State.AWAITING_PAYMENT


def test_what_is_wrong_is_told_at_once_and_nothing_typed_is_lost(browser: Browser) -> None:
    link = held(browser)
    answer = order(
        browser,
        link,
        **{
            "renter-phone": "12",
            "renter-email": "maya at okafor",
            "renter-born_on": "2004-05-06",
            "renter-licence_since": "2030-01-01",
            "renter-licence_until": "2026-12-14",
            "renter-insured_until": "2026-12-12",
            "renter-insurer": " ",
            "accepted": "",
        },
    )
    page = browser.read(answer, status=422)
    assert "things need a look" in page
    faults = {
        "renter-phone": "We cannot call this number.",
        "renter-email": "This is no e-mail address.",
        "renter-born_on": "25 or older on the day of pick-up",
        "renter-licence_since": "This day has not come yet.",
        "renter-licence_until": "It has to last past Mon 14 December.",
        "renter-insured_until": "It has to last until Mon 14 December.",
        "renter-insurer": "Name your insurer.",
        "accepted": "Read the rental terms and accept them.",
    }
    found = Page(page)
    for field, words in faults.items():
        assert words in page[page.index(f'id="{field}-error"') :][:600], field
        assert found.by_id(field)["aria-invalid"] == "true"
        assert f'href="#{field}"' in page
    assert found.by_id("renter-name")["value"] == "Maya Okafor"
    assert found.by_id("renter-email")["value"] == "maya at okafor"
    assert found.by_id("renter-born_on")["value"] == "2004-05-06"
    assert booking_of(link).state == State.HELD


def test_rubbish_is_no_date(browser: Browser) -> None:
    link = held(browser)
    page = browser.read(
        order(browser, link, **{"renter-born_on": "long ago", "renter-licence_until": "0001-01-01"}),
        status=422,
    )
    assert "Write it as a date." in page
    assert "Look at the year again." in page
    assert Page(page).by_id("renter-born_on")["value"] == "long ago"


def test_every_reason_of_the_rules_has_words() -> None:
    source = Path(eligibility.__file__).read_text()
    codes = set(re.findall(r'found\.append\(\("\w+", "(\w+)"', source))
    assert codes == eligibility_words.codes()


def test_the_cars_own_rules_count(browser: Browser) -> None:
    """The Noctua wants drivers of 30 and more, with eight years of practice."""
    link = held(browser, f"/cars/noctua-r?{WEEKEND}")
    page = browser.read(
        order(browser, link, **{"renter-born_on": "1998-05-06", "renter-licence_since": "2020-05-06"}),
        status=422,
    )
    assert "30 or older" in page
    assert "held for 8 years" in page


def test_an_additional_driver_is_judged_and_paid_for(browser: Browser) -> None:
    link = held(browser)
    second = {
        name.replace("renter-", "additional-0-"): value
        for name, value in RENTER.items()
        if name.startswith("renter-") and "insur" not in name
    }
    young = {**second, "additional-0-born_on": "2005-01-01", "additional-0-phone": ""}
    page = browser.read(order(browser, link, **young), status=422)
    assert 'id="additional-0-born_on-error"' in page
    assert 'id="additional-0-phone-error"' in page
    assert 'id="additional-1-name-error"' not in page
    changed = browser.read(order(browser, link, **second), status=409)
    assert "With what you chose, the total is $3,376.78." in changed
    assert order(browser, link, **second, agreed_total=shown_total(changed)).status_code == 303
    booking = booking_of(link)
    assert booking.total == 3376_78
    assert session().query(type(booking)).one().extras == {}


def test_a_total_that_changed_needs_a_yes(browser: Browser) -> None:
    link = held(browser)
    page = browser.read(order(browser, link, **{"extras-extra_child-seat": "2"}), status=409)
    assert "Child seat" in page
    assert "2 × 3 days × $15.00" in page
    assert booking_of(link).state == State.HELD
    again = order(browser, link, **{"extras-extra_child-seat": "2"}, agreed_total=shown_total(page))
    assert again.status_code == 303
    assert booking_of(link).extras == {"child-seat": 2}


@pytest.mark.parametrize("sent", ["", "1", "-5", "nonsense"])
def test_the_total_is_never_the_browsers(browser: Browser, sent: str) -> None:
    link = held(browser)
    assert order(browser, link, agreed_total=sent).status_code == 409
    assert booking_of(link).state == State.HELD


def test_the_price_follows_what_is_chosen(browser: Browser) -> None:
    link = held(browser)
    page = browser.get(link)
    choice = {"extras-extra_wheel-lock": "y", "pickup_place": "bethesda", "return_place": "rockville"}
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    answer = browser.client.post(
        f"{link}/price",
        data={**choice, "csrf_token": token[1]},
        headers={**HTMX, "HX-Target": "price"},
    )
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="stack" id="price"')
    assert "Garage wheel lock" in answer.text
    assert "Flat, to Bethesda, delivered" in answer.text
    whole = browser.read(
        browser.client.post(f"{link}/price", data={**RENTER, **choice, "csrf_token": token[1]})
    )
    assert Page(whole).by_id("renter-name")["value"] == "Maya Okafor"  # without script nothing is lost
    assert 'class="errors"' not in whole


def test_delivery_needs_an_address(browser: Browser) -> None:
    link = held(browser)
    page = browser.read(order(browser, link, pickup_place="bethesda"), status=422)
    assert "Write where we bring or fetch the car." in page
    page = browser.read(
        order(browser, link, pickup_place="bethesda", delivery_address="4 Elm Street"), status=409
    )
    total = shown_total(page)
    sent = order(browser, link, pickup_place="bethesda", delivery_address="4 Elm Street", agreed_total=total)
    assert sent.status_code == 303
    assert booking_of(link).delivery_address == "4 Elm Street"


def test_a_place_that_the_next_rental_leaves_no_time_for(
    browser: Browser, visitor: Callable[[], Browser]
) -> None:
    """Ready at 13:00 and wanted at 13:00: an hour's drive on top does not fit in between."""
    held(visitor(), "/cars/aurelia-gt?from=2026-12-14T14:00&to=2026-12-16T10:00")
    link = held(browser)
    typed = {"return_place": "tysons", "delivery_address": "Tysons Corner"}
    page = browser.read(order(browser, link, **typed), status=409)
    page = browser.read(order(browser, link, **typed, agreed_total=shown_total(page)), status=422)
    assert "leaves no time to drive the car there" in page
    assert "Maya Okafor" in page
    assert booking_of(link).state == State.HELD


def test_somebody_the_house_does_not_rent_to_is_told_to_call(house: Flask, browser: Browser) -> None:
    with transaction():
        session().add(
            DoNotRent(id=new_id(), email="maya@okafor.example", reason="told elsewhere", created_at=TUESDAY)
        )
    page = browser.read(order(browser, held(browser)), status=422)
    assert "We cannot rent to you with these details." in page
    assert "told elsewhere" not in page


def test_a_hold_that_ran_out_can_be_held_again(browser: Browser, frozen: Freeze) -> None:
    link = held(browser)
    page = browser.get(link)
    frozen(TUESDAY + timedelta(minutes=16))
    data = {**RENTER, "agreed_total": shown_total(page)}
    assert browser.send(page, "/details", **data).status_code == 303
    over = browser.get(link)
    assert "The hold ended" in over
    assert "hold it again" in over
    again = browser.send(over, "/hold")
    assert again.status_code == 303
    assert again.headers["Location"] != link


def test_a_hold_that_somebody_else_took_over(
    browser: Browser, visitor: Callable[[], Browser], frozen: Freeze
) -> None:
    link = held(browser)
    frozen(TUESDAY + timedelta(minutes=16))
    held(visitor())
    page = browser.get(link)
    assert "These dates are gone" in page
    assert "Look at its calendar" in page


def test_at_zero_the_clock_asks_for_its_block(browser: Browser, frozen: Freeze) -> None:
    link = held(browser)
    frozen(TUESDAY + timedelta(minutes=5))
    running = browser.client.get(link, headers={**HTMX, "HX-Target": "hold"})
    assert 'data-hold="600"' in running.text
    assert 'id="step"' not in running.text  # the half-filled form stays as it is
    frozen(TUESDAY + timedelta(minutes=15))
    over = browser.client.get(link, headers={**HTMX, "HX-Target": "hold"})
    page = Page(over.text)
    assert "hidden" in page.by_id("hold")
    assert page.by_id("step")["hx-swap-oob"] == "true"


def test_when_paypal_is_slow_the_link_comes_by_mail(house: Flask, browser: Browser) -> None:
    link = held(browser)
    order(browser, link)
    with transaction():
        ordering.payment_delayed(booking_id(link), outage=timedelta(days=1), at=TUESDAY)
    page = browser.get(link)
    assert "the car stays reserved and we’ll e-mail you the payment link" in page
    assert 'data-hold="86400"' in page


def test_an_order_that_nobody_paid_ends(browser: Browser, frozen: Freeze) -> None:
    link = held(browser)
    order(browser, link)
    frozen(TUESDAY + timedelta(minutes=61))
    page = browser.get(link)
    assert "The booking ended" in page
    assert browser.send(page, "/hold").status_code == 303


def test_giving_up_frees_the_car(browser: Browser, visitor: Callable[[], Browser]) -> None:
    link = held(browser)
    answer = browser.send(browser.get(link), "/give-up")
    assert answer.status_code == 303
    assert "The hold is given up." in browser.get(answer.headers["Location"])
    assert held(visitor()).startswith("/b/")
    assert browser.client.get(link).status_code == 200


def test_a_form_without_its_token_is_refused(browser: Browser) -> None:
    link = held(browser)
    assert browser.client.post(f"{link}/details", data=RENTER).status_code == 400
    assert browser.client.post(f"{link}/give-up").status_code == 400
    assert booking_of(link).state == State.HELD
    with transaction():
        assert session().get(Booking, booking_id(link)) is not None


def _text(page: str) -> str:
    """A page without what differs from one request to the next."""
    return re.sub(r'(nonce|value|content)="[^"]*"|X-CSRFToken[^}]*', "", page)


def test_after_half_a_minute_the_page_says_what_comes_next(browser: Browser, frozen: Freeze) -> None:
    link = held(browser)
    order(browser, link)
    assert "PayPal takes longer than usual." not in browser.get(link)
    frozen(TUESDAY + timedelta(seconds=31))
    page = browser.get(link)
    assert "PayPal takes longer than usual. We keep trying." in page
    with transaction():
        row = session().get(Booking, booking_id(link))
        assert row is not None
        row.state, row.authorized_at = State.AWAITING_SIGNATURE, TUESDAY
    page = browser.get(link)
    assert "The signing service takes longer than usual." in page
    assert "the agreement comes to maya@okafor.example" in page


def test_the_price_stays_in_sight_and_follows(browser: Browser) -> None:
    """At the foot of a small screen, beside the list that a wide one shows."""
    link = held(browser)
    page = browser.get(link)
    assert 'class="sum-bar"' in page
    data = {**RENTER, "agreed_total": shown_total(page), "extras-extra_wheel_lock": "y"}
    answer = browser.client.post(
        f"{link}/price", headers={**HTMX, "HX-Target": "price"}, data={**data, "csrf_token": _token(page)}
    )
    fragment = answer.text
    total = re.search(r'class="total"><dt>Total</dt><dd>([^<]+)<', fragment)
    assert total is not None
    bar = fragment[fragment.index('<div hx-swap-oob="true" id="total">') :]
    assert f"<b>{total[1]}</b>" in bar


def test_a_house_elsewhere_reads_numbers_and_addresses_as_its_own(browser: Browser) -> None:
    with transaction():
        session().query(House).update({"country": "DE"})
    link = held(browser)
    assert '<option selected value="DE">Germany</option>' in browser.get(link)
    answer = order(
        browser,
        link,
        **{
            "renter-phone": "030 901820",
            "renter-address-street": "Unter den Linden 1",
            "renter-address-city": "Berlin",
            "renter-address-area": "",
            "renter-address-postcode": "10117",
            "renter-address-country": "DE",
        },
    )
    assert answer.status_code == 303
    renter = _renter(link)
    assert (renter.phone, renter.address) == ("+4930901820", "Unter den Linden 1, 10117 Berlin")
    assert renter.licence_region == "Germany"


def test_a_renter_from_abroad_and_a_licence_from_elsewhere(browser: Browser) -> None:
    link = held(browser)
    abroad = {
        "renter-address-street": "10 Downing Street",
        "renter-address-city": "London",
        "renter-address-area": "",
        "renter-address-postcode": "sw1a 2aa",
        "renter-address-country": "GB",
        "renter-phone": "+44 20 7946 0018",
        "renter-licence_region": "Virginia",
    }
    assert order(browser, link, **abroad).status_code == 303
    renter = _renter(link)
    assert renter.address == "10 Downing Street, London, SW1A 2AA, United Kingdom"
    assert (renter.phone, renter.licence_region) == ("+442079460018", "Virginia")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("postcode", "90210", "This is no postcode there."),
        ("postcode", "", "Write the postcode."),
        ("area", "Marilund", "We do not know this one."),
        ("country", "XX", "Choose a country."),
        ("street", "x" * 5000, "Make it shorter."),
    ],
)
def test_what_is_wrong_with_an_address_stands_at_its_field(
    browser: Browser, field: str, typed: str, words: str
) -> None:
    link = held(browser)
    page = browser.read(order(browser, link, **{f"renter-address-{field}": typed}), status=422)
    assert words in page[page.index(f'id="renter-address-{field}-error"') :][:600]
    assert f'href="#renter-address-{field}"' in page


def _renter(link: str) -> Driver:
    with transaction():
        found = queries.by_id(booking_id(link)).renter
    assert found is not None
    return found


def _token(page: str) -> str:
    start = page.index('name="csrf_token" value="') + len('name="csrf_token" value="')
    return page[start : page.index('"', start)]
