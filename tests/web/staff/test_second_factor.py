"""The second factor: setting it up, signing in with it, losing the telephone, and who must have one."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import update
from werkzeug.test import TestResponse

from exodrive.accounts import staff
from exodrive.accounts.models import StaffUser
from exodrive.extensions import limiter
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session, transaction
from tests.web.staff.browser import HTMX, Browser
from tests.web.staff.conftest import SignedIn, email

MANAGER = email("manager")


@pytest.fixture
def required(house: Flask) -> Iterator[None]:
    """As outside the sandbox: managers and owners must have one."""
    house.config["SECOND_FACTOR_FROM"] = "manager"
    yield
    house.config["SECOND_FACTOR_FROM"] = None


@pytest.fixture
def fresh_codes() -> Callable[[], None]:
    """Half a minute has passed: the code of this very moment counts again."""

    def forget() -> None:
        with transaction():
            session().execute(update(StaffUser).values(totp_counter=None))

    return forget


def set_up(browser: Browser) -> str:
    """Set a second factor up from one's account; returns the key, as a person types it into the app."""
    return set_up_with(browser)[0]


def set_up_with(browser: Browser) -> tuple[str, str]:
    """The same, and the code that confirmed it."""
    shown = browser.read(_choose(browser, "authenticator"))
    key = re.search(r'<b class="one-time num">([^<]+)</b>', shown)
    assert key is not None
    confirming = code(key[1])
    answer = browser.send(shown, "/desk/code", code=confirming)
    assert answer.status_code == 302, answer.text[:800]
    return key[1], confirming


def code(key: str, *, ahead: int = 0) -> str:
    return str(TOTP(key.replace("-", "").replace(" ", "")).generate(time=time.time() + ahead).token)


def recovery_codes(browser: Browser) -> list[str]:
    page = browser.get("/desk/recovery-codes")
    made = browser.read(browser.send(page, "/desk/recovery-codes", generate_new_codes="1"))
    return re.findall(r"<li>([a-z2-7]{4}(?:-[a-z2-7]{4}){5})</li>", made)


def at_the_code(house: Flask, password: str, who: str = MANAGER) -> tuple[Browser, str]:
    """A new browser that has shown the password; and the page that asks for the code."""
    browser = Browser(house.test_client())
    answer = browser.sign_in(who, password)
    assert answer.headers["Location"].startswith("/desk/code"), answer.headers
    return browser, browser.get(answer.headers["Location"])


def is_in(browser: Browser) -> bool:
    return browser.client.get("/desk").status_code == 200


def test_the_code_opens_the_desk_and_the_password_alone_does_not(
    house: Flask, password: str, signed_in: SignedIn, fresh_codes: Callable[[], None]
) -> None:
    key = set_up(signed_in("manager"))
    fresh_codes()
    browser, page = at_the_code(house, password)
    assert not is_in(browser)
    assert browser.send(page, "/desk/code", code="000000").status_code == 422
    assert not is_in(browser)
    answer = browser.send(page, "/desk/code", code=code(key))
    assert answer.status_code == 302
    assert is_in(browser)


def test_a_code_counts_once(house: Flask, password: str, signed_in: SignedIn) -> None:
    key, confirming = set_up_with(signed_in("manager"))
    browser, page = at_the_code(house, password)
    assert browser.send(page, "/desk/code", code=confirming).status_code == 422
    following = code(key, ahead=30)
    assert browser.send(page, "/desk/code", code=following).status_code == 302
    other, page = at_the_code(house, password)
    assert other.send(page, "/desk/code", code=following).status_code == 422


def test_recovery_codes_are_shown_once_kept_as_hashes_and_good_for_one_sign_in(
    house: Flask, password: str, signed_in: SignedIn
) -> None:
    browser = signed_in("manager")
    set_up(browser)
    codes = recovery_codes(browser)
    assert len(set(codes)) == 8
    for address in ("/desk/recovery-codes", "/desk/recovery-codes?show_codes=1", "/desk/account"):
        assert not any(each in browser.get(address) for each in codes)
    with transaction():
        kept = staff.find(MANAGER)
        assert kept is not None
        assert kept.mf_recovery_codes is not None
        assert not set(codes) & set(kept.mf_recovery_codes)
    for used, status in ((codes[0].upper().replace("-", " "), 302), (codes[0], 422), ("x" * 30, 422)):
        other, _ = at_the_code(house, password)
        page = other.get("/desk/recovery")
        assert other.send(page, "/desk/recovery", code=used).status_code == status, used
        assert is_in(other) == (status == 302)


