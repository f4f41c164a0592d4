"""Every old fault has its test, and every test its row in docs/old-faults.md."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

NUMBERS = {str(number) for number in range(1, 11)}
RIVALS = 15  # rows about them


@pytest.fixture(scope="module")
def document(checkout: Path) -> str:
    return (checkout / "docs" / "old-faults.md").read_text()


@pytest.fixture(scope="module")
def tests(checkout: Path) -> dict[str, str]:
    """Each test of the folder with its docstring or that of its file, by `folder/file.py::name`."""
    folder, found = checkout / "tests" / "old_faults", {}
    for file in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(file.read_text())
        for each in tree.body:
            if isinstance(each, ast.FunctionDef) and each.name.startswith("test_"):
                words = ast.get_docstring(each) or ast.get_docstring(tree) or ""
                found[f"{file.relative_to(folder).as_posix()}::{each.name}"] = words
    return found


def test_every_row_names_tests_that_exist(document: str, tests: dict[str, str]) -> None:
    named = re.findall(r"`([\w/]+\.py::\w+)`", document)
    assert [name for name in named if name not in tests] == []
    rows = [line for line in document.splitlines() if line.startswith("|") and "---" not in line]
    without = [row for row in rows[1:] if "`" not in row and "its tests" not in row]
    assert without == []


def test_every_test_has_its_row(document: str, tests: dict[str, str]) -> None:
    assert [name for name in tests if f"`{name}`" not in document] == []


def test_no_fault_is_left_out(document: str) -> None:
    first, rivals = document.split("## Its rivals")
    assert set(re.findall(r"^\| (\d+) \|", first, re.MULTILINE)) == NUMBERS
    assert len(re.findall(r"^\| [A-Z]", rivals, re.MULTILINE)) == RIVALS


def test_every_test_says_what_was_wrong(tests: dict[str, str]) -> None:
    assert [name for name, words in tests.items() if len(words) < 20] == []
