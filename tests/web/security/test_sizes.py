"""How much a request may bring, by kind of route."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from exodrive.blueprints import body_sizes
from tests import rental
from tests.web.security.routes import all_routes
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn

MEGABYTE = 1024 * 1024
DECLARED = {"content_type": "multipart/form-data; boundary=x"}


def test_every_route_has_an_end(house: Flask, signed_in: SignedIn) -> None:
    """What nobody needs is refused before it is read: 17 MB by a stranger, 129 MB by the owner."""
    stranger, owner = Browser(house.test_client()), signed_in("owner")
    for route in all_routes(house):
        if route.method == "GET":
            continue
        for somebody, size in ((stranger, 17 * MEGABYTE), (owner, 129 * MEGABYTE)):
            answer = somebody.client.open(
                route.address,
                method=route.method,
                environ_overrides={"CONTENT_LENGTH": str(size)},
                **DECLARED,
            )
            # Programs are asked who they are first; nothing of the body is read for that.
            assert answer.status_code in (413, 401), (route, answer.status_code)


@pytest.mark.parametrize("address", ["/my-booking", "/desk/login", "/appearance", "/cars/aurelia-gt/hold"])
def test_forms_of_words_are_small(house: Flask, address: str) -> None:
    browser = Browser(house.test_client())
    answer = browser.client.post(address, data={"email": "x" * body_sizes.FORM})
    assert answer.status_code == 413


def test_a_body_without_its_length_ends_too(house: Flask) -> None:
    """As gunicorn hands on what comes in pieces: whoever reads it meets the end, not the memory's."""
    answer = Browser(house.test_client()).client.post(
        "/my-booking",
        input_stream=io.BytesIO(b"email=" + b"x" * (body_sizes.FORM + 1)),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert answer.status_code in (400, 413)


def test_a_form_of_a_thousand_parts_is_refused(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    parts = {f"field-{number}": (None, "x") for number in range(body_sizes.FIELDS + 1)}
    body = (
        "".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nx\r\n' for name in parts)
        + "--x--\r\n"
    )
    answer = agent.client.post("/desk/clock", data=body.encode(), **DECLARED)
    assert answer.status_code == 413


def test_photos_fit_where_photos_are_asked_for(rental_house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    token = agent.get("/desk").split('name="csrf_token" value="')[1].split('"')[0]
    large = rental.photo() + bytes(body_sizes.FORM)
    sent = {"photo": (io.BytesIO(large), "front.jpg"), "csrf_token": token}
    answer = agent.client.post("/desk/bookings/EXD-N0NE00/photos/pickup/front", data=sent)
    assert answer.status_code == 404, "read, and there is no such booking"
