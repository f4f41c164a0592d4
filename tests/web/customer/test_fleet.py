"""The fleet page: each filter, order and page by its address, bad words borne, one's own car found again."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import inspect

from exodrive.fleet.models import Car
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from tests.web.customer.booking import HTMX, WEEKEND, held
from tests.web.customer.browser import Browser
from tests.web.nasty import NASTY, SCRIPT

ALL = 14
FILTERS = ("category", "min", "max", "seats", "transmission", "drivetrain", "power", "sort", "after", "upto")


def cars(page: str) -> list[str]:
    """The slugs of the cars on a page, in order."""
    return re.findall(r'<h3><a href="/cars/([\w-]+)', page)


def chips(page: str) -> dict[str, str]:
    """The filters in use: words, and the address without each."""
    found = re.findall(r'class="chip" href="([^"]+)"[^>]*>([^<]+)<', page)
    return {unescape(words): unescape(href) for href, words in found}


@pytest.fixture
def many(house: Flask) -> None:
    """Forty cars more: three pages of them."""
    columns = [column.key for column in inspect(Car).column_attrs]
    with transaction():
        models = session().query(Car).all()
        for number in range(40):
            like = {name: getattr(models[number % len(models)], name) for name in columns}
            like.update(id=new_id(), slug=f"more-{number}", vin=f"MORE{number}", plate=f"MORE {number}")
            session().add(Car(**like))


@pytest.mark.parametrize(
    ("asked", "words", "count"),
    [
        ("category=classic", "Classics", 1),
        ("max=520", "Up to $520 a day", 2),
        ("min=2400", "From $2,400 a day", 2),
        ("min=500&max=700", "$500 to $700 a day", 4),
        ("min=%24+1%2C000", "From $1,000 a day", 5),
        ("seats=5", "5 seats or more", 3),
        ("transmission=manual", "Manual", 1),
        ("transmission=Dual+clutch", "Dual clutch", 10),
        ("drivetrain=all-wheel+drive", "All-wheel drive", 7),
        ("power=700", "700 hp or more", 5),
    ],
)
@pytest.mark.parametrize("dates", ["", f"&{WEEKEND}"])
def test_each_filter_and_the_link_that_takes_it_away(
    browser: Browser, asked: str, words: str, count: int, dates: str
) -> None:
    page = browser.get(f"/fleet?{asked}{dates}")
    assert len(cars(page)) == count
    assert list(chips(page)) == [words]
    assert len(cars(browser.get(chips(page)[words]))) == ALL
    assert ("from=" in chips(page)[words]) == bool(dates), "the dates stay"


def test_filters_add_up_and_are_cleared_together(browser: Browser) -> None:
    page = browser.get("/fleet?category=sports&seats=4&drivetrain=all-wheel+drive&sort=price")
    assert cars(page) == ["calder-brake"]
    assert list(chips(page)) == ["Grand tourers", "4 seats or more", "All-wheel drive"]
    assert re.search(r'href="/fleet\?sort=price"[^>]*>Clear all', page)


def test_options_are_what_the_cars_have_and_how_many_are_left(browser: Browser) -> None:
    page = browser.get("/fleet?category=luxury-sedan")
    assert "4+ (2)" in page
    assert re.search(r'<option disabled value="manual">Manual \(0\)', page)
    assert "600+ hp (0)" in page
    assert 'placeholder="$450"' in page
    assert re.search(r'aria-current="true">Sedans <span>2</span>', page)
    assert re.search(r">SUVs <span>1</span>", page), "as if the kind were another"


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("price", "linnet-38", "noctua-r"),
        ("price-down", "noctua-r", "linnet-38"),
        ("power", "noctua-r", "linnet-38"),
        ("newest", "harrowgate-six", "linnet-38"),
    ],
)
@pytest.mark.parametrize("dates", ["", f"&{WEEKEND}"])
def test_each_order(browser: Browser, sort: str, first: str, last: str, dates: str) -> None:
    page = browser.get(f"/fleet?sort={sort}{dates}")
    found = cars(page)
    assert (found[0], found[-1], len(found)) == (first, last, ALL)
    assert re.search(rf'<option selected value="{sort}"', page)


@pytest.mark.parametrize(
    ("asked", "words", "count"),
    [
        ("category=boat", "no car of that kind", ALL),
        ("transmission=reins", "No car of ours has that gearbox", ALL),
        ("drivetrain=oars&seats=5", "No car of ours is driven that way", 3),
        ("min=900&max=500", "we turned the two around", 8),
        ("min=cheap&seats=5", "We could not read the price", 3),
        ("max=-5", "We could not read the price", ALL),
        ("seats=lots&power=700", "We could not read the number of seats", 5),
        ("power=99999999999999999999", "We could not read the power", ALL),
        ("sort=sideways", "The fleet", ALL),
    ],
)
def test_bad_words_are_left_out_and_the_rest_counts(
    browser: Browser, asked: str, words: str, count: int
) -> None:
    page = browser.get(f"/fleet?{asked}")
    assert words in page
    assert len(cars(page)) == count


@pytest.mark.parametrize("name", FILTERS)
def test_anything_may_stand_in_the_address(browser: Browser, name: str) -> None:
    headers = {**HTMX, "HX-Target": "more-cars"} if name in ("after", "upto") else {}
    for words in (*NASTY, "1.0.0." + "f" * 32, "0.-9.-9." + "0" * 32):
        asked = {"from": "2026-12-11T10:00", "to": "2026-12-14T10:00", name: words}
        answer = browser.client.get("/fleet", query_string=asked, headers=headers)
        assert answer.status_code in ((400,) if "\0" in words else (200, 302)), (name, words[:30])
        assert SCRIPT not in answer.text


def test_nothing_fits_and_what_to_do(browser: Browser) -> None:
    page = browser.get("/fleet?category=classic&seats=5")
    assert "No car like that" in page
    assert cars(page) == []
    assert "Look at all cars" in page


def test_dates_without_a_free_car_say_so(browser: Browser, visitor: Callable[[], Browser]) -> None:
    held(browser, f"/cars/linnet-38?{WEEKEND}")
    page = visitor().get(f"/fleet?{WEEKEND}&category=classic")
    assert "No car is free, 11 to 14 December" in page
    assert cars(page) == ["linnet-38"]
    assert 'href="/fleet?category=classic"' in page, "the same without dates"


def test_ones_own_hold_leads_on_to_its_booking(browser: Browser, visitor: Callable[[], Browser]) -> None:
    link = held(browser)
    page = browser.get(f"/fleet?{WEEKEND}")
    assert cars(page)[0] == "aurelia-gt"
    assert "You hold this car until" in page
    assert f'href="{link}"' in page
    assert "Taken" not in page
    other = visitor().get(f"/fleet?{WEEKEND}")
    assert cars(other)[-1] == "aurelia-gt"
    assert "Taken" in other
    assert link not in other


def test_a_car_for_longer_only_says_for_how_long(browser: Browser) -> None:
    page = browser.get("/fleet?from=2026-12-10T10:00&to=2026-12-11T10:00")
    assert cars(page)[-1] == "noctua-r"
    assert "rented for 2 days or more" in page
    assert "13 cars are free" in page


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("place=rockville&back=&from=&to=", "/fleet"),
        ("min=&max=&seats=&transmission=&sort=choice&power=600", "/fleet?power=600"),
        ("back=rockville&seats=4", "/fleet?seats=4"),
        ("place=tysons&back=tysons", "/fleet?place=tysons"),
        (f"{WEEKEND}&sort=", "/fleet?from=2026-12-11T10:00&to=2026-12-14T10:00"),
    ],
)
def test_the_address_names_the_view_and_nothing_else(browser: Browser, typed: str, clean: str) -> None:
    answer = browser.client.get(f"/fleet?{typed}")
    assert (answer.status_code, answer.headers["Location"]) == (302, clean)
    swapped = browser.client.get(f"/fleet?{typed}", headers=HTMX)
    assert (swapped.status_code, swapped.headers["HX-Push-Url"]) == (200, clean)
    browser.get(clean)


def test_pages_without_script(many: None, browser: Browser) -> None:
    address, seen = "/fleet?sort=price", []
    for _number in range(3):
        page = browser.get(address)
        seen += cars(page)
        found = re.search(r'id="more">\s*<a class="btn" href="([^"]+)"', page)
        address = unescape(found[1]) if found else ""
    assert not address, "the third page is the last"
    assert len(seen) == len(set(seen)) == ALL + 40
    assert "Back to the first cars" in page
    assert "54 cars." in page


def test_more_cars_are_added_and_are_there_again_for_who_comes_back(many: None, browser: Browser) -> None:
    first = browser.get(f"/fleet?{WEEKEND}&sort=power")
    found = re.search(r'id="more">\s*<a class="btn" href="([^"]+)"', first)
    assert found is not None
    answer = browser.client.get(unescape(found[1]), headers={**HTMX, "HX-Target": "more-cars"})
    assert answer.text.lstrip().startswith('<ul class="cars" id="cars">')
    assert "18 cars added" in answer.text
    again = browser.get(answer.headers["HX-Replace-Url"])
    assert cars(again) == cars(first) + cars(answer.text)
    assert "18 more" in again


def test_each_change_is_told_to_who_listens(browser: Browser) -> None:
    assert 'hx-swap-oob="innerHTML:#fleet-news">3 cars<' in browser.fragment("/fleet?seats=5")
    assert 'hx-swap-oob="innerHTML:#fleet-news">Three cars are free' in browser.fragment(
        f"/fleet?{WEEKEND}&seats=5"
    )


def test_the_calendar_of_a_browser_knows_from_when_to_when(browser: Browser) -> None:
    page = browser.get("/fleet")
    pickup = re.search(r'<input[^>]*name="from"[^>]*>', page)
    assert pickup is not None
    assert 'min="2026-11-24T00:00"' in pickup[0]
    assert 'max="2027-04-23T23:59"' in pickup[0]


def test_a_day_alone_is_read_from_the_usual_time_on(browser: Browser) -> None:
    assert "14 cars are free, 11 to 14 December" in browser.get("/fleet?from=2026-12-11&to=2026-12-14")


def test_filters_stay_where_the_dates_cannot_be_had(browser: Browser) -> None:
    page = browser.get("/fleet?from=2026-12-14T10:00&to=2026-12-11T10:00&seats=5", status=422)
    assert len(cars(page)) == 3
    assert list(chips(page)) == ["5 seats or more"]
