"""The desk by keys alone: letters that lead, the palette that finds, and the same search without script."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PATIENCE
from tests.journeys.look import Look
from tests.journeys.walk import Walk

pytestmark = pytest.mark.journey


def option(page: Page, words: str) -> str:
    """The address of the option that Enter would open, once it says these words."""
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_contain_text(words)
    return str(chosen.get_attribute("href"))


def arrived(page: Page, heading: str) -> None:
    """Wait for a page that a key has led to. Its words can be read before its scripts listen for keys."""
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    page.wait_for_load_state("load")


def test_keys_and_palette(walk: Walk, application: Flask) -> None:
    page, look = walk.page, Look(application, walk.house)
    walk.search(days_ahead=72)
    walk.choose("Harrowgate Six")
    walk.hold()
    walk.sign_in()

    page.keyboard.press("g")
    page.keyboard.press("t")
    arrived(page, "Going out")
    page.keyboard.press("g")
    page.keyboard.press("b")
    arrived(page, "Bookings")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("gbt?")
    expect(page.locator("#q")).to_have_value("gbt?")
    expect(page.locator("#keys-help")).to_be_hidden()
    page.goto(f"{walk.house}/desk/bookings?q={walk.reference}")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=walk.reference)).to_be_focused()
    page.keyboard.press("Enter")
    arrived(page, walk.reference)

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    look(page, "help for the keyboard")
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()

    page.goto(f"{walk.house}/desk/queue")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-words")).to_be_focused()
    assert option(page, walk.reference) == f"/desk/bookings/{walk.reference}", "looked at lately"
    page.keyboard.type("harrowgate six", delay=20)
    option(page, "Harrowgate Six")
    page.keyboard.press("Control+a")
    page.keyboard.type(walk.reference.lower().replace("-", " "), delay=20)
    option(page, walk.reference)
    look(page, "palette")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    option(page, walk.reference)
    page.keyboard.press("Enter")
    arrived(page, walk.reference)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-words")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    assert look.faults == []


def test_the_search_without_script(browser: Browser, walk: Walk) -> None:
    walk.search(days_ahead=80)
    walk.choose("Harrowgate Six")
    walk.hold()
    page = browser.new_page(java_script_enabled=False, viewport={"width": 360, "height": 780})
    page.set_default_timeout(PATIENCE)
    email, password = walk.staff
    page.goto(f"{walk.house}/desk")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("searchbox").fill(walk.reference[-6:])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk/find\?q="))
    page.get_by_role("link", name=re.compile(walk.reference)).first.click()
    expect(page.get_by_role("heading", name=walk.reference, level=1)).to_be_visible()
    page.get_by_text("More", exact=True).click()
    expect(page.get_by_role("link", name="Your account")).to_be_visible()
    page.close()
