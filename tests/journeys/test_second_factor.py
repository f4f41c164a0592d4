"""The owner sets up a second factor in a browser, signs in with it, and takes it away again."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from passlib.totp import TOTP
from playwright.sync_api import Page, expect

from tests.journeys.look import Look
from tests.journeys.walk import Walk

pytestmark = pytest.mark.journey


def test_an_owner_with_a_telephone(walk: Walk, application: Flask) -> None:
    look, page = Look(application, walk.house), walk.page
    walk.sign_in()
    page.get_by_role("link", name="Account", exact=True).click()
    look(page, "account")
    page.get_by_role("link", name="Second factor").click()
    look(page, "second factor")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="The key as a picture")).to_be_visible()
    look(page, "the key")
    key = TOTP(page.locator("b.one-time").inner_text().replace("-", ""))
    try:
        _type(page, key, ahead=0, button="Confirm")
        expect(page.get_by_text("Set up")).to_be_visible()
        page.get_by_role("link", name="Recovery codes").click()
        page.get_by_role("button", name="Make recovery codes").click()
        look(page, "recovery codes")
        code = page.locator("ul.one-time li").first.inner_text()
        page.get_by_role("link", name="I have them").click()
        page.get_by_role("link", name="Everybody's accounts").click()
        look(page, "accounts")
        page.get_by_role("button", name="Sign out").click()
        _show_password(walk)
        look(page, "the code")
        _type(page, key, ahead=30, button="Sign in")
        expect(page.get_by_role("heading", name="Going out")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        _show_password(walk)
        page.get_by_role("link", name="Use a recovery code").click()
        look(page, "a recovery code")
        page.get_by_label("Recovery code").fill(code)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Going out")).to_be_visible()
    finally:  # others use this house too
        page.goto(f"{walk.house}/desk/second-factor")
        page.get_by_role("button", name="Take it away").click()
    expect(page.get_by_text("None")).to_be_visible()
    assert look.faults == []


def _show_password(walk: Walk) -> None:
    email, password = walk.staff
    walk.page.goto(f"{walk.house}/desk")
    walk.page.get_by_label("E-mail").fill(email)
    walk.page.get_by_label("Password").fill(password)
    walk.page.get_by_role("button", name="Sign in").click()


def _type(page: Page, key: TOTP, *, ahead: int, button: str) -> None:
    """The code of this half minute or of the next: each counts once, and the second must be later.

    Either still counts where the half minute ends on the way.
    """
    page.get_by_label("The six figures").fill(key.generate(time=time.time() + ahead).token)
    page.get_by_role("button", name=button).click()
