"""What every page must have, read from its HTML."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "use", "path", "circle"}


class Page(HTMLParser):
    """A page as its elements; `faults` lists what no page may have."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        if self._open:
            self.faults.append(f"never closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag not in VOID:
            self._open.append(tag)
        self.faults += [f"inline handler {name} on {tag}" for name in found if name.startswith("on")]
        if (
            found.get("id")
            and [each["id"] for _, each in self.elements if "id" in each].count(found["id"]) > 1
        ):
            self.faults.append(f"id twice: {found['id']}")
        if tag == "form" and not (found.get("action") and found.get("method")):
            self.faults.append("form without action and method")
        if tag == "img" and "alt" not in found:
            self.faults.append("image without alt")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.elements if name == tag]

    def by_id(self, name: str) -> dict[str, str | None]:
        return next(found for _, found in self.elements if found.get("id") == name)
