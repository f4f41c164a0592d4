#!/usr/bin/env python3
"""Does what the Dockerfile says without a container engine: every step but those that only root may take.

The files that `.dockerignore` lets in are copied into an empty folder, which stands for `/`; the steps of the
stages follow as they are written there. Then the image's own command is started and its health asked for,
and each service's program is loaded. What this cannot show: base images, apt, the user, the read-only root.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What the stages use of the image's file system.
PLACES = re.compile(r"(?<![\w.])/(?=(?:src|opt/exodrive|srv/exodrive|var/lib/exodrive)\b)")
ONLY_ROOT = ("apt-get",)
PATIENCE = 120.0  # seconds until the web app must answer
SANDBOX = {
    "EXODRIVE_SANDBOX": "1",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/exodrive",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
PROGRAMS = (
    ("exodrive", "--help"),
    ("dramatiq", "--version"),
    ("python", "-c", "import exodrive.worker, exodrive.tasks.relay, exodrive.tasks.scheduler"),
    ("python", "-c", "from exodrive.rendering import printing; import weasyprint"),
)


@dataclass
class Stage:
    """A stage as far as it has come: where it stands, what its programs are told, what they are."""

    folder: Path
    environment: dict[str, str]
    workdir: Path
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="exodrive-image-") as name:
        folder = Path(name)
        context = folder / "context"
        let_in(context)
        stage = Stage(folder, dict(os.environ), folder)
        for word, rest in instructions((ROOT / "Dockerfile").read_text()):
            stage = follow(stage, word, rest, context)
        for program in PROGRAMS:
            _run(stage, list(program))
        open_for_a_moment(stage)
    print("The image's steps work, and its command answers.")
    return 0


def instructions(text: str) -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each in one line, without comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def let_in(context: Path) -> None:
    """Copy what `.dockerignore` excepts from leaving everything out."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    static = [
        line.removeprefix("exodrive/static/").rstrip("/") for line in lines if line.startswith("exodrive/")
    ]
    skipped = shutil.ignore_patterns("__pycache__", "*.pyc", *static)
    context.mkdir()
    for line in lines:
        if line.startswith("!"):
            source = ROOT / line[1:].rstrip("/")
            copied = shutil.copytree if source.is_dir() else shutil.copy
            copied(source, context / source.name, **({"ignore": skipped} if source.is_dir() else {}))


def follow(stage: Stage, word: str, rest: str, context: Path) -> Stage:
    """Take one step; returns the stage in which the next one is taken."""
    moved = PLACES.sub(f"{stage.folder}/", rest)
    match word:
        case "FROM":
            print(f"- {rest}", flush=True)
            return Stage(stage.folder, dict(os.environ), stage.folder)
        case "ENV":
            for name, value in (part.split("=", 1) for part in shlex.split(moved)):
                stage.environment[name] = value.replace("$PATH", stage.environment["PATH"])
        case "WORKDIR":
            stage.workdir = Path(moved)
            stage.workdir.mkdir(parents=True, exist_ok=True)
        case "COPY":
            _copy(stage, moved.split(), context)
        case "RUN" if not any(program in rest for program in ONLY_ROOT):
            print(f"  {rest[:90]}", flush=True)
            subprocess.run(["sh", "-ec", moved], cwd=stage.workdir, env=stage.environment, check=True)
        case "CMD":
            stage.command = json.loads(rest)
        case "HEALTHCHECK":
            stage.health = json.loads(rest.partition(" CMD ")[2])
    return stage


def _copy(stage: Stage, words: list[str], context: Path) -> None:
    """Files of the context; what comes of another stage already lies in the one folder of all."""
    if words[0].startswith("--from"):
        return
    *sources, target = words
    for source in sources:
        place = stage.workdir / target
        (place if target.endswith("/") else place.parent).mkdir(parents=True, exist_ok=True)
        if (context / source).is_dir():
            shutil.copytree(context / source, place, dirs_exist_ok=True)
        else:
            shutil.copy(context / source, place / Path(source).name if target.endswith("/") else place)


def open_for_a_moment(stage: Stage) -> None:
    """Start the image's command and ask its health check, as Docker would."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    told = {**stage.environment, **SANDBOX, "PORT": port, "HOST": "127.0.0.1", "WEB_WORKERS": "1"}
    web = subprocess.Popen(stage.command, cwd=stage.workdir, env=told)
    try:
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(stage.health, env=told, capture_output=True, check=False).returncode:
            if web.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the web app is not healthy: {stage.command}")
            time.sleep(0.2)
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(timeout=30)


def _run(stage: Stage, command: list[str]) -> None:
    print(f"  {shlex.join(command)[:90]}", flush=True)
    told = {**stage.environment, **SANDBOX}
    subprocess.run(command, cwd=stage.workdir, env=told, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    sys.exit(main())
