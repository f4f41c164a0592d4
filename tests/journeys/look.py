"""Looking at pages: each at three widths, in both themes, as axe judges it and as a screen cuts it off."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

WIDTHS = (360, 768, 1440)
# A day of the calendar shows its number and is called by its whole date; the rule wants one text in both.
UNTRUE_HERE = {"label-content-name-mismatch": {"enabled": False}}
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# What stands out of the page, and what is cut off where nothing can be scrolled.
WIDER = """() => {
  const name = e => `${e.localName}#${e.id}.${e.className} "${e.textContent.trim().slice(0, 30)}"`;
  const scrolls = e => {
    for (let up = e.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true;
    return false;
  };
  const out = [];
  const whole = document.documentElement.scrollWidth;
  if (whole > innerWidth) out.push(`page: ${whole}`);
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility() || e.closest("svg, .visually-hidden, .skip") || scrolls(e)) continue;
    const box = e.getBoundingClientRect();
    if (box.width && box.right > innerWidth + 1) out.push(name(e));
  }
  return out;
}"""
LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.href)"


class Look:
    """Looks at pages at each width, light and dark, and collects what is wrong with them."""

    def __init__(self, app: Flask, house: str) -> None:
        self.faults: list[str] = []
        self.seen: set[str] = set()
        self._house = house
        self._routes = app.url_map.bind(urlsplit(house).netloc)

    def __call__(self, page: Page, name: str) -> None:
        """Look at the page that is there now."""
        page.wait_for_load_state("load")  # words can be read before the stylesheets are there
        self.seen.add(self._kind(page.url))
        before = page.viewport_size
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            self.faults += [f"{name} at {width}: {fault}" for fault in page.evaluate(WIDER)]
        page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour on its way
            self.faults += [f"{name} in {scheme}: {fault}" for fault in _objections(page)]
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        if before:
            page.set_viewport_size(before)

    def around(self, page: Page) -> None:
        """Look at every kind of page not seen yet that links lead to from here, and come back."""
        here = page.url
        self(page, self._kind(here))
        waiting = self._linked(page)
        while waiting:
            kind, address = waiting.popitem()
            if kind in self.seen:
                continue
            self.seen.add(kind)
            answer = page.request.get(address, timeout=60_000)
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            page.goto(address)
            self(page, kind)
            waiting |= self._linked(page)
        page.goto(here)

    def _linked(self, page: Page) -> dict[str, str]:
        """The kinds of pages of the house that the page links to, each with one address."""
        found = {self._kind(link): link for link in page.evaluate(LINKS) if link.startswith(self._house)}
        return {kind: link for kind, link in found.items() if kind and kind not in self.seen}

    def _kind(self, address: str) -> str:
        """The name of the route that answers there."""
        try:
            return str(self._routes.match(urlsplit(address).path, method="GET")[0])
        except HTTPException:
            return ""


def _objections(page: Page) -> list[str]:
    """Contrast, names, labels, headings and landmarks, as axe judges them."""
    if not AXE.is_file():
        return []  # set-up without the tools for tests
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options = json.dumps({"resultTypes": ["violations"], "rules": UNTRUE_HERE})
    found = page.evaluate(f"axe.run(document, {options})")
    return [f"{rule['id']}: {node['target']}" for rule in found["violations"] for node in rule["nodes"][:3]]
