"""Cuts Tabler's stylesheet down to the parts that pages use: from 80 kB compressed to less than a tenth.

Kept are the rules for plain elements (Bootstrap's reboot) and those whose classes are all named in
`exodrive/static/tabler-classes.txt`, with the variables that they read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2

CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
BANNER = re.compile(r"/\*!.*?\*/", re.DOTALL)
# Tabler's own themes: the house has its colours, and its tokens follow light and dark by themselves.
# And the parts of a calendar that is not ours.
FOREIGN = re.compile(r"data-bs-theme-|data-vc|\[dir=|::-ms-")
DECLARATION = re.compile(r"(--[\w-]+):[^;{}]*;?")
REFERENCE = re.compile(r"var\((--[\w-]+)")


def cut(stylesheet: str, classes: Iterable[str]) -> str:
    """What of `stylesheet` concerns plain elements and `classes`, under the vendor's own banner."""
    rules = tinycss2.parse_stylesheet(stylesheet, skip_comments=True, skip_whitespace=True)
    kept = "\n".join(_kept(rules, frozenset(classes)))
    banner = "".join(BANNER.findall(stylesheet)[:1])
    return f"{banner}\n{_without_idle_variables(kept)}\n"


def _kept(rules: list[Any], classes: frozenset[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [part for part in _selectors(rule) if _is_wanted(part, classes)]
            if selectors:
                yield f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.content and rule.lower_at_keyword in ("media", "supports"):
            inside = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            text = "".join(_kept(inside, classes))
            if text:
                yield f"@{rule.lower_at_keyword}{tinycss2.serialize(rule.prelude)}{{{text}}}"


def _selectors(rule: Any) -> list[str]:
    """The selectors of a rule: split at its commas, but not at those inside `:not(…)`."""
    parts: list[list[Any]] = [[]]
    for token in rule.prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [tinycss2.serialize(part).strip() for part in parts]


def _is_wanted(selector: str, classes: frozenset[str]) -> bool:
    return not FOREIGN.search(selector) and set(CLASS.findall(selector)) <= classes


def _without_idle_variables(text: str) -> str:
    """Leave out variables that nothing reads, then those that only they read, and so on."""
    while True:
        read = set(REFERENCE.findall(text))
        less = DECLARATION.sub(lambda found, read=read: found[0] if found[1] in read else "", text)
        if less == text:
            return text
        text = less
