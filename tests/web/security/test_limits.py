"""How often strangers may ask for what costs something: mails, holds, room in the inbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from exodrive.blueprints.checkout import HOLDS
from exodrive.extensions import limiter
from tests.web.staff.browser import Browser


@pytest.fixture
def counted(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setattr(limiter, "enabled", True)
    monkeypatch.setitem(house.config, "WTF_CSRF_ENABLED", False)
    limiter.reset()
    yield Browser(house.test_client())
    limiter.reset()


def _until_refused(browser: Browser, address: str, most: int, **sent: object) -> int:
    """How many were let through before the first 429."""
    for number in range(most + 1):
        answer = browser.client.post(address, **sent)
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) > 0
            return number
    return most + 1


def test_mails_with_links_are_few(counted: Browser) -> None:
    typed = {"email": "somebody@example.com", "reference": "EXD-000000"}
    assert _until_refused(counted, "/my-booking", 20, data=typed) == 10


def test_holds_are_counted(counted: Browser) -> None:
    assert HOLDS.startswith("120 ")
    assert _until_refused(counted, "/cars/aurelia-gt/hold", 130, data={"promise": "x"}) == 120


def test_another_address_is_counted_apart(counted: Browser) -> None:
    typed = {"email": "somebody@example.com", "reference": "EXD-000000"}
    _until_refused(counted, "/my-booking", 20, data=typed)
    answer = counted.client.post("/my-booking", data=typed, environ_base={"REMOTE_ADDR": "198.51.100.1"})
    assert answer.status_code == 200


def test_a_made_up_forwarded_address_is_no_other_address(counted: Browser) -> None:
    """Nobody said that a proxy stands in front: its headers are a stranger's."""
    typed = {"email": "somebody@example.com", "reference": "EXD-000000"}
    _until_refused(counted, "/my-booking", 20, data=typed)
    answer = counted.client.post("/my-booking", data=typed, headers={"X-Forwarded-For": "198.51.100.1"})
    assert answer.status_code == 429
