"""A page as somebody sees it for the first time: what comes over the wire, and what moves while it does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

# Every shift counts, also one that follows a click: nothing may jump because an answer has come.
WATCH = """
window.shifts = [];
new PerformanceObserver(list => {
  for (const entry of list.getEntries())
    window.shifts.push([entry.value, entry.sources.map(s => s.node ? s.node.outerHTML?.slice(0, 90) : "?")]);
}).observe({type: "layout-shift", buffered: true});
"""
# Two frames later a shift is known of.
SETTLED = """() => new Promise(done =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"""


@dataclass(slots=True)
class FirstLook:
    """`files` is the weight of each answer over the wire, in bytes; `shifts` is what has moved."""

    files: dict[str, int] = field(default_factory=dict)
    shifts: list[tuple[float, list[str]]] = field(default_factory=list)

    @property
    def shifted(self) -> float:
        return sum(value for value, _ in self.shifts)


def look(browser: Browser, url: str, *, width: int, then: Callable[[Page], None] | None = None) -> FirstLook:
    """Load a page with nothing kept from before, and then do something on it, which adds no weight."""
    with _fresh(browser, width) as page:
        found, received = FirstLook(), _received(page)
        page.goto(url, wait_until="networkidle")
        page.evaluate("document.fonts.ready")
        page.evaluate(SETTLED)
        found.files = dict(received)
        if then is not None:
            then(page)
            page.evaluate(SETTLED)
        found.shifts = page.evaluate("window.shifts")
        return found


@contextlib.contextmanager
def _fresh(browser: Browser, width: int) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def _received(page: Page) -> dict[str, int]:
    """What the browser says it receives from now on, heads included, by its address."""
    addresses: dict[str, str] = {}
    sizes: dict[str, int] = {}
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")

    def sent(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def received(event: dict[str, Any]) -> None:
        address = addresses[event["requestId"]]
        if not address.startswith("data:"):
            sizes[address] = event["encodedDataLength"]

    wire.on("Network.requestWillBeSent", sent)
    wire.on("Network.loadingFinished", received)
    return sizes
