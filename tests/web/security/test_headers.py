"""Headers on every answer of every route, whoever asks and whatever the answer is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from exodrive.app import create_app
from exodrive.config import Settings
from exodrive.kernel.db import db
from tests.web.security.routes import all_routes
from tests.web.staff.browser import HTMX, Browser
from tests.web.staff.conftest import SignedIn

EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A mail as its reader will see it: inside a sandbox that runs nothing, framed by the desk's own page.
FRAMED = "staff.message_html"
# The same for everybody, and about nobody.
PUBLIC_COPIES = (
    "static", "drawings.car", "drawings.light_rule", "api.document", "window.robots", "window.site_map",
    "window.sheet", "window.manifest", "window.icon", "window.shared",
)  # fmt: skip


def test_every_route_for_everybody(house: Flask, signed_in: SignedIn) -> None:
    people = {"nobody": Browser(house.test_client()), "owner": signed_in("owner")}
    for route in all_routes(house):
        if route.endpoint == "security.logout":
            continue
        for name, somebody in people.items():
            for headers in ({}, HTMX):
                answer = somebody.client.open(
                    route.address, method=route.method, headers=headers, buffered=True
                )
                assert answer.status_code < 500 or answer.status_code == 503, (name, route)
                faults = list(_faults(answer, endpoint=route.endpoint))
                assert faults == [], (name, route.endpoint, route.method, answer.status_code, faults)


@pytest.mark.parametrize(
    ("address", "method", "status"),
    [
        ("/nowhere", "GET", 404),
        ("/my-booking", "DELETE", 405),
        ("/api/v1/nowhere", "GET", 404),
        ("/static/nowhere.js", "GET", 404),
        ("/my-booking", "POST", 400),
        ("/webhooks/paypal", "POST", 400),
        ("/b/" + "x" * 43, "GET", 404),
    ],
)
def test_errors_have_them_too(house: Flask, address: str, method: str, status: int) -> None:
    answer = Browser(house.test_client()).client.open(address, method=method)
    assert answer.status_code == status
    assert list(_faults(answer, endpoint=None)) == []


def test_scripts_of_a_page_bear_the_nonce_of_its_answer(house: Flask) -> None:
    browser = Browser(house.test_client())
    answers = [browser.client.get("/") for _ in range(2)]
    nonces = [re.search(r"'nonce-([\w-]{20,})'", each.headers["Content-Security-Policy"]) for each in answers]
    assert nonces[0] is not None
    assert nonces[1] is not None
    assert nonces[0][1] != nonces[1][1]
    assert f'nonce="{nonces[0][1]}"' in answers[0].text


def test_no_page_has_styles_or_handlers_inside(house: Flask, signed_in: SignedIn) -> None:
    owner = signed_in("owner")
    for route in all_routes(house):
        if route.method == "GET" and route.endpoint != FRAMED:
            answer = owner.client.get(route.address, buffered=True)
            if answer.mimetype == "text/html":
                assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", answer.text), route


@pytest.fixture
def locked(house: Flask, settings: Settings) -> Iterator[Flask]:
    """The house as visitors reach it over HTTPS, behind a proxy that ends it."""
    app = create_app(replace(settings, public_url="https://rent.example"))
    app.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_over_https_it_stays_https(locked: Flask) -> None:
    browser = Browser(locked.test_client())
    for address in ("/", "/nowhere", "/healthz", "/static/mark.svg"):
        answer = browser.client.get(address)
        assert "max-age=63072000" in answer.headers["Strict-Transport-Security"], address


def test_over_https_cookies_are_held_to_this_host(locked: Flask, password: str) -> None:
    client = locked.test_client()
    browser = Browser(client)
    over = {"base_url": "https://rent.example", "headers": {"Referer": "https://rent.example/"}}
    page = browser.client.get("/desk/login", **over)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    typed = {"email": "agent@exodrive.example", "password": password, "csrf_token": token}
    answers = [
        page,
        browser.client.post("/desk/login", data=typed, **over),
        browser.client.post("/appearance", data={"theme": "dark"}, **over),
    ]
    given = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]
    assert len({line.partition("=")[0] for line in given}) >= 2
    for line in given:
        assert line.startswith("__Host-"), line
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert part in line, line
        assert "Domain" not in line


def test_signing_out_clears_what_pages_kept(signed_in: SignedIn) -> None:
    browser = signed_in("viewer")
    answer = browser.send(browser.get("/desk"), "/desk/logout")
    assert answer.headers["Clear-Site-Data"] == '"storage"'


def _faults(answer: TestResponse, *, endpoint: str | None) -> Iterator[str]:
    headers = answer.headers
    for name, value in EXPECTED.items():
        if headers.get(name) != value:
            yield f"{name}: {headers.get(name)}"
    if answer.mimetype == "text/html" and "camera=()" not in headers.get("Permissions-Policy", ""):
        yield "Permissions-Policy"
    policy = headers.get("Content-Security-Policy", "")
    if endpoint != FRAMED and answer.status_code < 400 and "unsafe" in policy:
        yield policy
    for part in ("default-src", "base-uri 'none'", "frame-ancestors 'none'", "form-action"):
        if part not in policy and endpoint != FRAMED:
            yield f"{part} is missing from {policy}"
    yield from _kept_by_others(answer, endpoint)


def _kept_by_others(answer: TestResponse, endpoint: str | None) -> Iterator[str]:
    keeping = answer.headers.get("Cache-Control", "")
    if endpoint in PUBLIC_COPIES and answer.status_code < 400:
        return
    if not ("private" in keeping or "no-store" in keeping):
        yield f"Cache-Control: {keeping}"
