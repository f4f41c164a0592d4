"""The first page and the fleet: what is free, what it costs, and words for dates that cannot be had."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from exodrive.blueprints import date_words
from exodrive.bookings import policy
from exodrive.bookings.change import change_rules
from exodrive.fleet.models import Car
from exodrive.kernel.db import session, transaction
from tests.web.customer.booking import HTMX, WEEKEND, held
from tests.web.customer.browser import Browser


def test_the_first_page_shows_a_car_the_search_and_the_kinds(browser: Browser) -> None:
    page = browser.get("/")
    assert "Aurelia GT" in page
    assert "From $895 a day" in page
    assert "3 cars from $1,190" in page
    assert 'value="2026-11-27T10:00"' in page  # the next Friday that leaves two days
    assert "15 minutes" in page


def test_a_house_without_cars_says_so(house: Flask, browser: Browser) -> None:
    with transaction():
        session().query(Car).update({"visible": False})
    assert "The garage is empty today" in browser.get("/")
    assert "The garage is empty today" in browser.get("/fleet")


def test_without_dates_cars_have_a_price_per_day(browser: Browser) -> None:
    page = browser.get("/fleet")
    assert "The fleet" in page
    assert page.count('class="car"') == 14
    assert "$895 a day" in page
    assert 'class="total"' not in page


def test_with_dates_only_free_cars_have_a_total(browser: Browser, visitor: Callable[[], Browser]) -> None:
    held(browser)
    page = visitor().get(f"/fleet?{WEEKEND}")
    assert "13 cars are free, 11 to 14 December" in page
    assert "Three rental days" in page
    assert "$2,925.20" in page  # the Calder Brake's three days with weekend rate and tax
    assert "Free again from Mon 14 December, 13:00." in page  # three hours after the return
    assert page.index("Linnet") < page.index("Free again")


def test_cars_carry_the_dates_on(browser: Browser) -> None:
    page = browser.get(f"/fleet?{WEEKEND}&place=bethesda&back=rockville")
    found = re.search(r'href="(/cars/calder-brake\?[^"]+)"', page)
    assert found is not None
    car = browser.get(found[1].replace("&amp;", "&"))
    assert "Delivery" in car
    assert "Collection" not in car


def test_one_kind_of_car(browser: Browser) -> None:
    page = browser.get("/fleet?category=classic")
    assert page.count('class="car"') == 1
    assert 'aria-current="true">Classics' in page


def test_a_kind_that_is_all_taken_says_what_to_do(browser: Browser, visitor: Callable[[], Browser]) -> None:
    held(browser, f"/cars/linnet-38?{WEEKEND}")
    page = visitor().get(f"/fleet?{WEEKEND}&category=classic")
    assert "No car is free then" in page
    assert "Look at all cars" in page


@pytest.mark.parametrize(
    ("dates", "words", "field"),
    [
        ("from=2026-12-14T10:00&to=2026-12-11T10:00", "Choose a return after the pick-up.", "to"),
        ("from=2026-11-24T11:00&to=2026-11-26T10:00", "We need 4 hours", "from"),
        ("from=2027-08-02T10:00&to=2027-08-05T10:00", "up to 150 days ahead", "from"),
        ("from=2026-12-11T10:00&to=2026-12-11T12:00", "4 hours or longer", "to"),
        ("from=2026-12-11T10:00&to=2027-03-11T10:00", "60 days at most", "to"),
        ("from=2026-12-11T10:00&to=2028-12-11T10:00", "days at most", "to"),
        ("from=2026-12-13T10:00&to=2026-12-16T10:00", "We are closed then", "from"),
        ("from=2026-12-11T10:00&to=2026-12-14T22:00", "We are closed then", "to"),
        ("from=2026-12-11T10:00", "Choose this date too.", "to"),
        ("to=2026-12-11T10:00", "Choose this date too.", "from"),
        ("from=soon&to=2026-12-11T10:00", "Choose a date and a time.", "from"),
        ("from=9999-12-31T23:00&to=2026-12-11T10:00", "Look at the year again.", "from"),
    ],
)
def test_dates_that_cannot_be_had_are_told_beside_their_field(
    browser: Browser, dates: str, words: str, field: str
) -> None:
    page = browser.get(f"/fleet?{dates}&place=tysons", status=422)
    assert f'id="{field}-error"' in page
    assert words in page[page.index(f'id="{field}-error"') :]
    for typed in re.findall(r"=(\w\S*?)(?:&|$)", dates):
        assert f'value="{typed}"' in page  # nothing typed is lost
    assert 'value="tysons" selected' in page or 'selected value="tysons"' in page
    assert "$895 a day" in page  # and the cars are still there


def test_every_reason_of_the_rules_has_words() -> None:
    sources = [Path(module.__file__).read_text() for module in (policy, change_rules)]
    reasons = set(re.findall(r'DatesRefused\("(\w+)"', "".join(sources)))
    assert reasons | {"pickup_outside_hours", "return_outside_hours"} == date_words.reasons()


@pytest.mark.parametrize(
    ("now", "dates", "words"),
    [
        (
            datetime(2027, 3, 1, 15, tzinfo=UTC),
            "from=2027-03-14T02:30&to=2027-03-16T10:00",
            "never shows 02:30, so we read it as 03:30",
        ),
        (
            datetime(2026, 10, 20, 15, tzinfo=UTC),
            "from=2026-11-01T01:30&to=2026-11-03T10:00",
            "shows 01:30 twice. The first one counts.",
        ),
    ],
)
def test_a_change_of_the_clock_is_told(
    browser: Browser, frozen: Callable[[datetime], None], now: datetime, dates: str, words: str
) -> None:
    frozen(now)
    assert words in browser.get(f"/fleet?{dates}", status=422)  # both nights are outside the hours


def test_an_unknown_place_is_the_first_one(browser: Browser) -> None:
    assert "13 cars" not in browser.get(f"/fleet?{WEEKEND}&place=moon&back=mars")


def test_htmx_gets_the_list_and_the_news_of_it(browser: Browser) -> None:
    page = browser.fragment(f"/fleet?{WEEKEND}")
    assert page.lstrip().startswith('<div id="fleet">')
    assert 'hx-swap-oob="innerHTML:#fleet-news">14 cars are free' in page
    answer = browser.client.get("/fleet?from=2026-12-11T10:00", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#fleet")


def test_the_terms_stand_in_plain_words(browser: Browser) -> None:
    page = browser.get("/terms")
    assert "Cancelling is free until 72 hours before pick-up" in page
    assert "Version 1" in page
    assert "<b>Personal use.</b>" in page
