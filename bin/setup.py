#!/usr/bin/env python3
"""Brings a fresh machine to where ExoDrive runs (`bin/setup.py run`) or can be tested (`bin/setup.py test`).

Each step is done once and again only when what it depends on has changed: its inputs' digest is kept below
`.venv`. Only the standard library is used, since nothing else is there yet.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".set-up"
LOG = ROOT / "var" / "log" / "setup.log"
PYTHON = VENV / "bin" / "python"
PIP = (str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input")
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
# Library that WeasyPrint loads: the Debian and Ubuntu package that has it.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libfontconfig.so.1": "libfontconfig1",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Stopped(Exception):
    """A step failed; the message says what to do."""


def main() -> int:
    purpose = sys.argv[1] if len(sys.argv) == 2 else ""
    if purpose not in ("run", "test"):
        print("usage: bin/setup.py run|test", file=sys.stderr)
        return 2
    try:
        environment()
        python_packages(purpose)
        libraries()
        assets()
        if purpose == "test":
            browser()
    except Stopped as stopped:
        print(f"\nSet-up stopped: {stopped}", file=sys.stderr)
        return 1
    except PermissionError as error:
        owner = "Files of this checkout belong to someone else: set it up as the same user as before."
        print(f"\nSet-up stopped: {error}\n{owner}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted; the next call goes on from here.", file=sys.stderr)
        return 130
    return 0


def environment() -> None:
    """A virtual environment of this Python."""
    if sys.version_info < OLDEST_PYTHON:
        raise Stopped(
            "ExoDrive needs Python 3.11 or newer, and this is "
            f"{sys.version.split()[0]}. Install one, or name it: make run PYTHON=/path/to/python3.12"
        )
    if _works(PYTHON, "-c", "import sys, pip; assert sys.version_info >= (3, 11)"):
        return
    if VENV.exists() and not os.access(VENV, os.W_OK):
        raise PermissionError(f"{VENV} cannot be written")
    _say("Making the virtual environment .venv")
    if not _works(sys.executable, "-c", "import ensurepip, venv"):
        version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        _apt_install([version], "Python's venv module")
    shutil.rmtree(VENV, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(VENV)], "the virtual environment could not be made")


def python_packages(purpose: str) -> None:
    """The pinned packages, each checked against its hash, and ExoDrive itself as an editable package."""
    name = "requirements.txt" if purpose == "run" else "requirements-dev.txt"
    digest = _digest(ROOT / name, ROOT / "pyproject.toml", text=f"{ROOT}")
    if _is_stamped(f"python-{purpose}", digest):
        return
    total = sum(1 for line in (ROOT / name).read_text().splitlines() if "==" in line.split("#")[0])
    _say(f"Installing Python packages ({total}; a minute or two the first time)")
    _run(
        [*PIP, "--require-hashes", "--progress-bar", "off", "-r", name],
        "the Python packages could not be installed",
        counting=("Collecting ", "Requirement already satisfied: "),
        total=total,
    )
    own = ["--no-deps", "--no-build-isolation", "--editable", "."]
    _run([*PIP, *own], "ExoDrive itself could not be installed", done="ExoDrive itself installed")
    _stamp(f"python-{purpose}", digest)
    if purpose == "test":
        # The same versions and more: `make run` has nothing left to do.
        run_digest = _digest(ROOT / "requirements.txt", ROOT / "pyproject.toml", text=f"{ROOT}")
        _stamp("python-run", run_digest)


def libraries() -> None:
    """What WeasyPrint draws PDFs with."""
    missing = [package for library, package in LIBRARIES.items() if not _can_load(library)]
    if missing:
        _apt_install(missing, "WeasyPrint, which makes the agreements and invoices")
        still = [package for library, package in LIBRARIES.items() if not _can_load(library)]
        if still:
            raise Stopped(f"these libraries cannot be loaded even now: {', '.join(still)}")


def assets() -> None:
    """Style sheets, icons, fonts and scripts from npm, and what pages need of them in `static/vendor`."""
    modules = ROOT / "node_modules"
    digest = _digest(ROOT / "package-lock.json", ROOT / "package.json")
    if not _is_stamped("npm", digest) or not modules.is_dir():
        npm = _npm()
        _say("Fetching style sheets, icons, fonts and scripts from npm")
        _run([npm, "ci", "--ignore-scripts"], "the npm packages could not be installed", node=npm)
        _stamp("npm", digest)
    vendor = [str(PYTHON), str(ROOT / "bin" / "vendor.py")]
    _run(vendor, "the assets could not be put together", done="put together for the pages")


def browser() -> None:
    """A Chromium for the tests that do a whole rental as a person would."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if "ID=ubuntu" in _release():
        # Ubuntu's own package is a snap, which containers cannot run; Playwright brings its own browser.
        _say("Fetching a Chromium for the browser tests")
        playwright = str(VENV / "bin" / "playwright")
        _run([playwright, "install", "--with-deps", "chromium"], "no Chromium to be had")
        return
    _apt_install(["chromium"], "the browser tests")


