"""Plain text as paragraphs and lists. Only its shape is read: no markup and no links, nothing can hide in it.

An empty line ends a paragraph; lines that begin with a dash are the points of a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

POINT = re.compile(r"^[-*] +")
EMPTY_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph with its lines, or a list with its points."""

    is_list: bool
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """The paragraphs and lists of a text, in order."""
    found: list[Block] = []
    for part in EMPTY_LINE.split(text.replace("\r\n", "\n")):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        for line in lines:
            _add(found, line, continues=line is not lines[0])
    return found


def _add(found: list[Block], line: str, *, continues: bool) -> None:
    """Put a line into the block before it where it `continues` one of its kind, else into one of its own."""
    is_list = POINT.match(line) is not None
    said = POINT.sub("", line)
    before = found[-1] if continues and found else None
    if before is not None and before.is_list == is_list:
        found[-1] = Block(is_list, (*before.lines, said))
    else:
        found.append(Block(is_list, (said,)))
