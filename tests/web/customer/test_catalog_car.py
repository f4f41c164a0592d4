"""One car: its price for the dates, its calendar of links, and what is near when it is taken."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from exodrive.fleet.models import Car
from exodrive.kernel.db import session, transaction
from tests.web.customer.booking import CAR, HTMX, held, order
from tests.web.customer.browser import Browser
from tests.web.frame.html import Page


def test_the_price_has_a_reason_for_every_line(browser: Browser) -> None:
    page = browser.get(CAR)
    assert "Three rental days" in page
    assert "3 × $895.00, counted by the clock from pick-up" in page
    assert "15 % on Friday and Saturday only" in page
    assert "11.5 % of $2,953.50" in page
    assert "$3,293.15" in page
    assert "A deposit of $5,000.00 is held" in page
    assert "Free to cancel until Tue 8 December, 10:00." in page


def test_without_dates_there_is_a_price_per_day_and_nothing_to_hold(browser: Browser) -> None:
    page = browser.get("/cars/aurelia-gt")
    assert "Choose your dates" in page
    assert "Hold this car" not in page
    assert "Others like it" in page


def test_the_policies_are_the_cars_own(browser: Browser) -> None:
    page = browser.get("/cars/noctua-r")
    assert "Every driver is 30 or older" in page
    assert "$25,000.00 is held, not charged" in page


def test_a_range_is_chosen_by_two_clicks(browser: Browser) -> None:
    month = browser.get("/cars/aurelia-gt?month=2026-12")
    first = _day(month, "Fri 11 December: pick up the car")
    assert first.endswith("from=2026-12-11T10:00") or "from=2026-12-11T10:00" in first
    once = browser.get(first)
    assert "Now choose the day of return." in once
    second = _day(once, "Mon 14 December: return the car")
    twice = browser.get(second)
    assert "$3,293.15" in twice
    assert "Fri 4 December: pick up the car" in twice  # a third click begins anew


def test_times_stay_inside_the_opening_hours(browser: Browser) -> None:
    late = browser.get("/cars/aurelia-gt?month=2026-12&from=2026-12-11T18:00")
    saturday = _day(late, "Sat 12 December: return the car")
    assert "to=2026-12-12T17:00" in saturday
    same_day = _day(late, "Fri 11 December: return the car")
    assert "to=2026-12-11T19:00" in same_day


def test_closed_and_taken_days_are_no_links(browser: Browser, visitor: Callable[[], Browser]) -> None:
    held(browser)
    page = visitor().get("/cars/aurelia-gt?month=2026-12")
    assert "Sun 20 December: closed" in page
    assert "Sat 12 December: taken" in page
    assert "Mon 14 December: taken" in page
    assert "Tue 15 December: pick up the car" in page
    # A rental from the 9th cannot reach beyond the one that has the car from the 11th.
    begun = visitor().get("/cars/aurelia-gt?month=2026-12&from=2026-12-09T10:00")
    assert "Thu 10 December: return the car" in begun
    assert "Tue 15 December: pick up the car" in begun


def test_months_lead_from_today_to_the_horizon(browser: Browser) -> None:
    page = browser.get("/cars/aurelia-gt?month=1999-01")
    assert "November 2026" in page
    assert "Earlier" not in page
    page = browser.get("/cars/aurelia-gt?month=2099-12")
    assert "April 2027" in page
    assert "Later" not in page


def test_a_taken_car_offers_other_dates_and_other_cars(
    browser: Browser, visitor: Callable[[], Browser]
) -> None:
    held(browser)
    page = visitor().get(CAR)
    assert "The car is taken for some of that time." in page
    assert "Hold this car" not in page
    assert "15 to 18 December, $2,993.78" in page
    assert "Free on your dates" in page
    other = re.search(r'href="(/cars/aurelia-gt\?[^"]+)">15 to 18', page)
    assert other is not None
    assert "Hold this car" in visitor().get(other[1].replace("&amp;", "&"))


def test_dates_that_cannot_be_had_are_told_without_losing_them(browser: Browser) -> None:
    page = browser.get("/cars/aurelia-gt?from=2026-12-13T10:00&to=2026-12-16T10:00")
    assert "We are closed then" in page
    assert 'value="2026-12-13T10:00"' in page
    assert "Hold this car" not in page


def test_typing_dates_leaves_the_fields_alone(browser: Browser) -> None:
    answer = browser.client.get(CAR, headers={**HTMX, "HX-Target": "quote"})
    ids = [found.get("id") for _, found in Page(answer.text).elements if found.get("id")]
    assert "quote" in ids
    assert "calendar" in ids
    assert "like" in ids
    assert "dates" not in ids  # a swap would take the caret out of the half-typed date
    assert Page(answer.text).by_id("calendar")["hx-swap-oob"] == "true"


def test_a_click_in_the_calendar_fills_the_fields(browser: Browser) -> None:
    answer = browser.client.get(CAR, headers={**HTMX, "HX-Target": "calendar"})
    page = Page(answer.text)
    assert page.by_id("from")["value"] == "2026-12-11T10:00"
    assert page.by_id("quote")["hx-swap-oob"] == "true"


def test_a_car_out_of_service_cannot_be_held(house: Flask, browser: Browser) -> None:
    with transaction():
        session().query(Car).filter_by(slug="aurelia-gt").update({"available": False})
    assert "This car is not rented out just now." in browser.get(CAR)


def test_cars_that_are_not_shown_are_not_found(house: Flask, browser: Browser) -> None:
    with transaction():
        session().query(Car).filter_by(slug="aurelia-gt").update({"visible": False})
    browser.get(CAR, status=404)
    browser.get("/cars/nothing", status=404)


def _day(page: str, words: str) -> str:
    """The address of the calendar's day that a screen reader calls so."""
    found = re.search(rf'<a href="([^"]+)"[^>]*aria-label="{re.escape(words)}["&,]', page)
    assert found is not None, f"no day called {words!r}"
    return found[1].replace("&amp;", "&")


def test_who_comes_back_by_the_back_button_finds_their_own_hold(
    browser: Browser, visitor: Callable[[], Browser]
) -> None:
    """The car is not taken for them: they hold it. For everybody else it is."""
    link = held(browser)
    back = browser.get(CAR)
    assert "You hold this car until 10:15." in back
    assert link.rsplit("/", 1)[-1] in back
    assert "Hold this car" not in back, "what is held already is gone on with"
    assert "taken for some of that time" in visitor().get(CAR)
    order(browser, link)
    assert "waits for your payment until" in browser.get(CAR)
    assert "You hold this car" not in visitor().get(CAR)
