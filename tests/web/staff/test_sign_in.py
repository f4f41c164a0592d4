"""Signing in and out, and what each role may open."""

from __future__ import annotations

import pytest
from flask import Flask

from exodrive.accounts import staff
from exodrive.accounts.passwords import PasswordTooShort
from exodrive.accounts.roles import Role
from exodrive.blueprints.access import ACCESS
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session, transaction
from tests.web.staff.browser import HTMX, Browser
from tests.web.staff.conftest import SignedIn


def test_the_desk_opens_after_signing_in(house: Flask, password: str) -> None:
    browser = Browser(house.test_client())
    first = browser.client.get("/desk/bookings?view=all")
    assert first.status_code == 303
    assert first.headers["Location"].startswith("/desk/login?next=")
    answer = browser.send(
        browser.get(first.headers["Location"]),
        "/desk/login",
        email="Agent@exodrive.example",
        password=password,
    )
    assert answer.headers["Location"] == "/desk/bookings?view=all"
    assert "Bookings" in browser.get("/desk")
    with transaction():
        assert session().query(AuditEntry).filter_by(action="staff.signed_in").count() == 1
        found = staff.find("agent@exodrive.example")
        assert found is not None
        assert found.login_count == 1
        assert found.current_login_at is not None
        assert found.current_login_at.tzinfo is not None


def test_a_wrong_name_and_a_wrong_password_look_the_same(house: Flask, password: str) -> None:
    browser = Browser(house.test_client())
    wrong_password = browser.sign_in("agent@exodrive.example", "not the password")
    wrong_name = browser.sign_in("nobody@desk.example", password)
    texts = [browser.read(answer, status=422) for answer in (wrong_password, wrong_name)]
    for text in texts:
        assert "That does not match" in text
        assert "does not exist" not in text
    assert browser.client.get("/desk").status_code == 303


def test_an_account_that_is_closed_does_not_open(house: Flask, password: str) -> None:
    with transaction():
        found = staff.find("agent@exodrive.example")
        assert found is not None
        found.active = False
    browser = Browser(house.test_client())
    assert "That does not match" in browser.read(
        browser.sign_in("agent@exodrive.example", password), status=422
    )


def test_signing_out_ends_the_session(signed_in: SignedIn) -> None:
    browser = signed_in("viewer")
    browser.send(browser.get("/desk"), "/desk/logout")
    assert browser.client.get("/desk").status_code == 303


def test_signing_in_never_leads_to_another_site(house: Flask, password: str) -> None:
    browser = Browser(house.test_client())
    page = browser.get("/desk/login?next=https://evil.example/desk")
    answer = browser.send(page, "/desk/login", email="agent@exodrive.example", password=password)
    assert "Location" not in answer.headers


def test_a_form_without_its_token_is_refused(signed_in: SignedIn) -> None:
    assert signed_in("agent").client.post("/desk/clock", data={"by": "hour"}).status_code == 400


def test_htmx_is_sent_to_sign_in_as_a_whole(house: Flask) -> None:
    answer = house.test_client().get("/desk", headers=HTMX)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/desk/login"


def test_a_route_that_is_not_listed_is_refused(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ACCESS, "staff.queue")
    assert signed_in("owner").client.get("/desk/queue").status_code == 403


def test_a_short_password_makes_no_account(house: Flask, password: str) -> None:
    with pytest.raises(PasswordTooShort), transaction():
        staff.add_user("new@desk.example", "New", "too short", Role.AGENT)
    with pytest.raises(staff.EmailTaken), transaction():
        staff.add_user("Agent@ExoDrive.example ", "Twin", password, Role.AGENT)
