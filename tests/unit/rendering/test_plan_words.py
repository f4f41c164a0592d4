"""Every cause that a step of a plan is given has words of its own."""

from __future__ import annotations

import ast
from pathlib import Path

from exodrive.rendering.plan_words import CAUSES

ROOT = Path(__file__).resolve().parents[3] / "exodrive"
# What carries out a plan; elsewhere a cause is that of a bill or of a letter.
PLANNERS = [*(ROOT / "payments").rglob("*.py"), *(ROOT / "bookings").rglob("*.py")]
CALLS = {"replan", "replan_one", "rewrite", "settle", "end", "start", "keep_deposit"}


def given() -> set[str]:
    """The literal `cause` of each call that plans, and of each planned step."""
    found = set()
    for file in PLANNERS:
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            causes = [word.value for word in node.keywords if word.arg == "cause"] if name in CALLS else []
            causes += node.args[2:3] if name == "Planned" else []
            found |= {one.value for one in causes if isinstance(one, ast.Constant)}
    return found


def test_every_cause_has_words() -> None:
    causes = given()
    assert {"changed", "dates", "hold_ends", "settled"} <= causes
    assert causes - CAUSES.keys() == set()
