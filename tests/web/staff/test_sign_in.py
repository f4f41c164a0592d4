"""Signing in and out, and what each role may open."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule

from exodrive.accounts import roles, staff
from exodrive.accounts.roles import Role
from exodrive.blueprints.access import ACCESS
from exodrive.extensions import limiter
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session, transaction
from tests.web.staff.browser import HTMX, Browser
from tests.web.staff.conftest import SignedIn

ARGUMENTS = {
    "reference": "EXD-N0NE00",
    "message_id": uuid4(),
    "delivery_id": uuid4(),
    "kind": "pickup",
    "position": "left",
}


def _desk_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("staff.")]


def test_the_desk_opens_after_signing_in(house: Flask, password: str) -> None:
    browser = Browser(house.test_client())
    first = browser.client.get("/desk?view=all")
    assert first.status_code == 303
    assert first.headers["Location"].startswith("/desk/login?next=")
    answer = browser.send(
        browser.get(first.headers["Location"]),
        "/desk/login",
        email="Agent@exodrive.example",
        password=password,
    )
    assert answer.headers["Location"] == "/desk?view=all"
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


def test_guessing_at_passwords_is_slowed_down(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(house.test_client())
    monkeypatch.setattr(limiter, "enabled", True)
    try:
        answers = [browser.sign_in("agent@exodrive.example", f"guess {number}") for number in range(11)]
    finally:
        limiter.reset()
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert "Retry-After" in answers[-1].headers


def test_a_form_without_its_token_is_refused(signed_in: SignedIn) -> None:
    assert signed_in("agent").client.post("/desk/clock", data={"by": "hour"}).status_code == 400


def test_htmx_is_sent_to_sign_in_as_a_whole(house: Flask) -> None:
    answer = house.test_client().get("/desk", headers=HTMX)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/desk/login"


def test_strangers_open_nothing(house: Flask) -> None:
    client = house.test_client()
    with house.test_request_context():
        for rule in _desk_rules(house):
            address, method = _address(house, rule), _method(rule)
            answer = client.open(address, method=method)
            # A post without a session has no token to show: refused before anybody asks who it is.
            assert answer.status_code == (303 if method == "GET" else 400), (rule, answer.status_code)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_its_step_reaches(role: Role, house: Flask, signed_in: SignedIn) -> None:
    house.config["WTF_CSRF_ENABLED"] = False
    try:
        browser = signed_in(role)
        for rule in _desk_rules(house):
            with house.test_request_context():
                address = _address(house, rule)
            answer = browser.client.open(address, method=_method(rule))
            needed = ACCESS[rule.endpoint].removeprefix("staff:")
            if roles.reaches(role, needed):
                assert answer.status_code not in (303, 401, 403), (rule, answer.status_code)
            else:
                assert answer.status_code == 403, (rule, answer.status_code)
    finally:
        house.config["WTF_CSRF_ENABLED"] = True


def test_a_route_that_is_not_listed_is_refused(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ACCESS, "staff.queue")
    assert signed_in("owner").client.get("/desk/queue").status_code == 403


def test_a_short_password_makes_no_account(house: Flask, password: str) -> None:
    with pytest.raises(staff.PasswordTooShort), transaction():
        staff.add_user("new@desk.example", "New", "too short", Role.AGENT)
    with pytest.raises(staff.EmailTaken), transaction():
        staff.add_user("Agent@ExoDrive.example ", "Twin", password, Role.AGENT)


def _address(app: Flask, rule: Rule) -> str:
    values = {name: ARGUMENTS[name] for name in rule.arguments}
    return app.url_for(rule.endpoint, **values)


def _method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else "POST"
