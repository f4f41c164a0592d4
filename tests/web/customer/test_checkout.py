"""The hold: a shown price is a promise, and who comes second is told at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.fleet.models import Car
from exodrive.kernel.db import session, transaction
from tests.web.customer.booking import CAR, WEEKEND, booking_of, held, hold
from tests.web.customer.browser import Browser
from tests.web.customer.conftest import TUESDAY, Freeze


def test_a_hold_leads_to_the_page_of_the_booking(browser: Browser) -> None:
    link = held(browser)
    assert link.startswith("/b/")
    page = browser.get(link)
    assert "The Aurelia GT is held for you for" in page
    assert 'data-hold="900"' in page
    assert "Held for you. The clock is running." in page
    assert booking_of(link).state == State.HELD


def test_who_comes_second_sees_other_dates_and_other_cars(
    house: Flask, browser: Browser, visitor: Callable[[], Browser]
) -> None:
    second = visitor()
    page = second.get(CAR)
    held(browser)
    lost = second.read(second.send(page, "/hold"), status=409)
    assert "The car was taken a moment ago" in lost
    assert "Nothing was charged." in lost
    assert "15 to 18 December, $2,993.78" in lost
    assert "Calder Brake" in lost
    assert "$2,925.20" in lost
    with transaction():
        assert session().query(Booking).count() == 1


def test_one_car_at_a_time(browser: Browser, visitor: Callable[[], Browser]) -> None:
    first = held(browser)
    second = held(browser, f"/cars/calder-brake?{WEEKEND}")
    assert "the Aurelia GT is free for others again" in browser.get(second)
    assert booking_of(first).state == State.EXPIRED
    assert held(visitor()).startswith("/b/")


def test_pressing_twice_holds_once(browser: Browser) -> None:
    page = browser.get(CAR)
    first, again = browser.send(page, "/hold"), browser.send(page, "/hold")
    assert first.headers["Location"] == again.headers["Location"]
    assert "free for others" not in browser.get(again.headers["Location"])


def test_the_shown_price_is_kept_though_the_car_has_become_dearer(house: Flask, browser: Browser) -> None:
    page = browser.get(CAR)
    with transaction():
        session().query(Car).filter_by(slug="aurelia-gt").update({"daily_price": 995_00})
    link = browser.send(page, "/hold").headers["Location"]
    assert booking_of(link).total == 3293_15
    assert "$3,293.15" in browser.get(link)


def test_an_old_price_is_not_kept_and_the_new_one_is_told(
    house: Flask, browser: Browser, frozen: Freeze
) -> None:
    page = browser.get(CAR)
    with transaction():
        session().query(Car).filter_by(slug="aurelia-gt").update({"daily_price": 995_00})
    frozen(TUESDAY + timedelta(minutes=31))
    answer = browser.read(browser.send(page, "/hold"), status=409)
    assert "It was $3,293.15 and is now $3,661.10. Nothing is held yet." in answer
    assert browser.send(answer, "/hold").status_code == 303


def test_an_old_price_that_is_the_same_is_told_too(browser: Browser, frozen: Freeze) -> None:
    page = browser.get(CAR)
    frozen(TUESDAY + timedelta(minutes=31))
    assert "it is unchanged" in browser.read(browser.send(page, "/hold"), status=409)


def test_a_price_made_up_is_refused(browser: Browser) -> None:
    page = browser.get(CAR)
    assert browser.send(page, "/hold", promise="W1tdLCJhIiwiYiJd.bm8").status_code == 422
    assert browser.send(page, "/hold", promise="").status_code == 422


def test_a_promise_is_for_one_car(browser: Browser) -> None:
    page = browser.get(CAR).replace("/cars/aurelia-gt/hold", "/cars/noctua-r/hold")
    assert browser.send(page, "/hold").status_code == 422


def test_places_are_part_of_the_promise(browser: Browser) -> None:
    """Delivery cannot be had at the price of the counter by sending another place."""
    page = browser.get(CAR)
    link = browser.send(page, "/hold", place="bethesda").headers["Location"]
    assert "Rockville house." in browser.get(link)


def test_a_car_withdrawn_meanwhile_is_told(house: Flask, browser: Browser) -> None:
    page = browser.get(CAR)
    with transaction():
        session().query(Car).filter_by(slug="aurelia-gt").update({"available": False})
    answer = browser.read(browser.send(page, "/hold"), status=409)
    assert "This car is not rented out just now" in answer


def test_the_address_of_the_button_leads_to_the_car(browser: Browser) -> None:
    answer = browser.client.get("/cars/aurelia-gt/hold")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cars/aurelia-gt")


def test_a_form_without_its_token_holds_nothing(house: Flask, browser: Browser) -> None:
    assert browser.client.post("/cars/aurelia-gt/hold", data={}).status_code == 400
    assert hold(browser).status_code == 303
