"""No form is taken without its token, with another session's, or from another site."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from exodrive.blueprints.origins import FOR_PROGRAMS
from tests.web.security.routes import Route, all_routes
from tests.web.staff.browser import HTMX, Browser
from tests.web.staff.conftest import SignedIn

FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://[broken"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


def _posts(app: Flask) -> list[Route]:
    """All that change something and are not for programs."""
    return [
        route
        for route in all_routes(app)
        if route.method != "GET" and route.endpoint.partition(".")[0] not in FOR_PROGRAMS
    ]


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_every_form_needs_the_token_of_its_own_session(house: Flask, signed_in: SignedIn) -> None:
    owner, stranger = signed_in("owner"), Browser(house.test_client())
    foreign = _token(stranger.get("/desk/login"))
    attempts: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({}, {}),
        ({}, HTMX),
        ({"csrf_token": foreign}, {}),
        ({}, {"X-CSRFToken": foreign, **HTMX}),
        ({"csrf_token": "x"}, {}),
    )
    routes = _posts(house)
    assert len(routes) > 30
    for route in routes:
        for data, headers in attempts:
            answer = owner.client.open(route.address, method=route.method, data=data, headers=headers)
            assert answer.status_code == 400, (route.endpoint, data, headers, answer.status_code)
    assert owner.client.get("/desk").status_code == 200, "nor did any of them sign the owner out"


def test_every_form_of_another_site_is_refused_even_with_a_token(house: Flask, signed_in: SignedIn) -> None:
    owner = signed_in("owner")
    token = _token(owner.get("/desk"))
    for route in _posts(house):
        for headers in FOREIGN:
            data = {"csrf_token": token}
            answer = owner.client.open(route.address, method=route.method, data=data, headers=headers)
            assert answer.status_code == 403, (route.endpoint, headers, answer.status_code)
    assert owner.client.get("/desk").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}],
)
def test_our_own_pages_are_heard(house: Flask, signed_in: SignedIn, headers: dict[str, str]) -> None:
    owner = signed_in("owner")
    data = {"csrf_token": _token(owner.get("/desk")), "theme": "dark"}
    assert owner.client.post("/appearance", data=data, headers=headers).status_code == 303


def test_over_https_the_referrer_is_ours(house: Flask) -> None:
    """Where a browser is too old to say its origin, the page that it comes from has to be ours."""
    client = house.test_client()
    browser = Browser(client)
    token = _token(browser.client.get("/desk/login", base_url="https://localhost").text)
    for referrer, status in (("https://evil.example/", 400), ("", 400), ("https://localhost/desk", 303)):
        answer = browser.client.post(
            "/appearance",
            base_url="https://localhost",
            data={"csrf_token": token, "theme": "dark"},
            headers={"Referer": referrer} if referrer else {},
        )
        assert answer.status_code == status, referrer


def test_no_cookie_opens_anything_for_programs(house: Flask, signed_in: SignedIn) -> None:
    """What is exempt from the token takes nothing from the session: the desk's owner is nobody there."""
    owner, nobody = signed_in("owner"), Browser(house.test_client())
    for route in all_routes(house):
        if route.endpoint.partition(".")[0] in FOR_PROGRAMS:
            answers = [
                each.client.open(route.address, method=route.method, json={}).status_code
                for each in (owner, nobody)
            ]
            assert answers[0] == answers[1], route


def test_webhooks_without_a_signature_are_refused(house: Flask) -> None:
    for provider in ("paypal", "docuseal", "resend"):
        answer = Browser(house.test_client()).client.post(
            f"/webhooks/{provider}", json={"id": "WH-1", "event_type": "X", "type": "x", "timestamp": "1"}
        )
        assert answer.status_code == 401
