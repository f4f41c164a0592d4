"""10: refunds, invoices, agreements, disputes, settings and policies were screens without a working button.

A crawler goes through every page that a link leads to, as an owner and as a customer, at each stage of a
rental, and presses every button that it finds: each does something, or says clearly why not. None is dead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from exodrive.bookings import links, queries
from exodrive.kernel.db import db, transaction
from tests import rental
from tests.drain import drain
from tests.tasks import steps
from tests.web.staff import stages
from tests.web.staff.browser import Browser, Form, Forms
from tests.web.staff.conftest import SignedIn

# A page, a search led to its shorter address, a deed, a clash in words, a form with what is missing.
ANSWERED = {200, 302, 303, 409, 422}
OURS = {"Sec-Fetch-Site": "same-origin"}  # what a browser says of a form on a page of the house
# What ends the crawl itself, and what leads out of the house.
OUT = re.compile(r"/logout|/two-factor|/tf-|/verify|/files/")


def held(slug: str) -> UUID:
    return rental.hold(slug, days_ahead=3)


def ordered(slug: str) -> UUID:
    return steps.ordered(slug, days_ahead=3)


def paid(slug: str) -> UUID:
    return steps.paid(slug, days_ahead=3)


def confirmed(slug: str) -> UUID:
    booking_id = steps.confirmed(slug, days_ahead=2)
    rental.ask_for_deposit(booking_id)
    drain()
    return booking_id


def on_rent(slug: str) -> UUID:
    booking_id = steps.confirmed(slug, days_ahead=2)
    steps.deposit_held(booking_id)
    rental.hand_over(booking_id, odometer=90_000)
    return booking_id


def returned(slug: str) -> UUID:
    booking_id = on_rent(slug)
    rental.take_back(booking_id, odometer=90_150)
    return booking_id


def closed(slug: str) -> UUID:
    booking_id = returned(slug)
    rental.settle(booking_id)
    drain()
    return booking_id


STAGES: dict[str, Callable[[str], UUID]] = {
    "aurelia-gt": held,
    "calder-brake": ordered,
    "corsara-v10": paid,
    "strada-tt": confirmed,
    "noctua-r": on_rent,
    "solenne-spider": returned,
    "linnet-38": closed,
}


class Buttons(HTMLParser):
    """The buttons of a page: what each sends with its form, and those that nobody takes up."""

    TAKEN_UP = ("data-", "hx-", "popovertarget", "command", "form")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.dead: list[str] = []
        self.of_forms: list[list[dict[str, str]]] = []
        self._in_form = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._in_form = True
            self.of_forms.append([])
        elif tag == "button" and self._in_form:
            self.of_forms[-1].append({given["name"]: given.get("value", "")} if "name" in given else {})
        elif self._leads_nowhere(tag, given):
            self.dead.append(self.get_starttag_text() or "")

    def _leads_nowhere(self, tag: str, given: dict[str, str]) -> bool:
        if tag == "a":
            return given.get("href") in (None, "", "#", "javascript:void(0)")
        return tag == "button" and not any(name.startswith(self.TAKEN_UP) for name in given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False


@dataclass(frozen=True, slots=True)
class Press:
    """One button of one form, with all that a browser would send of it untouched."""

    form: Form
    sends: dict[str, str]

    def by(self, browser: Browser) -> TestResponse:
        fields = {**self.form.fields, **self.sends}
        if self.form.posted:
            return browser.client.post(
                self.form.action, data=fields, content_type=self.form.enctype, headers=OURS
            )
        return browser.client.get(self.form.action, query_string=fields)


@pytest.mark.slow
def test_every_button_of_the_desk_is_answered(rental_house: Flask, signed_in: SignedIn) -> None:
    """All that an owner may press, on every page that is linked, beside a booking of each stage."""
    pages = [f"/desk/bookings/{stages.reference(reach(slug))}" for slug, reach in STAGES.items()]
    owner = signed_in("owner")
    pressed = _crawl(owner, ("/desk", "/desk?view=all", "/desk/queue", *pages), within="/desk")
    for deed in ("/cancel", "/settle", "/hand-over", "/take-back", "/remind", "/refund", "/capture"):
        assert any(deed in each for each in pressed), f"nobody offered {deed}"


@pytest.mark.slow
def test_every_button_of_the_customers_pages_is_answered(rental_house: Flask) -> None:
    pages = []
    for slug, reach in STAGES.items():
        booking_id = reach(slug)
        with transaction():
            booking = queries.by_id(booking_id)
            secret = links.secret(rental_house.config["SECRET_KEY"], booking.id, booking.link_version)
        pages.append(f"/b/{secret}")
    db.session.remove()
    pressed = _crawl(Browser(rental_house.test_client()), tuple(pages), within="/b/")
    for deed in ("/details", "/deposit", "/cancel"):
        assert any(each.partition(" ")[0].endswith(deed) for each in pressed), f"nobody offered {deed}"


def test_every_button_of_the_open_pages_is_answered(house: Flask) -> None:
    assert _crawl(Browser(house.test_client()), ("/", "/fleet"), within="/", pages=25)


def _crawl(browser: Browser, start: tuple[str, ...], *, within: str, pages: int = 200) -> list[str]:
    """Read every page that links lead to from here, then press every button; returns what was pressed."""
    waiting, seen = [*start], set(start)
    presses: dict[str, Press] = {}
    while waiting and pages:
        pages -= 1
        address = waiting.pop(0)
        answer = browser.client.get(address, buffered=True)  # an export is sent row by row
        assert answer.status_code in (200, 302, 303), address
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        presses |= _buttons_of(address, answer.text)
        for link in re.findall(r'<a [^>]*href="(/[^"#]*)"', answer.text):
            following = link.replace("&amp;", "&")
            if following.startswith(within) and _kind(following) not in seen and not OUT.search(following):
                seen.add(_kind(following))
                waiting.append(following)
    for what, press in presses.items():
        answer = press.by(browser)
        assert answer.status_code in ANSWERED, (what, answer.status_code, answer.text[:300])
        assert answer.status_code == 303 or "<title>" in answer.text, what
    return list(presses)


def _buttons_of(address: str, page: str) -> dict[str, Press]:
    buttons = Buttons(page)
    assert buttons.dead == [], address
    found = {}
    for form, sends in zip(Forms.of(page), buttons.of_forms, strict=True):
        if form.action.startswith("/") and not OUT.search(form.action):
            for each in sends or [{}]:
                found[f"{_kind(form.action)} {each or ''}".strip()] = Press(form, each)
    return found


def _kind(address: str) -> str:
    """Pages that differ in an id alone, or in what they were asked for, are one kind of page."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\?.*", "_", address)