def test_the_page_asks_for_recovery_codes_where_there_are_none(
    house: Flask, password: str, signed_in: SignedIn, fresh_codes: Callable[[], None]
) -> None:
    key = set_up(signed_in("manager"))
    fresh_codes()
    browser, page = at_the_code(house, password)
    assert browser.send(page, "/desk/code", code=code(key)).headers["Location"] == "/desk/recovery-codes"


def test_guessing_codes_is_slowed_down(
    house: Flask, password: str, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = set_up(signed_in("manager"))
    browser, page = at_the_code(house, password)
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    try:
        answers = [browser.send(page, "/desk/code", code=f"{guess:06}") for guess in range(5)]
        last = browser.send(page, "/desk/code", code=code(key, ahead=30))
    finally:
        limiter.reset()
    assert [answer.status_code for answer in answers] == [422] * 5
    assert last.status_code == 429


def test_the_way_from_password_to_code_ends(
    house: Flask, password: str, signed_in: SignedIn, fresh_codes: Callable[[], None]
) -> None:
    key = set_up(signed_in("manager"))
    fresh_codes()
    client = house.test_client()
    browser = Browser(client)
    page = browser.get(browser.sign_in(MANAGER, password).headers["Location"])
    with client.session_transaction() as cookie:
        cookie["tf_begun"] = time.time() - 601
    answer = browser.send(page, "/desk/code", code=code(key))
    assert answer.headers["Location"] == "/desk/login"
    assert not is_in(browser)
    browser.sign_in(MANAGER, password)
    with client.session_transaction() as cookie:
        cookie["tf_begun"] = time.time() - 601  # left lying, and begun once more
    again = browser.get(browser.sign_in(MANAGER, password).headers["Location"])
    assert browser.send(again, "/desk/code", code=code(key)).status_code == 302


def test_nobody_reaches_the_code_without_a_password(house: Flask) -> None:
    browser = Browser(house.test_client())
    for address in ("/desk/code", "/desk/recovery", "/desk/second-factor"):
        assert browser.client.get(address).headers["Location"] == "/desk/login", address


def test_managers_must_set_it_up_and_can_do_nothing_before(
    house: Flask, password: str, required: None
) -> None:
    browser = Browser(house.test_client())
    answer = browser.sign_in(MANAGER, password)
    assert answer.headers["Location"] == "/desk/second-factor"
    assert not is_in(browser)
    shown = browser.read(_choose(browser, "authenticator"))
    key = re.search(r'<b class="one-time num">([^<]+)</b>', shown)
    assert key is not None
    answer = browser.send(shown, "/desk/code", code=code(key[1]))
    assert answer.headers["Location"] == "/desk/recovery-codes"
    assert is_in(browser)
    assert _choose(browser, "disable").status_code == 422, "not where the house asks for it"


def test_agents_may_do_without(house: Flask, password: str, required: None) -> None:
    browser = Browser(house.test_client())
    browser.sign_in(email("agent"), password)
    assert is_in(browser)


def test_who_is_in_when_it_becomes_the_rule_is_sent_to_set_it_up(house: Flask, signed_in: SignedIn) -> None:
    browser = signed_in("manager")
    house.config["SECOND_FACTOR_FROM"] = "manager"
    try:
        assert browser.client.get("/desk").headers["Location"] == "/desk/second-factor"
        answer = browser.client.get("/desk", headers=HTMX)
        assert answer.headers["HX-Redirect"] == "/desk/second-factor"
        set_up(browser)
        assert is_in(browser)
    finally:
        house.config["SECOND_FACTOR_FROM"] = None


def test_it_can_be_taken_away_where_nobody_asks_for_it(
    house: Flask, password: str, signed_in: SignedIn
) -> None:
    browser = signed_in("agent")
    set_up(browser)
    recovery_codes(browser)
    assert _choose(browser, "disable").status_code == 302
    other = Browser(house.test_client())
    other.sign_in(email("agent"), password)
    assert is_in(other)
    with transaction():
        kept = staff.find(email("agent"))
        assert kept is not None
        assert kept.mf_recovery_codes is None


def test_an_owner_resets_a_lost_telephone(house: Flask, password: str, signed_in: SignedIn) -> None:
    lost = signed_in("manager")
    set_up(lost)
    owner = signed_in("owner")
    link = re.search(r'href="(/desk/people/[^"]+/reset-second-factor)"', owner.get("/desk/people"))
    assert link is not None
    page = owner.get(link[1])
    assert owner.send(page, link[1], reason=" ").status_code == 422
    assert owner.send(page, link[1], reason="Phone fell into the lake").status_code == 303
    assert not is_in(lost), "whoever has the telephone may have the session"
    browser = Browser(house.test_client())
    browser.sign_in(MANAGER, password)
    assert is_in(browser)
    with transaction():
        entry = session().query(AuditEntry).filter_by(action="staff.second_factor_reset").one()
        assert (entry.actor_name, entry.reason) == ("Olivia Owner", "Phone fell into the lake")


def test_what_it_does_is_in_the_record(house: Flask, signed_in: SignedIn) -> None:
    browser = signed_in("agent")
    key = set_up(browser)
    codes = recovery_codes(browser)
    _choose(browser, "disable")
    with transaction():
        entries = session().query(AuditEntry).filter(AuditEntry.action.like("staff.%")).all()
        actions = {entry.action for entry in entries}
        words = " ".join(str(entry.data) + str(entry.reason) for entry in entries)
    assert {"staff.second_factor_set", "staff.recovery_codes_made", "staff.second_factor_removed"} <= actions
    assert not any(secret in words for secret in (key, *codes))


def test_the_key_is_encrypted_in_the_database(house: Flask, signed_in: SignedIn) -> None:
    key = set_up(signed_in("agent")).replace("-", "").replace(" ", "")
    with transaction():
        kept = staff.find(email("agent"))
        assert kept is not None
        assert key not in str(kept.tf_totp_secret)
        assert '"enckey"' in str(kept.tf_totp_secret)


def test_changing_it_asks_for_the_password_after_a_while(
    house: Flask, password: str, signed_in: SignedIn
) -> None:
    client = house.test_client()
    browser = Browser(client)
    browser.sign_in(email("agent"), password)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] = time.time() - 3600
    answer = browser.client.get("/desk/second-factor")
    assert answer.headers["Location"].startswith("/desk/confirm")
    page = browser.get(answer.headers["Location"])
    assert browser.send(page, "/desk/confirm", password="wrong password").status_code == 422
    answer = browser.send(page, "/desk/confirm", password=password)
    assert answer.headers["Location"].endswith("/desk/second-factor")
    assert browser.client.get("/desk/second-factor").status_code == 200


def test_keys_for_programs_and_accounts_ask_for_the_password_after_a_while(
    house: Flask, password: str
) -> None:
    client = house.test_client()
    browser = Browser(client)
    browser.sign_in(email("owner"), password)
    page = browser.get("/desk/tokens")
    with client.session_transaction() as cookie:
        cookie["fs_paa"] = time.time() - 3600
    answer = browser.send(page, "/desk/tokens", name="nightly export")
    assert answer.headers["Location"] == "/desk/confirm?next=/desk/tokens"
    confirm = browser.get(answer.headers["Location"])
    assert browser.send(confirm, "/desk/confirm", password=password).headers["Location"] == "/desk/tokens"
    assert browser.send(page, "/desk/tokens", name="nightly export").status_code == 422, "nothing was chosen"


def _choose(browser: Browser, method: str) -> TestResponse:
    page = browser.get("/desk/second-factor")
    return browser.send(page, "/desk/second-factor", setup=method)
