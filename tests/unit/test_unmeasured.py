"""Which suites are not watched line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import unmeasured

TESTS = Path(unmeasured.__file__).parent


@pytest.mark.parametrize("folder", sorted(unmeasured.FOLDERS))
def test_each_is_a_suite(folder: str) -> None:
    assert list((TESTS / folder).glob("test_*.py"))


@pytest.mark.parametrize(
    ("path", "held"),
    [
        (TESTS / "plans" / "test_desk.py", True),
        (TESTS / "web" / "plans" / "test_desk.py", False),
        (TESTS / "conftest.py", False),
        (Path("/elsewhere/plans/test_desk.py"), False),
    ],
)
def test_only_what_lies_in_its_folder(path: Path, held: bool) -> None:
    assert unmeasured.holds(path) is held
