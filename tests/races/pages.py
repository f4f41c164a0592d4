"""A page as a browser without script sees it: its words, its links and its forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

import requests

Pairs = list[tuple[str, str]]
UNSENT = ("file", "submit", "button", "image", "reset")  # kinds of input that a plain sending leaves out


@dataclass(slots=True)
class Form:
    """Where a form goes, and what it sends as it stands on the page."""

    action: str
    method: str
    fields: Pairs = field(default_factory=list)

    def filled(self, changes: Mapping[str, str | Sequence[str]]) -> Pairs:
        """What it sends once these fields were changed; several values tick several boxes."""
        kept = [(name, value) for name, value in self.fields if name not in changes]
        for name, values in changes.items():
            kept += [(name, value) for value in ([values] if isinstance(values, str) else values)]
        return kept


@dataclass(frozen=True)
class Page:
    """An answer, read."""

    url: str
    status: int
    html: str

    @classmethod
    def of(cls, answer: requests.Response) -> Page:
        return cls(answer.url, answer.status_code, answer.text)

    def form(self, action: str) -> Form:
        """The form whose address is `action`, or else the first that holds it."""
        for found in sorted(self._read.forms, key=lambda form: form.action != action):
            if action in found.action:
                return found
        raise AssertionError(f"no form for {action} on {self.url} ({self.status}):\n{self.words[:2000]}")

    def offers(self, action: str) -> bool:
        """Whether there is a form whose address holds `action`."""
        return any(action in found.action for found in self._read.forms)

    def link(self, part: str) -> str | None:
        """The first address that holds `part`, of a link or of where the page goes on to by itself."""
        return next((address for address in self._read.links if part in address), None)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._read.words).split())

    @cached_property
    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.html)
        reader.close()
        reader.give_to_forms()
        return reader


class _Reader(HTMLParser):
    """Collects as it goes. A control may stand outside of its form and name it by its id."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._controls: list[tuple[Form | str | None, str, str]] = []
        self._select: tuple[Form | str | None, str, Pairs] | None = (
            None  # value and "selected" of each option
        )
        self._textarea: tuple[Form | str | None, str, list[str]] | None = None
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self._open = Form(found.get("action", ""), found.get("method", "get").lower())
                self.forms.append(self._open)
                self._by_id[found.get("id", "")] = self._open
            case "a" if "href" in found:
                self.links.append(found["href"])
            case "meta" if found.get("http-equiv") == "refresh":
                self.links.append(found.get("content", "").partition("url=")[2])
            case "input":
                self._input(found)
            case "select" if "name" in found:
                self._select = (self._owner(found), found["name"], [])
            case "option" if self._select is not None:
                self._select[2].append((found.get("value", ""), "selected" if "selected" in found else ""))
            case "textarea":
                self._textarea = (self._owner(found), found.get("name", ""), [])
            case "script" | "style":
                self._silent = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select" and self._select is not None:
            owner, name, options = self._select
            chosen = [value for value, selected in options if selected] or [value for value, _ in options[:1]]
            self._controls += [(owner, name, value) for value in chosen]
            self._select = None
        elif tag == "textarea" and self._textarea is not None:
            owner, name, text = self._textarea
            self._controls.append((owner, name, "".join(text).removeprefix("\n")))
            self._textarea = None
        elif tag in ("script", "style"):
            self._silent = False

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._textarea[2].append(data)
        elif not self._silent:
            self.words.append(data)

    def _input(self, found: dict[str, str]) -> None:
        kind = found.get("type", "text")
        unticked = kind in ("checkbox", "radio") and "checked" not in found
        if found.get("name") and kind not in UNSENT and not unticked and "disabled" not in found:
            default = "on" if kind in ("checkbox", "radio") else ""
            self._controls.append((self._owner(found), found["name"], found.get("value", default)))

    def _owner(self, found: dict[str, str]) -> Form | str | None:
        return found.get("form") or self._open

    def give_to_forms(self) -> None:
        for owner, name, value in self._controls:
            form = self._by_id.get(owner) if isinstance(owner, str) else owner
            if form is not None:
                form.fields.append((name, value))
