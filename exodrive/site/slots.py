"""Which texts the house may write, what each consists of, and how long it may be.

A text is a set of named words. Words of one line are headings and labels; the others are plain text, in which
an empty line ends a paragraph and a dash begins a point of a list. Nothing in them is ever read as markup.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from exodrive.kernel.errors import NotFound, Refused

Words = dict[str, str]

QUESTION_PREFIX = "question-"  # a question's text is named by this and the question's id
# Not letters, but needed by those who write: everything else without a shape is left out.
KEPT_CONTROLS = "\n\t"


class TextNotFound(NotFound):
    """There is no text of this name."""

    code = "site_text_not_found"


class TextUnusable(Refused):
    """Words are missing, or longer than their place. `faults` has `missing` or `too_long` for each field."""

    code = "site_text_unusable"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name} is {fault}" for name, fault in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a text. `longest` counts characters; `prose` may have several lines."""

    name: str
    longest: int
    prose: bool = False
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a text. `page` says on which page it stands: `home`, `about` or `contact`."""

    name: str
    page: str
    parts: tuple[Part, ...]


def _step(number: int) -> tuple[Part, Part]:
    return Part(f"title_{number}", 40), Part(f"text_{number}", 240, prose=True)


SLOTS: dict[str, Slot] = {
    slot.name: slot
    for slot in (
        Slot("hero", "home", (Part("headline", 60), Part("lead", 200, prose=True))),
        Slot("steps", "home", (Part("headline", 80), *_step(1), *_step(2), *_step(3), *_step(4))),
        Slot("area", "home", (Part("headline", 80), Part("text", 500, prose=True), Part("short", 80))),
        Slot("closing", "home", (Part("headline", 60), Part("text", 200, prose=True))),
        Slot(
            "about",
            "about",
            (Part("headline", 80), Part("lead", 300, prose=True), Part("text", 6000, prose=True)),
        ),
        Slot(
            "contact",
            "contact",
            (Part("headline", 80), Part("lead", 300, prose=True), Part("answer", 160, prose=True)),
        ),
    )
}
QUESTION = Slot("question", "home", (Part("question", 160), Part("answer", 1500, prose=True)))


def slot(name: str) -> Slot:
    """The slot of a text. Raises TextNotFound."""
    if name.startswith(QUESTION_PREFIX):
        return QUESTION
    if name not in SLOTS:
        raise TextNotFound(name)
    return SLOTS[name]


def accept(place: Slot, typed: Mapping[str, str]) -> Words:
    """The words as they are kept, each of the slot's parts and nothing else. Raises TextUnusable."""
    words = {part.name: tidy(typed.get(part.name, ""), prose=part.prose) for part in place.parts}
    faults: dict[str, str] = {}
    for part in place.parts:
        if part.needed and not words[part.name]:
            faults[part.name] = "missing"
        elif len(words[part.name]) > part.longest:
            faults[part.name] = "too_long"
    if faults:
        raise TextUnusable(faults)
    return words


def tidy(text: str, *, prose: bool) -> str:
    """What was typed without what nobody sees: control characters, spaces at the ends and doubled ones."""
    seen = "".join(
        sign
        for sign in text.replace("\r\n", "\n").replace("\r", "\n")
        if sign in KEPT_CONTROLS or unicodedata.category(sign) not in ("Cc", "Cs")
    )
    if not prose:
        return " ".join(seen.split())
    lines = [" ".join(line.split()) for line in seen.split("\n")]
    return "\n".join(lines).strip()
