"""Nobody is sent away to another site, however the address is written."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from flask import Flask

from tests.web.staff.browser import Browser
from tests.web.staff.conftest import email

ELSEWHERE = (
    "//evil.example",
    "https://evil.example/desk",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "http:evil.example",
    "//localhost@evil.example/",
    "/%2f%2fevil.example\r\nSet-Cookie: x=1",
    "javascript:alert(1)",
)


def is_ours(location: str) -> bool:
    """A path of this site, as every browser reads it."""
    ours = r"(/(?![/\\])|http://localhost/|%)[^\\\s:]*"
    return re.fullmatch(ours, location) is not None


def test_signing_in_leads_nowhere_else(house: Flask, password: str) -> None:
    for address in ELSEWHERE:
        browser = Browser(house.test_client())
        answer = browser.send(
            browser.get(f"/desk/login?next={quote(address)}"),
            "/desk/login",
            email=email("agent"),
            password=password,
            next=address,
        )
        assert is_ours(answer.headers.get("Location", "/")), (address, answer.headers.get("Location"))
        assert "Set-Cookie: x" not in str(answer.headers)


def test_the_way_to_the_sign_in_carries_paths_of_ours(house: Flask) -> None:
    browser = Browser(house.test_client())
    for path in ("/desk//evil.example", "/desk/%5c%5cevil.example", "/desk?next=//evil.example"):
        answer = browser.client.get(path)
        if answer.status_code in (303, 308):
            assert is_ours(answer.headers["Location"]), path


@pytest.mark.parametrize(
    "referrer", [*ELSEWHERE, "http://[broken", "http://localhost//evil.example", "http://localhost/\\evil"]
)
def test_the_choice_of_appearance_leads_nowhere_else(house: Flask, referrer: str) -> None:
    browser = Browser(house.test_client())
    token = browser.get("/desk/login").split('name="csrf_token" value="')[1].split('"')[0]
    clean = referrer.replace("\r", "").replace("\n", "")  # a server takes no line break in a header
    answer = browser.client.post(
        "/appearance", data={"theme": "dark", "csrf_token": token}, headers={"Referer": clean}
    )
    assert answer.headers["Location"] == "/"
