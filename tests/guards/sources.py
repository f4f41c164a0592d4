"""Our own sources as syntax trees, for the guards that look for words in the wrong place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "exodrive"


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product by its path; the simulators are somebody else, as the providers are."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text())
        for path in sorted(PACKAGE.rglob("*.py"))
        if PACKAGE / "simulators" not in path.parents
    }


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Every call, with its module and the dotted name of what is called."""
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield name, node, ast.unparse(node.func)


def assignments() -> Iterator[tuple[str, str, int]]:
    """Every attribute that is assigned to: module, attribute, line."""
    for name, tree in modules().items():
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            for target in targets:
                if isinstance(target, ast.Attribute):
                    yield name, target.attr, target.lineno
