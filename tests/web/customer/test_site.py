"""The first page, about, contact and the policies, and what happens to a message from the contact page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from exodrive.enquiries.models import Enquiry
from exodrive.extensions import limiter
from exodrive.house.models import Policy
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.outbox import Event
from exodrive.site import changing, queries
from tests import rental
from tests.web.customer.browser import Browser
from tests.web.customer.conftest import TUESDAY, Freeze

MESSAGE = {"name": "Maya Okafor", "email": " Maya@Okafor.example ", "message": "Is the Linnet free in May?"}
SENT = "Your message is at the desk"


@pytest.fixture
def later(browser: Browser, frozen: Freeze) -> Any:
    """`later(**changes)` opens the form, types for half a minute, and sends it."""

    def write(*, seconds: int = 30, page: str = "", **changes: str) -> TestResponse:
        page = page or browser.get("/contact")
        frozen(TUESDAY + timedelta(seconds=seconds))
        return browser.send(page, "/contact", **{**MESSAGE, **changes})

    return write


def kept() -> list[Enquiry]:
    db.session.expire_all()
    return session().query(Enquiry).order_by(Enquiry.id).all()


def test_the_first_page_tells_how_where_and_what_is_asked(browser: Browser) -> None:
    page = browser.get("/")
    for words in (
        "Booked in a minute and a half. Kept to the letter.",
        "Choose the dates",
        "Bethesda, delivered",
        "$150",
        "Each way, to your address",
        "<details><summary>Is the deposit charged?</summary>",
        "The keys are here.",
    ):
        assert words in page
    assert "What renters say" not in page  # nobody has said anything yet


@pytest.mark.parametrize("link", ["/fleet", "/about", "/contact", "/my-booking", "/terms"])
def test_the_foot_of_each_page_leads_there(browser: Browser, link: str) -> None:
    foot = browser.get("/my-booking").partition("<footer>")[2]
    assert f'href="{link}"' in foot
    assert "Delivered in Washington, Maryland and Virginia" in foot


def test_a_small_screen_keeps_two_links(browser: Browser) -> None:
    head = browser.get("/about").partition("<header")[2].partition("</header>")[0]
    assert head.count('class="keep"') == 2


def test_what_the_house_writes_is_never_markup(house: Flask, browser: Browser) -> None:
    said = "<script>alert(1)</script> [a](javascript:alert(1)) {{ 7 * 7 }}\n\n- <img src=x onerror=y>"
    with transaction():
        words = {"headline": "<b>Us</b>", "lead": "We", "text": said}
        changing.write_and_publish("about", words, seen=1, by=rental.AGENT, at=TUESDAY)
    page = browser.get("/about")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; [a](javascript:alert(1)) {{ 7 * 7 }}" in page
    assert "<li>&lt;img src=x onerror=y&gt;</li>" in page
    assert "<h1>&lt;b&gt;Us&lt;/b&gt;</h1>" in page


def test_drafts_are_for_the_staff(house: Flask, browser: Browser) -> None:
    with transaction():
        words = {"headline": "Secret plans", "lead": "Soon."}
        changing.save_draft("hero", words, seen=0, by=rental.AGENT, at=TUESDAY)
    answer = browser.client.get("/?preview=1")
    assert "Secret plans" not in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_the_policies_say_their_version_and_since_when(house: Flask, browser: Browser) -> None:
    with transaction():
        old = session().query(Policy).filter_by(kind="fuel").one()
        session().add(
            Policy(
                kind="fuel",
                version=2,
                terms={**old.terms, "octane": 91},
                in_force_at=TUESDAY,
                changed_by="Ann",
            )
        )
    page = browser.get("/terms")
    assert 'href="#fuel"' in page
    assert "Version 2<br>In force since 24 November 2026" in page
    assert "Version 1<br>In force since 1 January 2026" in page
    assert "of 91 octane" in page


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(), "Open now until 19:00"),
        (timedelta(hours=-3), "Closed now, open again today at 9:00"),
        (timedelta(hours=10), "Closed now, open again tomorrow at 9:00"),
        (timedelta(days=4, hours=8), "Closed now, open again on Monday at 9:00"),
    ],
)
def test_the_hours_in_words(browser: Browser, frozen: Freeze, after: timedelta, words: str) -> None:
    frozen(TUESDAY + after)
    page = browser.get("/contact")
    assert words in page
    assert "<dt>Monday to Friday</dt><dd>9:00 to 19:00</dd>" in page


def test_a_message_arrives_and_its_writer_is_told_when_we_answer(
    house: Flask, later: Any, browser: Browser
) -> None:
    answer = later(reference=" exd-7k4o2q ", phone="(301) 555-0188")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/contact/sent")
    page = browser.get("/contact/sent")
    assert SENT in page
    assert "We answer within two hours while the desk is open." in page
    (row,) = kept()
    assert (row.name, row.email, row.reference, row.state) == (
        "Maya Okafor", "maya@okafor.example", "EXD-7K402Q", "new",
    )  # fmt: skip
    (event,) = session().query(Event).filter_by(name="enquiry.received")
    assert event.payload == {"enquiry_id": str(row.id)}  # nothing of the person leaves the table


def test_a_message_keeps_its_lines(later: Any) -> None:
    later(message="  Two questions:\r\n\r\n- Is it free?\r\n- May I smoke?\r\n")
    (row,) = kept()
    assert row.message.splitlines() == ["Two questions:", "", "- Is it free?", "- May I smoke?"]


def test_a_double_click_sends_once(later: Any, browser: Browser) -> None:
    page = browser.get("/contact")
    assert [later(page=page).status_code for _ in range(2)] == [303, 303]
    assert len(kept()) == 1
    later(page=page, message="And in June?")  # another question from the same form
    later(page=browser.get("/contact"))  # the same question on another day
    assert len(kept()) == 3


@pytest.mark.parametrize(
    ("seconds", "changes", "suspected"),
    [
        (1, {}, "too_fast"),
        (3 * 24 * 3600, {}, "too_old"),
        (30, {"opened": "WyJ4IiwxXQ.x"}, "forged"),
        (30, {"opened": ""}, "forged"),
        (30, {"homepage": "https://buy.example"}, "trap"),
        (30, {"message": "http://a.example http://b.example http://c.example"}, "links"),
    ],
)
def test_what_looks_like_a_program_is_put_aside_and_not_told(
    later: Any, seconds: int, changes: dict[str, str], suspected: str
) -> None:
    answer = later(seconds=seconds, **changes)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/contact/sent")
    (row,) = kept()
    assert (row.state, row.suspected) == ("spam", suspected)
    assert session().query(Event).filter_by(name="enquiry.received").count() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Add your name."),
        ({"email": "nobody"}, "This is no e-mail address."),
        ({"email": ""}, "Add the address that we answer to."),
        ({"message": ""}, "Write what you would like to know."),
        ({"name": "x" * 121}, "longer than 120"),
        ({"message": "x" * 4001}, "longer than 4000"),
        ({"reference": "x" * 21}, "longer than 20"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    later: Any, browser: Browser, changes: dict[str, str], words: str
) -> None:
    page = browser.read(later(**{"phone": "555", **changes}), status=422)
    assert words in page
    assert 'value="555"' in page
    assert kept() == []
    later(page=page, seconds=40, reference="")  # it was opened half a minute ago, not just now
    assert [row.suspected for row in kept()] == [None]


def test_one_address_cannot_fill_the_desk(
    later: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    for number in range(5):
        assert later(message=f"Question {number}").status_code == 303
    page = browser.read(later(message="One more"), status=429)
    assert "Many messages came from your network just now" in page
    assert "One more</textarea>" in page
    limiter.reset()
    assert len(kept()) == 5


def test_a_house_has_words_before_it_writes_any(house: Flask) -> None:
    assert queries.words("closing")["closing"]["headline"] == "The keys are here."
