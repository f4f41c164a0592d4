"""The environment that a local run gives to its programs: what you set, and an answer to all you did not."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from honcho import environ as procfiles

from exodrive import config
from exodrive.local import ports

WEB_PORT = 8000
SIMULATORS_PORT = 8100
HOOKS = ("paypal", "docuseal", "resend")
PASSING_NOTE = "{name} {taken} is taken; using {chosen}."


def given() -> dict[str, str]:
    """The environment of this process, and the file `.env` of the checkout for what it does not say."""
    file = root() / ".env"
    named = procfiles.parse(file.read_text()) if file.exists() else {}
    return {**named, **os.environ}


def root() -> Path:
    """The folder with the Procfile and `.env`: the checkout, or the current folder."""
    checkout = Path(__file__).resolve().parents[2]
    return checkout if (checkout / "Procfile").exists() else Path.cwd()


def migrations() -> Path:
    """Beside the package in a checkout, within it where a wheel is installed."""
    package = Path(__file__).resolve().parents[1]
    beside = package.with_name("migrations")
    return beside if (beside / "env.py").exists() else package / "migrations"


def wants_simulators(environ: Mapping[str, str]) -> bool:
    """Whether this run is a sandbox: asked for, or no provider is configured at all."""
    if environ.get("EXODRIVE_SANDBOX"):
        return environ["EXODRIVE_SANDBOX"].lower() in ("1", "true")
    return not any(environ.get(name) for name in (*config.PROVIDER_KEYS, *config.SANDBOX_PATHS))


def complete(environ: Mapping[str, str], notes: list[str]) -> dict[str, str]:
    """Choose ports, addresses and a secret key where the environment names none.

    Databases are not chosen here; a port that was taken leaves a line in `notes`. Raises BadSettings.
    """
    chosen = {**environ, "PATH": _path(environ), "PYTHONUNBUFFERED": "1"}
    chosen.setdefault("HOST", "127.0.0.1")
    wanted = _number(environ, "PORT", WEB_PORT)
    port = ports.first_free(wanted, host=chosen["HOST"])
    if port != wanted:
        notes.append(PASSING_NOTE.format(name="Port", taken=wanted, chosen=port))
    chosen["PORT"] = str(port)
    _default(chosen, "PUBLIC_URL", f"http://localhost:{port}")
    _default(chosen, "STORAGE_URL", f"file://{config.folder() / 'storage'}")
    if not chosen.get("SECRET_KEY"):
        chosen["SECRET_KEY"] = _kept_secret(config.folder() / "secret-key")
    if wants_simulators(environ):
        _sandbox(chosen, notes)
    return chosen


def starts_simulators(environ: Mapping[str, str]) -> bool:
    """Whether the simulators are ours to start: in the sandbox, unless it names others at an address."""
    return wants_simulators(environ) and not environ.get("SIMULATORS_URL")


def remember(environ: Mapping[str, str]) -> None:
    """Leave the addresses of a running house where other commands find them."""
    file = _remembered()
    file.touch(mode=0o600)
    file.write_text(json.dumps({name: environ[name] for name in sorted(_FACES & environ.keys())}, indent=1))


def forget() -> None:
    _remembered().unlink(missing_ok=True)


def of_running_house() -> dict[str, str]:
    """The addresses that the running house left; nothing where none runs."""
    file = _remembered()
    found: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return found


_FACES = {
    *("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "PORT", "HOST", "PUBLIC_URL", "SECRET_KEY"),
    *("EXODRIVE_SANDBOX", "SIMULATORS_URL"),
}


def _remembered() -> Path:
    return config.folder() / "running.json"


def _sandbox(chosen: dict[str, str], notes: list[str]) -> None:
    chosen["EXODRIVE_SANDBOX"] = "1"
    if chosen.get("SIMULATORS_URL"):
        return
    wanted = _number(chosen, "SIMULATORS_PORT", SIMULATORS_PORT)
    port = ports.first_free(wanted)
    if port != wanted:
        notes.append(PASSING_NOTE.format(name="The simulators' port", taken=wanted, chosen=port))
    state = config.folder() / "simulators"
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    chosen["SIMULATORS_PORT"] = str(port)
    chosen["SIMULATORS_URL"] = f"http://127.0.0.1:{port}"
    _default(chosen, "SIMULATORS_STATE", str(state / "state.db"))
    for hook in HOOKS:
        _default(
            chosen,
            f"SIMULATORS_WEBHOOKS_{hook.upper()}",
            f"http://127.0.0.1:{chosen['PORT']}/webhooks/{hook}",
        )


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isdecimal():
        raise config.BadSettings([f"{name} must be a whole number, not {value!r}"])
    return int(value)


def _default(chosen: dict[str, str], name: str, value: str) -> None:
    if not chosen.get(name):
        chosen[name] = value


def _kept_secret(file: Path) -> str:
    """A key made at the first start, so that sign-ins and links outlive a restart."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text().strip()


def _path(environ: Mapping[str, str]) -> str:
    """The programs beside this Python first: gunicorn, dramatiq and `exodrive` of the same installation."""
    here = str(Path(sys.executable).parent)
    path = environ.get("PATH", "")
    if shutil.which("exodrive", path=path) == f"{here}/exodrive":
        return path
    return f"{here}{os.pathsep}{path}"
