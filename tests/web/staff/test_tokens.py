"""API tokens at the desk: made by those who may, shown once, ended at once."""

from __future__ import annotations

import re

from flask import Flask

from exodrive.accounts import tokens
from exodrive.accounts.models import ApiToken
from exodrive.kernel import clock
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import db, session, transaction
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn, email

PAGE = "/desk/tokens"


def _made(browser: Browser, **typed: object) -> str:
    """Make one by the form; returns the page that shows it."""
    sent = {"name": "Nightly export", "scopes": ["bookings:read", "customers:read"], "days": "30", **typed}
    answer = browser.send(browser.get(PAGE), PAGE, **sent)
    assert answer.headers["Cache-Control"] == "no-store"
    return browser.read(answer)


def _secret(page: str) -> str:
    found = re.search(r'value="(exodrive_\w+_[\w-]+)" readonly', page)
    assert found is not None
    return found.group(1)


def _works(secret: str) -> bool:
    with transaction():
        found = tokens.find(secret, at=clock.real_now())
    db.session.remove()
    return found is not None


def test_a_manager_makes_one_and_sees_it_once(house: Flask, signed_in: SignedIn) -> None:
    manager = signed_in("manager")
    assert "No program has a token" in manager.get(PAGE)
    page = _made(manager)
    secret = _secret(page)
    assert page.count(secret) == 1
    assert _works(secret)
    shown = manager.get(PAGE)
    assert secret not in shown
    assert "Nightly export" in shown
    assert "See customers" in shown
    assert "by Marc Manager" in shown
    with transaction():
        entry = session().query(AuditEntry).filter_by(action="token.created").one()
        assert (entry.actor_name, entry.data["scopes"]) == (
            "Marc Manager", ["bookings:read", "customers:read"],
        )  # fmt: skip


def test_sent_twice_it_is_one_token(house: Flask, signed_in: SignedIn) -> None:
    manager = signed_in("manager")
    _made(manager)
    answer = manager.send(manager.get(PAGE), PAGE, name="nightly  export", scopes="bookings:read")
    assert answer.status_code == 200
    again = manager.send(manager.get(PAGE), PAGE, name=" Nightly  export", scopes="bookings:read")
    assert "with this name is alive" in manager.read(again, status=422)
    with transaction():
        assert session().query(ApiToken).count() == 2


def test_what_is_missing_is_said(house: Flask, signed_in: SignedIn) -> None:
    manager = signed_in("manager")
    page = manager.read(manager.send(manager.get(PAGE), PAGE, name=""), status=422)
    assert "Say what it is for" in page
    assert "Choose at least one" in page
    other = manager.send(manager.get(PAGE), PAGE, name="x", scopes="partner:book")
    assert other.status_code == 422, "a scope of another kind is not on this form"
    for days in ("0", "3650", "x"):
        assert (
            manager.send(manager.get(PAGE), PAGE, name="x", scopes="cars:read", days=days).status_code == 422
        )


def test_a_partner_gets_its_own_kind(house: Flask, signed_in: SignedIn) -> None:
    manager = signed_in("manager")
    page = manager.get(f"{PAGE}?kind=partner")
    assert "Book for its own customers" in page
    assert "Refund" not in page
    answer = manager.send(page, PAGE, name="Travel Co", scopes=["partner:book", "partner:read"])
    assert _secret(manager.read(answer)).startswith("exodrive_partner_")


def test_revoking_asks_first_and_ends_it_at_once(house: Flask, signed_in: SignedIn) -> None:
    manager = signed_in("manager")
    secret = _secret(_made(manager))
    shown = manager.get(PAGE)
    found = re.search(rf'href="({PAGE}/[\w-]+/revoke)"', shown)
    assert found is not None
    assert "cannot be undone" in manager.get(found.group(1))
    assert _works(secret), "asking does nothing"
    shown = manager.do(found.group(1))
    assert "opens nothing any more" in shown
    assert "Revoked" in shown
    assert not _works(secret)


def test_a_token_whose_maker_is_less_now_is_shown_as_dead(house: Flask, signed_in: SignedIn) -> None:
    _made(signed_in("manager"))
    with transaction():
        token = session().query(ApiToken).one()
        maker = tokens.one(token.id).maker
        assert maker.email == email("manager")
        maker.role = "agent"
    assert "Its maker may less now" in signed_in("owner").get(PAGE)


def test_agents_have_no_way_there(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    assert PAGE not in agent.get("/desk")
    assert agent.client.get(PAGE).status_code == 403
    assert PAGE in signed_in("manager").get("/desk")
