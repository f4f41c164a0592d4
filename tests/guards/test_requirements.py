"""Every package is pinned and known by its hash, and installed is what is pinned. All of it offline."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name

LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")


def _entries(text: str) -> list[str]:
    """One string for each requirement, its hashes included."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return re.split(r"\n(?=\S)", "\n".join(lines))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_and_hashed(checkout: Path, name: str) -> None:
    entries = _entries((checkout / name).read_text())
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry[:80]
        assert not re.search(r"https?://|--(extra-)?index-url|--trusted-host|git\+", entry), entry[:80]


def test_what_is_installed_is_what_is_pinned(checkout: Path) -> None:
    for entry in _entries((checkout / "requirements-dev.txt").read_text()):
        found = re.match(r"([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)(?:\s*;\s*([^\\\n]+))?", entry)
        assert found is not None, entry[:80]
        name, version, marker = found.groups()
        if marker is None or Marker(marker.strip()).evaluate():
            assert metadata.version(name) == version, name


def test_nothing_else_is_installed(checkout: Path) -> None:
    """But for what builds the environment itself."""
    pinned = {
        canonicalize_name(re.split(r"[\[=]", entry, maxsplit=1)[0])
        for lock in LOCKS
        for entry in _entries((checkout / lock).read_text())
    }
    installed = {canonicalize_name(each.metadata["Name"]) for each in metadata.distributions()}
    assert installed - pinned - {"exodrive", "pip", "setuptools", "wheel"} == set()


def test_the_packages_agree_with_each_other() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False, timeout=120
    )
    if "No module named pip" in done.stderr:  # made by uv: it has its own
        done = subprocess.run(
            [Path(sys.executable).with_name("uv"), "pip", "check", "--python", sys.executable],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_exception_to_the_security_rules_has_its_reason(checkout: Path) -> None:
    for path in [*(checkout / "exodrive").rglob("*.py"), *(checkout / "bin").rglob("*.py")]:
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            found = re.search(r"# noqa: [A-Z0-9, ]*\bS\d{3}[A-Z0-9, ]*(.*)", line)
            if found:
                before = lines[number - 1] if number else ""
                reason = found[1].strip() or before.strip().startswith("#")
                assert reason, f"{path.name}:{number + 1} does not say why"
