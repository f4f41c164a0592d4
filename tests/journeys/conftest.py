"""A real browser, one for each run, and a page of its own for each test."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.audited import assert_no_breach
from tests.journeys.walk import Walk
from tests.live import LiveHouse

PATIENCE = 60_000  # milliseconds until something awaited is given up, on a machine that is busy
# As root, and in a closed network: Chromium looks for nothing of its maker's.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium or None, args=list(ARGUMENTS), timeout=3 * PATIENCE
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor's page; what the browser complains of fails the test."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(_told(said)) if _is_complaint(said) else None)
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def walk(page: Page, live_house: LiveHouse) -> Iterator[Walk]:
    """Somebody's way through the house; wherever it ends, no promise is broken."""
    yield Walk(page, live_house.url, live_house.simulators_url, live_house.owner)
    assert_no_breach(live_house)


# A later request has taken an earlier one's place, or a form was refused in words: as it should be.
AS_IT_SHOULD_BE = re.compile("htmx:afterRequest|htmx:sendAbort|.* with a status of (409|422) ")


def _told(said: ConsoleMessage) -> str:
    where = said.location
    return f"{where['url']}:{where['lineNumber']}: {said.text}"


def _is_complaint(said: ConsoleMessage) -> bool:
    return said.type == "error" and not AS_IT_SHOULD_BE.match(said.text)