def _npm() -> str:
    """npm of a Node.js that is new enough, from the machine or else from PyPI."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and _node_version(node) >= OLDEST_NODE:
        return npm
    own = VENV / "bin" / "npm"
    if not own.exists():
        _say("Fetching Node.js, which this machine does not have in a version that is new enough")
        _run([*PIP, "--require-hashes", "-r", "requirements-node.txt"], "Node.js could not be installed")
    return str(own)


def _node_version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.strip().lstrip("v").split(".")[0]
    return int(major) if major.isdigit() else 0


def _apt_install(packages: list[str], what_for: str) -> None:
    """Install system packages where that is permitted, else say which ones are needed."""
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    apt = shutil.which("apt-get")
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    allowed = not prefix or (shutil.which("sudo") and _works("sudo", "-n", "true"))
    if not apt or not allowed:
        if not apt:
            raise Stopped(
                f"please install what this system calls {', '.join(packages)}: it is for {what_for}"
            )
        raise Stopped(f"system packages are missing for {what_for}. Please run:\n\n    sudo {command}\n")
    _say(f"Installing {', '.join(packages)} for {what_for}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    _run([*prefix, apt, "update"], "the list of system packages could not be read", extra=quiet)
    _run([*prefix, *command.split()], f"please run: {command}", extra=quiet)


def _run(
    command: list[str],
    failure: str,
    *,
    counting: tuple[str, ...] = (),
    total: int = 0,
    node: str = "",
    extra: dict[str, str] | None = None,
    done: str = "done",
) -> None:
    """Run a step, its words in the log; on failure the last of them are shown. Raises Stopped."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    variables = {**os.environ, **(extra or {})}
    if node:  # npm looks for its own node on the path
        variables["PATH"] = f"{Path(node).parent}{os.pathsep}{variables.get('PATH', '')}"
        # A Node.js that is not the system's own trusts the same authorities all the same.
        variables.setdefault("NODE_USE_SYSTEM_CA", "1")
    begun, lines, seen = time.monotonic(), [], 0
    with LOG.open("a") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        process = subprocess.Popen(
            command, cwd=ROOT, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            lines = [*lines[-39:], line]
            if counting and line.lstrip().startswith(counting):
                seen += 1
                _progress(min(seen, total), total, line.split()[1 if line.startswith("Coll") else -1])
        code = process.wait()
    if counting:
        _progress(0, 0, "")
    if code != 0:
        sys.stderr.write("".join(lines))
        raise Stopped(f"{failure} (exit code {code}; everything it said is in {LOG.relative_to(ROOT)})")
    took = time.monotonic() - begun
    if took > 2:
        _say(f"  {done} in {took:.0f} s")


def _progress(seen: int, total: int, what: str) -> None:
    """One line that is written over, on a terminal; a line for every 25 elsewhere."""
    if sys.stdout.isatty():
        text = f"  {seen}/{total} {what}" if total else ""
        print(f"\r\033[K{text}", end="", flush=True)
    elif total and seen % 25 == 0:
        print(f"  {seen}/{total}", flush=True)


def _say(text: str) -> None:
    print(text, flush=True)


def _works(*command: object) -> bool:
    try:
        parts = [str(part) for part in command]
        return subprocess.run(parts, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _release() -> list[str]:
    try:
        return Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return []


def _digest(*files: Path, text: str = "") -> str:
    digest = hashlib.sha256(text.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _is_stamped(name: str, digest: str) -> bool:
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() == digest


def _stamp(name: str, digest: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(digest)


if __name__ == "__main__":
    sys.exit(main())
