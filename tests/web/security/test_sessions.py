"""Sessions of the desk: new at sign-in, ended on the server, and never longer than they should last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from argon2 import low_level
from flask import Flask
from sqlalchemy import update

from exodrive.accounts import sessions, staff
from exodrive.accounts.models import StaffSession, StaffUser
from exodrive.accounts.passwords import PasswordGuessable, PasswordTooLong, PasswordTooShort, check
from exodrive.accounts.roles import Role
from exodrive.accounts.staff import LastOwner
from exodrive.kernel import clock
from exodrive.kernel.actors import SYSTEM
from exodrive.kernel.db import session, transaction
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn, email

AGENT = email("agent")


def cookie_of(house: Flask, browser: Browser) -> str:
    kept = browser.client._client.get_cookie(house.config["SESSION_COOKIE_NAME"])
    assert kept is not None
    return kept.value


def opens(house: Flask, cookie: str) -> bool:
    """Whether somebody with this cookie, and nothing else, is let in."""
    client = house.test_client()
    client.set_cookie(house.config["SESSION_COOKIE_NAME"], cookie)
    return Browser(client).client.get("/desk").status_code == 200


def agent_id() -> UUID:
    found = staff.find(AGENT)
    assert found is not None
    return found.id


def test_nothing_known_before_the_sign_in_counts_after_it(house: Flask, password: str) -> None:
    browser = Browser(house.test_client())
    page = browser.get("/desk/login")
    planted, token = cookie_of(house, browser), page.split('name="csrf_token" value="')[1].split('"')[0]
    browser.send(page, "/desk/login", email=AGENT, password=password)
    assert opens(house, cookie_of(house, browser))
    assert not opens(house, planted)
    assert browser.client.post("/desk/clock", data={"by": "hour", "csrf_token": token}).status_code == 400


def test_signing_out_ends_it_on_the_server(house: Flask, signed_in: SignedIn) -> None:
    browser = signed_in("agent")
    stolen = cookie_of(house, browser)
    other = signed_in("agent")
    browser.send(browser.get("/desk"), "/desk/logout")
    assert not opens(house, stolen)
    assert other.client.get("/desk").status_code == 200, "signed in elsewhere is another session"


def test_sessions_end_when_idle_and_when_long(house: Flask, signed_in: SignedIn) -> None:
    browser = signed_in("agent")
    at = clock.real_now()
    for seen, started, lives in (
        (timedelta(hours=1, minutes=50), timedelta(hours=3), True),
        (sessions.LONGEST_IDLE, timedelta(hours=3), False),
        (timedelta(), timedelta(hours=11, minutes=50), True),
        (timedelta(), sessions.LONGEST, False),
    ):
        with transaction():
            session().execute(update(StaffSession).values(seen_at=at - seen, started_at=at - started))
        assert (browser.client.get("/desk").status_code == 200) == lives, (seen, started)


def test_use_keeps_a_session_alive(house: Flask, signed_in: SignedIn) -> None:
    browser = signed_in("agent")
    old = clock.real_now() - timedelta(hours=1)
    with transaction():
        session().execute(update(StaffSession).values(seen_at=old))
    browser.get("/desk")
    with transaction():
        assert session().query(StaffSession).one().seen_at > old + timedelta(minutes=30)


def _close() -> None:
    staff.deactivate(agent_id(), reason="Left", by=SYSTEM, at=clock.now())


def _less() -> None:
    session().execute(update(StaffUser).where(StaffUser.email == AGENT).values(role=Role.VIEWER))


def _other_password() -> None:
    staff.set_password(agent_id(), "another long one of words", by=SYSTEM, at=clock.now())


@pytest.mark.parametrize(("change", "status"), [(_close, 303), (_less, 403), (_other_password, 303)])
def test_what_changes_with_a_person_counts_at_once(
    house: Flask, signed_in: SignedIn, change: Callable[[], None], status: int
) -> None:
    browser = signed_in("agent")
    address = "/desk/queue/docuseal/retry" if status == 403 else "/desk"
    assert browser.client.get(address).status_code == 200
    with transaction():
        change()
    assert browser.client.get(address).status_code == status


def test_the_last_owner_stays(house: Flask) -> None:
    owner = staff.find(email("owner"))
    assert owner is not None
    with pytest.raises(LastOwner), transaction():
        staff.deactivate(owner.id, reason="Oops", by=SYSTEM, at=clock.now())


def test_another_password_signs_out_the_other_browsers(
    house: Flask, password: str, signed_in: SignedIn
) -> None:
    here, elsewhere = signed_in("agent"), signed_in("agent")
    chosen = "four words upon a wall"
    page = here.get("/desk/new-password")
    wrong = {"password": "not it at all", "new_password": chosen, "new_password_confirm": chosen}
    assert here.send(page, "/desk/new-password", **wrong).status_code == 422
    weak = {
        "password": password,
        "new_password": "Ada Agent 2026!!",
        "new_password_confirm": "Ada Agent 2026!!",
    }
    assert "others would try" in here.read(here.send(page, "/desk/new-password", **weak), status=422)
    assert here.send(page, "/desk/new-password", **{**wrong, "password": password}).status_code == 302
    assert here.client.get("/desk").status_code == 200
    assert elsewhere.client.get("/desk").status_code == 303
    assert Browser(house.test_client()).sign_in(AGENT, chosen).status_code == 302


def test_a_remembered_browser_is_not_to_be_had(house: Flask, password: str) -> None:
    browser = Browser(house.test_client())
    answer = browser.send(
        browser.get("/desk/login"), "/desk/login", email=AGENT, password=password, remember="y"
    )
    assert "remember_token" not in str(answer.headers)


def test_tokens_of_flask_security_open_nothing(house: Flask, password: str) -> None:
    """It would hand one out to whoever asks in JSON, and take it from a header or from the address."""
    browser = Browser(house.test_client())
    page = browser.get("/desk/login")
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = browser.client.post(
        "/desk/login?include_auth_token=1",
        json={"email": AGENT, "password": password},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )
    assert "authentication_token" not in answer.text
    with house.test_request_context():
        user = staff.find(AGENT)
        assert user is not None
        made = user.get_auth_token()
    stranger = Browser(house.test_client())
    assert stranger.client.get("/desk", headers={"Authentication-Token": made}).status_code == 303
    assert stranger.client.get(f"/desk?auth_token={made}").status_code == 303


def test_json_at_the_door_is_no_fault_of_ours(house: Flask) -> None:
    browser = Browser(house.test_client())
    token = browser.get("/desk/login").split('name="csrf_token" value="')[1].split('"')[0]
    for body in (b"[1]", b"{", b'"x"', b"null", b"{}"):
        answer = browser.client.post(
            "/desk/login", data=body, content_type="application/json", headers={"X-CSRFToken": token}
        )
        assert answer.status_code == 415


def test_unknown_names_cost_the_same_work(
    house: Flask, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many hashes for an account that is not there, so that time tells nobody who works here."""
    hashed: list[str] = []
    for name in ("hash_secret", "verify_secret"):
        monkeypatch.setattr(low_level, name, _noting(hashed, name))
    spent = {}
    for who in (AGENT, "nobody@exodrive.example"):
        hashed.clear()
        Browser(house.test_client()).sign_in(who, "a wrong password")
        spent[who] = len(hashed)
    assert spent[AGENT] == spent["nobody@exodrive.example"] == 1


def _noting(hashed: list[str], name: str) -> Callable[..., Any]:
    real = getattr(low_level, name)

    def noted(*given: Any, **named: Any) -> Any:
        hashed.append(name)
        return real(*given, **named)

    return noted


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("short", PasswordTooShort),
        ("x" * 129, PasswordTooLong),
        ("aaaaaaaaaaaa", PasswordGuessable),
        ("password-1234", PasswordGuessable),
        ("QwertyUiop!2026", PasswordGuessable),
        ("maya.okafor-88", PasswordGuessable),
        ("xx-Okafor-99-yy", PasswordGuessable),
    ],
)
def test_passwords_that_others_would_try_are_refused(password: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check(password, about=("Maya Okafor", "maya@okafor.example"))


def test_long_ones_of_words_are_taken() -> None:
    check("correct horse battery staple", about=("Maya Okafor", "maya@okafor.example"))
