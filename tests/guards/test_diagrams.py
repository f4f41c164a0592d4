"""The drawings in the documents show the tables as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_drawn_tables_are_the_tables(checkout: Path) -> None:
    found = subprocess.run(
        [sys.executable, str(checkout / "bin" / "diagrams.py"), "--check"], check=False, cwd=checkout
    )
    assert found.returncode == 0, "run `make diagrams`"
