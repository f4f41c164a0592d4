"""What documents, docstrings and comments name in backticks is there: a reader follows it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = re.compile(r"`([\w/-]+\.(?:py|html|css|js|md))`")
NAME = re.compile(r"`([a-z_]+(?:\.[A-Za-z_]+)+)(?:\(\))?`")
DEFINED = re.compile(r"^\s*(?:(?:def|class) (\w+)|(\w+)(?:: [^=\n]+)?(?: =|$))", re.MULTILINE)
EVENT = re.compile(r'"([a-z_]+(?:\.[a-z_]+)+)"')
# A field of an answer of the API, whose name is that of a module too.
ELSEWHERE = {"agreement.sign_url"}


def test_files_that_are_named_exist() -> None:
    known = {f"/{path.relative_to(ROOT).as_posix()}" for path in [*_files("*.*"), *_documents()]}
    ends = {path[start:] for path in known for start, sign in enumerate(path) if sign == "/"}
    missing = [f"{place}: {name}" for place, name in _named(FILE) if f"/{name}" not in ends]
    assert missing == []


def test_names_in_our_modules_exist() -> None:
    """`transitions.lock` stands in a module called so; what begins with no module's name is not ours."""
    inside = _inside()
    missing = [
        f"{place}: {name}"
        for place, name in _named(NAME)
        if not FILE.fullmatch(f"`{name}`") and name not in ELSEWHERE and not _is_there(name, inside)
    ]
    assert missing == []


def _is_there(name: str, inside: dict[str, set[str]]) -> bool:
    owner, _, last = name.rpartition(".")
    return name in inside or owner not in inside or last in inside[owner]


def _named(kind: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for path in [*_documents(), *_files("*.py"), *_files("*.md")]:
        for name in kind.findall(_read(path)):
            yield path.relative_to(ROOT).as_posix(), name


def _inside() -> dict[str, set[str]]:
    """What each module defines, by every end of its dotted path; and the names of our events."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in _files("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        defined = {name for pair in DEFINED.findall(_read(path)) for name in pair if name}
        for start in range(len(parts)):
            found[".".join(parts[start:])] |= defined
        for event in EVENT.findall(_read(path)):
            found[event] |= set()
    return found


def _documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@cache
def _read(path: Path) -> str:
    return path.read_text()


@cache
def _files(pattern: str) -> list[Path]:
    found = (
        path for folder in ("exodrive", "bin", "bench", "tests") for path in (ROOT / folder).rglob(pattern)
    )
    return [path for path in found if not {"node_modules", "vendor"} & set(path.parts)]
