"""Papers photographed with a phone: sent by the renter, judged at the desk, seen by nobody else."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from exodrive.bookings import links
from exodrive.bookings.reservation import papers
from exodrive.bookings.reservation.reservation_models import DriverPaper
from exodrive.extensions import limiter
from exodrive.kernel.db import transaction
from exodrive.rendering import letters
from exodrive.rendering.letters import About, Site
from exodrive.storage import files
from exodrive.tasks import sweeps
from tests import paper, rental
from tests.unit.storage.test_sealing import PDF
from tests.web.customer.booking import HTMX
from tests.web.customer.browser import Browser
from tests.web.customer.conftest import TUESDAY, Freeze

MAKER = 0x010F


@pytest.fixture
def booking_id(house: Flask) -> UUID:
    return paper.awaiting_signature()


@pytest.fixture
def link(house: Flask, booking_id: UUID) -> str:
    return f"/b/{links.secret(house.config['SECRET_KEY'], booking_id, 1)}"


def photo() -> bytes:
    """As a phone makes them: large, and with its maker's name."""
    exif = Image.Exif()
    exif[MAKER] = "Phone of somebody"
    out = io.BytesIO()
    Image.new("RGB", (3000, 2000), "#6a1522").save(out, "JPEG", exif=exif)
    return out.getvalue()


def send(
    browser: Browser, link: str, content: bytes, place: str = "0/licence_front", **request: Any
) -> TestResponse:
    page = browser.get(link)
    start = page.index('name="csrf_token" value="') + len('name="csrf_token" value="')
    data = {"csrf_token": page[start : page.index('"', start)], "paper": (io.BytesIO(content), "a.jpg")}
    return browser.client.post(
        f"{link}/papers/{place}", data=data, content_type="multipart/form-data", **request
    )


def test_a_photo_is_cleaned_sealed_and_shown_small(browser: Browser, link: str, booking_id: UUID) -> None:
    answer = send(browser, link, photo())
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{link}#papers")
    (sent,) = papers.of_booking(booking_id)
    _row, kept = files.read(sent.file_id)
    assert not kept.startswith(b"\xff\xd8")  # no picture for whoever reads the store
    assert f"{link}/papers/{sent.id}.jpg" in browser.get(link)
    small = browser.client.get(f"{link}/papers/{sent.id}.jpg")
    with Image.open(io.BytesIO(small.data)) as picture:
        assert max(picture.size) == 480
    assert b"Phone of somebody" not in small.data
    assert small.headers["Cache-Control"] == "private, no-store"


def test_nobody_keeps_the_house_busy_with_photos(
    browser: Browser, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    answers = [send(browser, link, b"no photo").status_code for _ in range(21)]
    limiter.reset()
    assert answers == [422] * 20 + [429]


def test_an_insurance_card_may_be_a_pdf_and_a_licence_not(
    browser: Browser, link: str, booking_id: UUID
) -> None:
    assert send(browser, link, PDF, "0/insurance").status_code == 303
    refused = send(browser, link, PDF)
    assert "This is no photo that we can read." in browser.read(refused, status=422)
    (sent,) = papers.of_booking(booking_id)
    assert sent.media_type == "application/pdf"
    assert browser.client.get(f"{link}/papers/{sent.id}.jpg").status_code == 404


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"", "0/licence_front", "This is no photo that we can read."),
        (b"<svg onload=alert(1)>", "0/licence_back", "This is no photo that we can read."),
        (PDF.replace(b"Catalog", b"JavaScript"), "0/insurance", "We cannot keep this PDF."),
    ],
)
def test_what_is_no_paper_is_refused_beside_its_button(
    browser: Browser, link: str, booking_id: UUID, content: bytes, place: str, words: str
) -> None:
    answer = send(browser, link, content, place, headers=HTMX)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#papers"
    assert words in answer.text
    assert f'id="paper-{place.replace("/", "-")}-error"' in answer.text
    assert papers.of_booking(booking_id) == []


