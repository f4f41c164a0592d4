"""Every setting is explained in `.env.example`."""

from __future__ import annotations

import re
from pathlib import Path

# Set by `exodrive up` or by those who run the processes, not by whoever configures a house.
OWN = {"EXODRIVE_VAR"}


def test_every_variable_is_explained(checkout: Path) -> None:
    read = set(re.findall(r'"([A-Z][A-Z_]{3,})"', (checkout / "exodrive" / "config.py").read_text()))
    levels = {"DEBUG", "INFO", "WARNING", "ERROR"}
    explained = set(re.findall(r"^#?([A-Z_]+)=", (checkout / ".env.example").read_text(), re.MULTILINE))
    assert read - levels - OWN <= explained


def test_the_processes_variables_are_explained(checkout: Path) -> None:
    read = set(re.findall(r"\$\{([A-Z_]+):", (checkout / "Procfile").read_text()))
    explained = set(re.findall(r"^#?([A-Z_]+)=", (checkout / ".env.example").read_text(), re.MULTILINE))
    assert read <= explained
