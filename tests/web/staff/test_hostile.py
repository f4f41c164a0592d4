"""The desk under tampered forms, files that are no photos, stale pages and people whose role ends before."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from exodrive.blueprints.access import ACCESS
from exodrive.blueprints.staff.keys import photos
from exodrive.bookings.condition_models import POSITIONS
from exodrive.bookings.handover import PICKUP_CHECKS
from tests import rental
from tests.drain import drain
from tests.web.nasty import BIG, NASTY, SCRIPT
from tests.web.staff import made_up, stages
from tests.web.staff.browser import HTMX, Browser, Forms
from tests.web.staff.conftest import SignedIn

LISTS = {
    "/desk/bookings": ("q", "view", "from", "after"),
    "/desk/find": ("q",),
    "/desk/queue": ("view", "after"),
    "/desk/queue/received": ("after",),
}
ROLES = ("viewer", "agent", "manager", "owner")
NO_PHOTOS = {
    "page": b"<!doctype html><script>alert(1)</script>",
    "drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "nothing": b"",
    "broken": b"\xff\xd8\xff\xe0" + b"\x00" * 200,
}


@pytest.mark.parametrize("path", LISTS)
def test_lists_bear_any_filter(house: Flask, signed_in: SignedIn, path: str) -> None:
    made_up.bookings(2)
    viewer = signed_in("viewer")
    for name in LISTS[path]:
        for words in NASTY:
            for headers in ({}, HTMX):
                answer = viewer.client.get(path, query_string={name: words}, headers=headers)
                assert answer.status_code < 500, (name, words[:30])
                assert SCRIPT not in answer.text


def test_addresses_that_nobody_made(house: Flask, signed_in: SignedIn) -> None:
    owner = signed_in("owner")
    for start in ("/desk/bookings/", "/desk/queue/", "/desk/bookings/EXD-234567/messages/", "/files/"):
        for words in NASTY:
            assert owner.client.get(start + quote(words, safe="")).status_code < 500, (start, words[:30])


def test_forms_bear_anything(rental_house: Flask, signed_in: SignedIn) -> None:
    """Whatever stands in a form of the desk, it is answered in words, and the booking stays as it is."""
    manager = signed_in("manager")
    booking_id = stages.confirmed(days_ahead=2)
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    forms: dict[str, tuple[str, ...]] = {
        "/cancel": ("shown", "reason"),
        "/waive-deposit": ("version", "reason"),
        "/hand-over": ("version", "odometer", "fuel", "checks", "marks"),
    }
    for address, names in forms.items():
        form = manager.get(page + address)
        for name in names:
            for words in NASTY:
                wrong = {"reason": "", "odometer": "", name: words}
                if (name, address) in (("reason", "/cancel"), ("reason", "/waive-deposit")):
                    # Any words are a reason: the deed itself must not be done.
                    wrong |= {"version": "x", "shown": "x"}
                answer = manager.send(form, address, **wrong)
                assert answer.status_code in (400, 409, 422), (address, name, words[:30])
                assert SCRIPT not in answer.text
    assert rental.state(booking_id) == "confirmed"


def test_take_back_bears_any_reading_and_amount(rental_house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    booking_id = stages.confirmed()
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    agent.do(f"{page}/ask-deposit")
    drain()
    stages.deposit_held(booking_id)
    form = agent.get(f"{page}/hand-over")
    assert (
        agent.send(form, "/hand-over", odometer="20000", checks=[*PICKUP_CHECKS], **_photos()).status_code
        == 303
    )
    form = agent.get(f"{page}/take-back")
    for name in ("version", "odometer", "fuel", "checks", "extra-1-kind", "extra-1-amount", "worked_out"):
        for words in (*NASTY, "inf", "-0", "0.001", "1_000", "$,"):
            typed = {"odometer": "20100", "extra-1-kind": "damage", "extra-1-note": SCRIPT, name: words}
            assert agent.send(form, "/take-back", **typed).status_code in (400, 409, 422), (name, words[:30])
            answer = agent.client.get(f"{page}/take-back", query_string=typed, headers=HTMX)
            assert answer.status_code in (200, 400), (name, words[:30])
            assert SCRIPT not in answer.text
    assert rental.state(booking_id) == "on_rent"


@pytest.mark.parametrize("name", NO_PHOTOS)
def test_only_photos_are_kept(rental_house: Flask, signed_in: SignedIn, name: str) -> None:
    agent = signed_in("agent")
    page = f"/desk/bookings/{stages.reference(stages.paid())}"
    form = agent.get(page)
    token = Forms.of(form)[0].fields["csrf_token"]
    sent = {"photo": (io.BytesIO(NO_PHOTOS[name]), "front.jpg", "image/jpeg"), "csrf_token": token}
    answer = agent.client.post(f"{page}/photos/pickup/front", data=sent)
    assert answer.status_code == 422
    assert "no photo" in answer.text


def test_check_lists_take_no_files_of_other_kinds(rental_house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    page = f"/desk/bookings/{stages.reference(stages.confirmed())}"
    form = agent.get(f"{page}/hand-over")
    wrong = {
        photos.field("front"): (io.BytesIO(NO_PHOTOS["page"]), "front.jpg", "image/jpeg"),
        photos.field("rear"): (io.BytesIO(NO_PHOTOS["drawing"]), "rear.svg", "image/svg+xml"),
        photos.field("left"): (io.BytesIO(rental.photo()), "left.jpg", "image/jpeg"),
    }
    shown = agent.read(agent.send(form, "/hand-over", odometer="20000", marks="Chip", **wrong), status=422)
    assert "Front: this file is no photo." in shown
    assert "Rear: this file is no photo." in shown
    assert "7 photos" in shown, "the good one is kept"
    assert "Chip" in shown


def test_eight_photos_at_once_are_for_the_staff(rental_house: Flask, signed_in: SignedIn) -> None:
    """Without script they come with the form. A stranger is turned away before anything is read."""
    page = f"/desk/bookings/{stages.reference(stages.confirmed())}"
    much: dict[str, Any] = {
        "content_type": "multipart/form-data; boundary=x",
        "environ_overrides": {"CONTENT_LENGTH": str(40 * 1024 * 1024)},
    }
    stranger, agent = Browser(rental_house.test_client()), signed_in("agent")
    assert stranger.client.post(f"{page}/hand-over", **much).status_code == 413
    assert agent.client.post(f"{page}/hand-over", **much).status_code == 400  # read, and without its token
    assert agent.client.post(f"{page}/cancel", **much).status_code == 413


@pytest.mark.parametrize("role", ROLES)
def test_every_button_works_or_is_not_there(rental_house: Flask, signed_in: SignedIn, role: str) -> None:
    """Whatever link or form a page shows to somebody, their role may use it."""
    somebody = signed_in(role)
    page = f"/desk/bookings/{stages.reference(stages.confirmed(days_ahead=2))}"
    shown = [somebody.get(path) for path in ("/desk/bookings?view=all", "/desk/queue", page)]
    links = {link for text in shown for link in re.findall(r'<a [^>]*href="(/desk[^"#]*)"', text)}
    for link in links:
        assert somebody.client.get(link.replace("&amp;", "&")).status_code == 200, link
    adapter = rental_house.url_map.bind("localhost")
    reach = ROLES.index(role)
    for text in shown:
        for form in Forms.of(text):
            endpoint = adapter.match(
                form.action.partition("?")[0], method="POST" if "csrf_token" in form.fields else "GET"
            )[0]
            needed = ACCESS[endpoint].removeprefix("staff:")
            assert needed == "public" or ROLES.index(needed) <= reach, form.action


def test_reasons_are_words_and_not_code(rental_house: Flask, signed_in: SignedIn) -> None:
    manager = signed_in("manager")
    page = f"/desk/bookings/{stages.reference(stages.confirmed())}"
    assert SCRIPT not in manager.do(f"{page}/waive-deposit", reason=f"{SCRIPT} =1+1 😀")
    too_long = manager.send(manager.get(f"{page}/cancel"), "/cancel", reason=BIG)
    assert too_long.status_code == 422


def _photos() -> dict[str, Any]:
    return {
        photos.field(name): (io.BytesIO(rental.photo()), f"{name}.jpg", "image/jpeg") for name in POSITIONS
    }