def test_with_script_the_papers_alone_are_swapped(browser: Browser, link: str) -> None:
    headers = {**HTMX, "HX-Target": "papers"}
    assert send(browser, link, photo(), headers=headers).headers["Location"] == link
    fragment = browser.client.get(link, headers=headers).text
    assert 'id="papers"' in fragment
    assert "Sent" in fragment
    assert 'id="step"' not in fragment


@pytest.mark.parametrize("place", ["1/licence_front", "9/insurance", "0/passport", "-1/insurance"])
def test_there_is_no_place_for_it(browser: Browser, link: str, place: str) -> None:
    assert send(browser, link, photo(), place).status_code == 404


def test_a_stranger_sends_nothing_large_and_sees_nothing(
    browser: Browser, link: str, booking_id: UUID
) -> None:
    send(browser, link, photo())
    (sent,) = papers.of_booking(booking_id)
    wrong = "/b/" + "x" * 43
    assert browser.client.get(f"{wrong}/papers/{sent.id}.jpg").status_code == 404
    large = io.BytesIO(b"x" * 400_000)
    answer = browser.client.post(
        f"{wrong}/papers/0/insurance", data={"paper": (large, "a.jpg")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 413


def test_another_booking_s_link_does_not_open_it(
    house: Flask, browser: Browser, link: str, booking_id: UUID
) -> None:
    send(browser, link, photo())
    (sent,) = papers.of_booking(booking_id)
    other = links.secret(house.config["SECRET_KEY"], paper.awaiting_signature("calder-brake"), 1)
    assert browser.client.get(f"/b/{other}/papers/{sent.id}.jpg").status_code == 404


def test_before_the_payment_nothing_is_asked_for(house: Flask, browser: Browser) -> None:
    held = rental.hold()
    page = browser.get(f"/b/{links.secret(house.config['SECRET_KEY'], held, 1)}")
    assert "Your papers" not in page


def test_when_all_is_sent_the_page_says_so_and_how_long_it_is_kept(browser: Browser, link: str) -> None:
    assert "Photograph them now" in browser.get(link)
    for place in ("0/licence_front", "0/licence_back", "0/insurance"):
        send(browser, link, photo(), place)
    page = browser.get(link)
    assert "We have all of them." in page
    assert "deleted 30 days after the return" in page


def test_the_renter_is_told_why_another_is_wanted(
    house: Flask, browser: Browser, link: str, booking_id: UUID
) -> None:
    send(browser, link, photo())
    (sent,) = papers.of_booking(booking_id)
    with transaction():
        papers.reject(booking_id, sent.id, reason="The number is cut off.", by=rental.AGENT, at=TUESDAY)
    page = browser.get(link)
    assert "The number is cut off." in page
    assert "One of the photos cannot be read." in page
    letter = _letter(house, sent)
    assert letter is not None
    assert "Licence, front: The number is cut off." in letter.text
    assert f"{link}#papers" in letter.text
    send(browser, link, photo())
    assert _letter(house, sent) is None  # overtaken


def _letter(house: Flask, sent: DriverPaper) -> letters.Letter | None:
    site = Site("https://house.example", house.config["SECRET_KEY"])
    return letters.write("paper_rejected", sent.booking_id, site=site, at=TUESDAY, about=About(paper=sent.id))


def test_the_sweep_deletes_them_when_their_time_is_over(
    browser: Browser, link: str, booking_id: UUID, frozen: Freeze
) -> None:
    send(browser, link, photo())
    (sent,) = papers.of_booking(booking_id)
    frozen(sent.forget_at - timedelta(minutes=1))
    sweeps.forget_papers()
    assert len(papers.of_booking(booking_id)) == 1
    frozen(sent.forget_at)
    sweeps.forget_papers()
    assert papers.of_booking(booking_id) == []
