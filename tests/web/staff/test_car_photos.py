"""Photos of a car at the desk: sent several at once, put in order, aimed, removed and put back."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from exodrive.blueprints.staff.fleet import cars
from exodrive.fleet import photos
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.kernel import audit
from exodrive.kernel.db import transaction
from tests import photographs
from tests.drain import drain
from tests.photographs import SMALL
from tests.picture_files import bomb, picture
from tests.web.staff.browser import HTMX, Browser, Forms
from tests.web.staff.conftest import SignedIn

CAR = "/desk/cars/aurelia-gt"
HEIC = b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic" + bytes(40)


@pytest.fixture
def agent(signed_in: SignedIn) -> Browser:
    return signed_in("agent")


@pytest.fixture
def car(house: Flask) -> Car:
    with transaction():
        return fleet.any_car("aurelia-gt")


def send(browser: Browser, *files: tuple[str, bytes], **more: object) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(CAR))
    assert token is not None
    data = {
        "csrf_token": token[1],
        "photos": [(io.BytesIO(content), name) for name, content in files],
    }
    return browser.client.post(f"{CAR}/photos", data=data, content_type="multipart/form-data", **more)


def on_page(browser: Browser) -> list[UUID]:
    return [UUID(found) for found in re.findall(r'data-photo-id="([^"]+)"', browser.get(CAR))]


def deed(browser: Browser, photo_id: UUID, name: str, **typed: str) -> TestResponse:
    return browser.send(browser.get(CAR), f"{photo_id}/arrange", deed=name, **typed)


def test_several_photos_are_sent_at_once_and_shown_when_they_are_ready(agent: Browser, car: Car) -> None:
    answer = send(
        agent, ("IMG_1.JPG", picture(size=SMALL)), ("cabin.png", picture("PNG", size=SMALL, shade=1))
    )
    assert answer.status_code == 303
    waiting = agent.get(CAR)
    assert "2 are being resized" in waiting
    assert 'hx-trigger="every 3s"' in waiting
    drain()
    ready = agent.get(CAR)
    assert "being resized" not in ready
    assert 'hx-trigger="every 3s"' not in ready
    assert ready.count("/photos/") >= 2 * 3
    assert len(on_page(agent)) == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("IMG_2.jpg", HEIC, "Apple’s own format"),
        ("car.jpg", b"<svg onload='alert(1)'/>", "This file is no photo"),
        ("car.png", b"<!doctype html><script>alert(1)</script>", "This file is no photo"),
        ("car.png", bomb(), "30 megabytes and 80 million pixels"),
        ("stamp.jpg", picture(size=(300, 200)), "too few pixels"),
        ("empty.jpg", b"", "This file is no photo"),
        ("<script>.jpg", b"GIF89a", "<b>&lt;script&gt;.jpg</b>"),
        ("../../etc/passwd", b"root", "passwd"),
    ],
)
def test_what_is_refused_is_told_and_keeps_no_other_back(
    agent: Browser, car: Car, name: str, content: bytes, words: str
) -> None:
    answer = send(agent, (name, content), ("good.jpg", picture(size=SMALL)))
    assert words in agent.read(answer, status=422)
    assert len(on_page(agent)) == 1


def test_the_same_photo_twice_is_told_kindly(agent: Browser, car: Car) -> None:
    send(agent, ("a.jpg", picture(size=SMALL)))
    page = agent.read(send(agent, ("b.jpg", picture(size=SMALL))), status=422)
    assert "The car has this photo already" in page
    assert len(on_page(agent)) == 1


def test_nothing_sent_is_told_too(agent: Browser, car: Car) -> None:
    assert "Choose one or more photos first" in agent.read(send(agent), status=422)


def test_a_script_that_sends_one_by_one_gets_the_album_and_what_was_refused(agent: Browser, car: Car) -> None:
    good = send(agent, ("a.jpg", picture(size=SMALL)), headers=HTMX, follow_redirects=True)
    assert good.status_code == 200
    assert "<!doctype" not in good.text
    assert 'id="photos"' in good.text
    assert 'id="sent"' not in good.text
    bad = send(agent, ("b.jpg", b"no"), headers=HTMX)
    assert bad.status_code == 422
    assert 'id="photos"' in bad.text
    assert "This file is no photo" in bad.text.partition('id="sent"')[2]


def test_a_photo_that_cannot_be_drawn_says_why_and_is_tried_again(agent: Browser, car: Car) -> None:
    send(agent, ("cut.jpg", picture(quality=95)[:4000]))
    drain()
    page = agent.get(CAR)
    assert "The file breaks off or is damaged" in page
    (photo_id,) = on_page(agent)
    assert deed(agent, photo_id, "retry").status_code == 303
    assert "1 is being resized" in agent.get(CAR)


def test_buttons_order_the_photos_in_two_tabs_at_once(agent: Browser, signed_in: SignedIn, car: Car) -> None:
    one, two, last = (photographs.add(car, shade=number) for number in range(3))
    other = signed_in("manager")
    old_page = other.get(CAR)
    assert deed(agent, last, "cover").status_code == 303
    assert on_page(agent) == [last, one, two]
    # The other's page is old, and its wish is about the order as it is now.
    assert other.send(old_page, f"{two}/arrange", deed="earlier").status_code == 303
    assert on_page(agent) == [last, two, one]
    assert deed(agent, one, "before", before=str(last)).status_code == 303
    assert on_page(agent) == [one, last, two]


def test_what_was_removed_in_another_tab_is_told(agent: Browser, car: Car) -> None:
    one, two = photographs.add(car, shade=1), photographs.add(car, shade=2)
    old_page = agent.get(CAR)
    deed(agent, one, "remove")
    gone = agent.send(old_page, f"{one}/arrange", deed="cover")
    assert "This photo is not there" in agent.read(gone, status=404)
    stale = agent.send(old_page, f"{two}/arrange", deed="before", before=str(one))
    assert stale.status_code == 409


def test_a_removed_photo_is_put_back(agent: Browser, car: Car) -> None:
    photo_id = photographs.add(car)
    drain()
    deed(agent, photo_id, "remove")
    assert on_page(agent) == []
    assert "1 removed photo" in agent.get(CAR)
    deed(agent, photo_id, "put-back")
    assert on_page(agent) == [photo_id]


def test_words_and_focus_are_kept(agent: Browser, car: Car) -> None:
    photo_id = photographs.add(car)
    drain()
    address = f"{CAR}/photos/{photo_id}"
    page = agent.do(address, alt=" From behind, at the quay ", focus_x="20", focus_y="80")
    assert "From behind, at the quay" in page
    assert "New focus" in page or "is being resized" in page
    photo = photographs.read(car, photo_id)
    assert (photo.alt, photo.focus_x, photo.focus_y) == ("From behind, at the quay", 20, 80)
    assert 'cx="20%"' in agent.get(address)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"focus_x": "101"}, "A number from 0 to 100."),
        ({"focus_y": "-1"}, "A number from 0 to 100."),
        ({"focus_x": "left"}, "Not a valid integer value."),
        ({"focus_x": "9" * 5000}, "Not a valid integer value."),
        ({"focus_x": ""}, "A number from 0 to 100."),
        ({"alt": "x" * 201}, "longer than 200"),
    ],
)
def test_what_is_no_focus_is_refused(agent: Browser, car: Car, typed: dict[str, str], words: str) -> None:
    address = f"{CAR}/photos/{photographs.add(car)}"
    answer = agent.send(agent.get(address), address, **typed)
    assert words in agent.read(answer, status=422)


def test_other_cars_photos_and_made_up_deeds_lead_nowhere(agent: Browser, car: Car) -> None:
    photo_id = photographs.add(car)
    page = agent.get(CAR)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    for address, typed, status in (
        (f"/desk/cars/calder-brake/photos/{photo_id}/arrange", {"deed": "remove"}, 404),
        (f"{CAR}/photos/{uuid4()}/arrange", {"deed": "remove"}, 404),
        (f"{CAR}/photos/{photo_id}/arrange", {"deed": "destroy"}, 400),
        (f"{CAR}/photos/{photo_id}/arrange", {}, 400),
        (f"{CAR}/photos/{photo_id}/arrange", {"deed": "before", "before": "first"}, 400),
        (f"{CAR}/photos/not-an-id/arrange", {"deed": "remove"}, 404),
        ("/desk/cars/no-such-car/photos", {}, 404),
    ):
        answer = agent.client.post(address, data={"csrf_token": token[1], **typed})
        assert answer.status_code == status, address
    assert agent.client.get(f"/desk/cars/calder-brake/photos/{photo_id}").status_code == 404
    assert on_page(agent) == [photo_id]


def test_a_viewer_looks_and_does_not_touch(signed_in: SignedIn, car: Car) -> None:
    photo_id = photographs.add(car)
    viewer = signed_in("viewer")
    page = viewer.get(CAR)
    assert "Add photos" not in page
    assert "/arrange" not in page
    for address in (f"{CAR}/photos/{photo_id}", f"{CAR}/show"):
        assert viewer.client.get(address).status_code == 403


def test_a_manager_hides_a_car_with_a_reason(signed_in: SignedIn, agent: Browser, car: Car) -> None:
    address = f"{CAR}/show"
    assert agent.client.get(address).status_code == 403
    manager = signed_in("manager")
    page = manager.get(address)
    assert "Say why" in manager.read(manager.send(page, address), status=422)
    form = next(each for each in Forms.of(page) if each.action == address)
    shown = {name: value for name, value in form.fields.items() if name != "visible"}
    answer = manager.client.post(address, data={**shown, "reason": "In the body shop"})
    assert answer.status_code == 303
    assert "Hidden" in manager.get(CAR)
    assert agent.client.get("/cars/aurelia-gt").status_code == 404
    with transaction():
        entry = audit.trail(car.id)[0]
    assert (entry.action, entry.reason, entry.data) == (
        "car.changed", "In the body shop", {"visible": False},
    )  # fmt: skip


def test_the_list_finds_cars_that_are_mistyped_by_accents_and_spaces(agent: Browser, car: Car) -> None:
    everything = agent.get("/desk/cars")
    assert everything.count("<tr>") > 5
    plate = car.plate.replace(" ", "").lower()
    for text in ("áurelia", "gt aurelia", plate, plate[-3:] + " aurelia", car.vin[-6:].lower()):
        assert "Aurelia GT" in agent.get(f"/desk/cars?q={text}"), text
    for text in ("%", "nobody", "aurelia%", "_"):
        assert "No car matches" in agent.get(f"/desk/cars?q={text}"), text


def test_the_list_goes_on_where_it_ended(agent: Browser, car: Car, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cars, "PAGE", 3)
    seen: list[str] = []
    address: str | None = "/desk/cars"
    while address:
        page = agent.get(address)
        seen += _slugs(page)
        more = re.search(r'href="(/desk/cars\?after=[^"]+)"', page)
        address = more[1] if more else None
    with transaction():
        assert seen == [each.slug for each in fleet.all_cars(limit=100)]


def _slugs(page: str) -> Sequence[str]:
    return re.findall(r'<td><a href="/desk/cars/([^"]+)"', page)


def test_the_limit_of_an_album_is_told(agent: Browser, car: Car, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST", 1)
    photographs.add(car)
    assert "The car has forty photos" in agent.read(send(agent, ("b.jpg", picture(shade=9))), status=422)


def test_the_trail_says_who_did_it(agent: Browser, car: Car) -> None:
    send(agent, ("a.jpg", picture(size=SMALL)))
    (photo_id,) = on_page(agent)
    deed(agent, photo_id, "remove")
    with transaction():
        trail = audit.trail(car.id)
    assert [entry.action for entry in trail] == ["photo.removed", "photo.added"]
    assert {entry.actor_kind for entry in trail} == {"staff"}
