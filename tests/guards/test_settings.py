"""Every setting is explained in `.env.example`."""

from __future__ import annotations

import re
from pathlib import Path

# Set by `exodrive up`, by tests or by those who run the processes, not by whoever configures a house.
OWN = {"EXODRIVE_VAR", "EXODRIVE_FAILPOINTS", "EXODRIVE_TEST_RUN"}


def test_every_variable_is_explained(checkout: Path) -> None:
    read = set(re.findall(r'"([A-Z][A-Z_]{3,})"', (checkout / "exodrive" / "config.py").read_text()))
    levels = {"DEBUG", "INFO", "WARNING", "ERROR", "VIEWER", "AGENT", "MANAGER", "OWNER", "NOBODY"}
    explained = set(re.findall(r"^#?([A-Z_]+)=", (checkout / ".env.example").read_text(), re.MULTILINE))
    assert read - levels - OWN <= explained


def test_the_processes_variables_are_explained(checkout: Path) -> None:
    read = set(re.findall(r"\$\{([A-Z_]+):", (checkout / "Procfile").read_text()))
    read |= set(re.findall(r'environ\.get\("([A-Z_]+)"\)', (checkout / "gunicorn.conf.py").read_text()))
    assert {"WEB_WORKERS", "WORKER_THREADS"} <= read
    explained = set(re.findall(r"^#?([A-Z_]+)=", (checkout / ".env.example").read_text(), re.MULTILINE))
    assert read <= explained
