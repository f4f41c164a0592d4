"""A renter's review, behind the booking's own link; and what everybody then reads of it."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.fleet.models import Car
from exodrive.kernel import clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import db, session, transaction
from exodrive.local import demo_rentals
from exodrive.reviews import moderating, writing
from exodrive.reviews.models import Review
from exodrive.reviews.states import ReviewState
from tests.web.customer import booking as customer
from tests.web.customer.booking import HTMX
from tests.web.customer.browser import Browser
from tests.web.customer.test_catalog_queries import counted
from tests.web.frame.html import Page
from tests.web.nasty import NASTY, SCRIPT

SAID = {
    "stars": "4",
    "headline": "Good",
    "words": "Whispers in town.\r\n\r\nLoud at five thousand.",
    "public_name": "Maya O.",
    "consent": "y",
}
MANAGER = Actor(ActorKind.STAFF, "Marc Manager")


@pytest.fixture
def over(house: Flask) -> list[Booking]:
    """The past rentals of the Aurelia."""
    demo_rentals.add()
    with transaction():
        query = select(Booking).join(Car).where(Booking.state == State.CLOSED, Car.slug == "aurelia-gt")
        return list(session().scalars(query.order_by(Booking.id)))


@pytest.fixture
def link(over: list[Booking]) -> str:
    return link_of(over[0])


def link_of(booking: Booking) -> str:
    return f"/b/{links.secret(current_app.config['SECRET_KEY'], booking.id, booking.link_version)}/review"


def review_of(booking: Booking) -> Review:
    db.session.rollback()
    session().expire_all()
    found = writing.of_booking(booking.id)
    assert found is not None
    return found


def publish(booking_id: UUID) -> None:
    with transaction():
        found = writing.of_booking(booking_id)
        assert found is not None
        moderating.publish(found.id, version=found.version, by=MANAGER, at=clock.now())


def test_from_the_form_to_the_cars_page(browser: Browser, over: list[Booking], link: str) -> None:
    page = browser.get(link)
    assert "How was the Aurelia GT?" in page
    assert re.search(r'name="public_name"[^>]*value="\w+ \w\."', page)
    sent = browser.read(browser.client.get(browser.send(page, "/review", **SAID).headers["Location"]))
    assert "The desk reads every review" in sent
    assert "Whispers in town" not in browser.get("/cars/aurelia-gt")
    publish(over[0].id)
    shown = browser.get("/cars/aurelia-gt")
    assert "Whispers in town." in shown
    assert "4 stars of 5" in shown
    assert "1 verified review" in shown
    assert f"{over[0].pickup_at:%B %Y}" in shown
    mine = browser.get(link)
    assert "Published." in mine
    assert "Send the" not in mine


def test_it_is_changed_until_it_is_read_and_withdrawn_at_any_time(
    browser: Browser, over: list[Booking], link: str
) -> None:
    browser.send(browser.get(link), "/review", **SAID)
    changed = browser.send(browser.get(link), "/review", stars="2", words="It rained.")
    assert changed.status_code == 303
    assert (review_of(over[0]).stars, review_of(over[0]).headline) == (2, "Good")
    asked = browser.get(f"{link}/withdraw")
    assert "cannot be brought back" in asked
    browser.send(asked, "/withdraw")
    assert review_of(over[0]).state == ReviewState.WITHDRAWN
    page = browser.get(link)
    assert "You can write a new one here." in page
    assert "It rained." not in page


def test_a_refusal_is_told_with_its_reason(browser: Browser, over: list[Booking], link: str) -> None:
    browser.send(browser.get(link), "/review", **SAID)
    with transaction():
        review = review_of(over[0])
        moderating.decline(
            review.id, reason="It names <b>a person</b>.", version=review.version, by=MANAGER, at=clock.now()
        )
    page = browser.get(link)
    assert "It names &lt;b&gt;a person&lt;/b&gt;." in page
    assert browser.send(page, "/review", words="Without the name.").status_code == 303


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("stars", "", "Choose one to five stars."),
        ("stars", "6", "Choose one to five stars."),
        ("words", " \r\n ", "Write a few words"),
        ("words", "x" * 2001, "2000 signs at most"),
        ("headline", "x" * 81, "80 signs at most"),
        ("public_name", "", "which name we may show"),
        ("consent", "", "nothing without your yes"),
    ],
)
def test_what_is_missing_is_said_and_the_rest_is_kept(
    browser: Browser, link: str, field: str, typed: str, words: str
) -> None:
    answer = browser.send(browser.get(link), "/review", **{**SAID, field: typed})
    page = browser.read(answer, status=422)
    assert words in page
    kept = "Maya O." if field != "public_name" else "Loud at five thousand."
    assert kept in page


def test_a_second_tab_is_told_that_the_page_is_old(browser: Browser, link: str) -> None:
    old = browser.get(link)
    browser.send(old, "/review", **SAID)
    assert browser.send(old, "/review", **SAID).status_code == 303  # a double click
    answer = browser.send(old, "/review", **{**SAID, "stars": "1"})
    assert "Somebody else changed this" in browser.read(answer, status=409)


def test_wrong_expired_and_other_links_answer_alike(
    house: Flask, browser: Browser, over: list[Booking], link: str
) -> None:
    old = link_of(over[1])
    with transaction():
        links.revoke(session().get_one(Booking, over[0].id), key=house.config["SECRET_KEY"])
        expired = session().get_one(Booking, over[1].id)
        expired.pickup_at -= links.LIFE_AFTER_RETURN
        expired.return_at -= links.LIFE_AFTER_RETURN
    paths = (link, old, "/b/nothing/review", f"/b/{'x' * 43}/review")
    answers = [browser.client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text.partition("<main")[2].partition("</main>")[0] for answer in answers}) == 1


def test_what_is_not_over_has_nothing_to_review(browser: Browser) -> None:
    link = customer.held(browser)
    assert "once the rental is closed" in browser.get(f"{link}/review", status=409)


def test_words_are_words(browser: Browser, over: list[Booking], link: str) -> None:
    """Markup, emoji and lines to and fro: shown as typed, and nowhere more."""
    words = f"{SCRIPT} 🏎️ <img src=x onerror=alert(1)>\u202e"
    browser.send(browser.get(link), "/review", **{**SAID, "headline": SCRIPT, "words": words})
    publish(over[0].id)
    for page in (browser.get("/cars/aurelia-gt"), browser.get(link)):
        assert SCRIPT not in page
        assert "<img src=x" not in page
        assert "🏎️" in page
        assert "\u202e" not in page


def test_the_form_bears_anything(browser: Browser, link: str) -> None:
    page = browser.get(link)
    for field in ("stars", "words", "version"):
        for words in NASTY:
            answer = browser.send(page, "/review", **{**SAID, "consent": "", field: words})
            assert answer.status_code in (303, 400, 409, 422), (field, words[:30])


def test_pages_of_reviews_keep_the_dates(browser: Browser, over: list[Booking]) -> None:
    dates = "from=2026-12-11T10:00&to=2026-12-14T10:00"
    with transaction():
        for number in range(6):
            _review_of_copy(over[0], number)
    page = browser.get(f"/cars/aurelia-gt?{dates}")
    more = re.search(r'href="([^"]+)"[^\n]*>More reviews', page)
    assert more is not None
    address = more[1].replace("&amp;", "&")
    assert "from=2026-12-11" in address
    with counted() as statements:
        part = browser.client.get(address, headers={**HTMX, "HX-Target": "said"})
    assert Page(part.text).by_id("said") is not None
    assert "calendar" not in part.text
    assert len(statements) <= 6, statements
    whole = browser.get(address)
    assert "$3,293.15" in whole
    assert "Words 0" in whole
    for words in NASTY:
        assert browser.client.get("/cars/aurelia-gt", query_string={"reviews": words}).status_code < 500


def test_queries_do_not_grow_with_the_reviews(browser: Browser, over: list[Booking]) -> None:
    browser.get("/cars/aurelia-gt")
    with counted() as few:
        browser.get("/cars/aurelia-gt")
    with transaction():
        for number in range(5):
            _review_of_copy(over[0], number)
    with counted() as many:
        browser.get("/cars/aurelia-gt")
    assert len(few) == len(many)


def _review_of_copy(booking: Booking, number: int) -> None:
    """A published review of a rental like this one."""
    columns = {
        column.name: getattr(booking, column.name)
        for column in Booking.__table__.columns
        if column.name not in ("id", "reference", "link_hash", "visitor")
    }
    like = Booking(**columns, reference=f"EXD-LIKE{number}", link_hash=b"%d" % number)
    session().add(like)
    session().flush()
    said = writing.Said.of(stars=5, headline="", words=f"Words {number}", public_name="Maya O.")
    review = writing.write(like.id, said, consent=True, version=writing.UNWRITTEN, at=clock.now())
    moderating.publish(review.id, version=review.version, by=MANAGER, at=clock.now())
