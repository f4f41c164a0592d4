"""What is committed works on any machine: no paths of one, nothing unpinned, nothing unfinished."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

# Written in parts, so that this file does not find itself.
MACHINE = ("/wo" + "rk/", "/ro" + "ot/", "/home/" + "user", "/opt/" + "wheels", "/opt/" + "pypi")
REGISTRIES = (
    "registry.npm" + "js.org",
    "py" + "pi.org",
    "files.python" + "hosted.org",
    "deb.deb" + "ian.org",
)
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "XX" + "X:")
PINNED = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")


@pytest.fixture(scope="module")
def files(checkout: Path) -> dict[str, str]:
    """Every text file that is tracked."""
    git = shutil.which("git")
    if git is None or not (checkout / ".git").exists():
        pytest.skip("this is no Git checkout")
    command = [git, "-c", f"safe.directory={checkout}", "ls-files", "-z"]
    names = subprocess.run(command, cwd=checkout, capture_output=True, check=True).stdout.decode().split("\0")
    found = {}
    for name in filter(None, names):
        content = (checkout / name).read_bytes() if (checkout / name).is_file() else b"\0"
        if b"\0" not in content:
            found[name] = content.decode()
    return found


@pytest.mark.parametrize("word", [*MACHINE, *REGISTRIES, *UNFINISHED])
def test_no_file_says(word: str, files: dict[str, str]) -> None:
    assert [name for name, text in files.items() if word in text] == []


def test_lock_files_name_no_registry(files: dict[str, str]) -> None:
    assert '"resolved"' not in files["package-lock.json"]
    for name in PINNED:
        assert not re.search(r"^(-i|--(extra-)?index-url|-f|--find-links)\b", files[name], re.MULTILINE)


@pytest.mark.parametrize("name", PINNED)
def test_every_package_is_pinned_with_hashes(name: str, checkout: Path) -> None:
    text = (checkout / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"^[\w.\-\[\],]+==[\w.]+ ", line), line
        assert "--hash=sha256:" in line, line


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_asked_for_is_pinned(name: str, checkout: Path) -> None:
    asked = re.findall(r"^([a-z][\w-]*)", (checkout / f"{name}.in").read_text(), re.MULTILINE)
    pinned = set(re.findall(r"^([\w.-]+)==", (checkout / f"{name}.txt").read_text(), re.MULTILINE))
    assert set(asked) <= pinned, "run `make lock`"


def test_both_sets_agree(checkout: Path) -> None:
    def versions(name: str) -> set[str]:
        return set(re.findall(r"^([\w.-]+==[\w.]+)", (checkout / name).read_text(), re.MULTILINE))

    assert versions("requirements.txt") <= versions("requirements-dev.txt")
