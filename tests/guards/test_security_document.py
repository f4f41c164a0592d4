"""What `docs/security.md` names is there: a claim whose file or test has gone is no claim."""

from __future__ import annotations

import re
from pathlib import Path

STATES = {"met", "partly", "not", "n/a", "operator"}


def test_files_and_tests_named_there_exist(checkout: Path) -> None:
    text = (checkout / "docs" / "security.md").read_text()
    tests = {path.stem for path in (checkout / "tests").rglob("test_*.py")}
    for name in re.findall(r"`([\w./-]+\.(?:py|html|md|txt|json|example))`", text):
        places = (checkout / name, checkout / "exodrive" / name)
        assert any(place.exists() for place in places), name
    for name in re.findall(r"`(test_\w+)`", text):
        assert name in tests, name


def test_every_point_has_a_state(checkout: Path) -> None:
    lines = (checkout / "docs" / "security.md").read_text().splitlines()
    rows = [line.split("|") for line in lines if re.match(r"\| \d+\.\d+", line)]
    assert len(rows) > 140
    for row in rows:
        assert row[3].strip() in STATES, row


def test_what_is_met_says_where_or_by_what(checkout: Path) -> None:
    """A point that is met without a word is only allowed where there is nothing to point at."""
    text = (checkout / "docs" / "security.md").read_text()
    silent = [line for line in text.splitlines() if re.match(r"\| \d.*\| met \| +\| +\|$", line)]
    assert len(silent) < 12, silent
