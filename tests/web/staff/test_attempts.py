"""Guessing at passwords: slowed down by address and by account, and no stranger keeps the staff out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask_limiter import Limiter
from werkzeug.test import TestResponse

from exodrive.app import create_app
from exodrive.config import Settings
from exodrive.extensions import limiter
from exodrive.kernel.db import db
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import email

AGENT = email("agent")


@pytest.fixture
def counted(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Limiter]:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    yield limiter
    limiter.reset()


def test_an_account_is_guessed_at_five_times_a_minute(house: Flask, counted: Limiter) -> None:
    browser = Browser(house.test_client())
    answers = [browser.sign_in(AGENT, f"guess {number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "Retry-After" in answers[-1].headers


def test_from_many_addresses_too(house: Flask, counted: Limiter, password: str) -> None:
    page = Browser(house.test_client())
    answers = [_from(page, f"198.51.100.{number}", AGENT, f"guess {number}") for number in range(5)]
    assert {answer.status_code for answer in answers} == {422}
    assert _from(page, "198.51.100.9", AGENT.upper(), password).status_code == 429, "however it is written"
    assert _from(page, "198.51.100.9", email("manager"), "guess").status_code == 422, "the others are free"


def test_an_address_is_stopped_whatever_account_it_tries(house: Flask, counted: Limiter) -> None:
    browser = Browser(house.test_client())
    answers = [browser.sign_in(f"somebody-{number}@exodrive.example", "guess") for number in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_no_stranger_keeps_a_member_of_staff_out(house: Flask, counted: Limiter, password: str) -> None:
    own = Browser(house.test_client())
    own.sign_in(AGENT, password)
    own.send(own.get("/desk"), "/desk/logout")
    stranger = Browser(house.test_client())
    for number in range(6):
        last = _from(stranger, "203.0.113.7", AGENT, f"guess {number}")
    assert last.status_code == 429
    assert own.sign_in(AGENT, password).status_code == 302


def test_a_known_browser_is_counted_as_well(house: Flask, counted: Limiter, password: str) -> None:
    own = Browser(house.test_client())
    own.sign_in(AGENT, password)
    own.send(own.get("/desk"), "/desk/logout")
    answers = [own.sign_in(AGENT, f"guess {number}").status_code for number in range(6)]
    assert answers == [422] * 5 + [429]


def test_a_made_up_cookie_makes_no_browser_known(house: Flask, counted: Limiter) -> None:
    client = house.test_client()
    browser = Browser(client)
    for number in range(6):
        client.set_cookie(f"{house.config['SESSION_COOKIE_NAME']}-known", f"WyJ4IiwieSJd.{number}.x")
        last = browser.sign_in(AGENT, "guess")
    assert last.status_code == 429


def test_success_is_not_counted(house: Flask, counted: Limiter, password: str) -> None:
    for _ in range(7):
        browser = Browser(house.test_client())
        assert browser.sign_in(AGENT, password).status_code == 302


def test_it_counts_without_valkey(house: Flask, settings: Settings, counted: Limiter) -> None:
    """The counters move into the process's memory, and nobody meets an error."""
    as_it_was = dict(vars(limiter))  # one limiter serves the process
    lonely = create_app(replace(settings, redis_url="redis://127.0.0.1:1/0"))
    lonely.config["TESTING"] = True
    try:
        with lonely.app_context():
            browser = Browser(lonely.test_client())
            answers = [browser.sign_in(AGENT, f"guess {number}").status_code for number in range(6)]
            assert answers == [422] * 5 + [429]
            db.engine.dispose()
    finally:
        vars(limiter).update(as_it_was)


def _from(browser: Browser, address: str, account: str, password: str) -> TestResponse:
    page = browser.get("/desk/login")
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return browser.client.post(
        "/desk/login",
        data={"email": account, "password": password, "csrf_token": token},
        environ_base={"REMOTE_ADDR": address},
    )
