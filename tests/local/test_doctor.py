"""`exodrive doctor` as a person runs it: beside an open house, before one, and where things are missing."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exodrive.local import leftovers, ports, surroundings
from tests.conftest import Simulators
from tests.servers import Servers

Doctor = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXODRIVE_VAR", str(tmp_path))
    return tmp_path


@pytest.fixture
def doctor(folder: Path) -> Doctor:
    """Runs it in this folder with these settings and no others."""

    def run(**settings: str) -> subprocess.CompletedProcess[str]:
        kept = {"PATH", "HOME", "LANG", "EXODRIVE_VAR"}
        environment = {name: value for name, value in os.environ.items() if name in kept or "COV" in name}
        return subprocess.run(
            [sys.executable, "-m", "exodrive.cli", "doctor"],
            env={**environment, **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@contextlib.contextmanager
def open_house(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """What a running house leaves for the other commands: its lock and its addresses."""
    with leftovers.only_one(folder):
        surroundings.remember(environment)
        yield


@pytest.fixture
def environment(servers: Servers, worker_number: int, simulators_port: int, folder: Path) -> dict[str, str]:
    database = servers.database(f"doctor_{worker_number}")
    return servers.environment(
        database,
        worker=worker_number,
        SIMULATORS_URL=f"http://127.0.0.1:{simulators_port}",
        PUBLIC_URL="http://localhost",
        STORAGE_URL=f"file://{folder}/storage",
    )


def test_an_open_house_has_nothing_wrong(
    doctor: Doctor, folder: Path, environment: dict[str, str], simulators: Simulators
) -> None:
    assert simulators.url == environment["SIMULATORS_URL"]
    with open_house(folder, environment):
        found = doctor()
    assert found.returncode == 0, found.stdout
    for line in (
        "WeasyPrint has its libraries",
        "The house is open at http://localhost",
        "its schema is up to date",
        "Redis answers",
        f"Files can be written to file://{folder}/storage",
        "PayPal answers and takes the keys",
        "DocuSeal answers and takes the keys",
        "Resend answers and takes the key",
        "PayPal must allow partial captures",
        "No faults found.",
    ):
        assert line in found.stdout
    assert not (folder / "storage" / "doctor").exists()


def test_what_does_not_answer_is_named_without_its_password(
    doctor: Doctor, folder: Path, environment: dict[str, str]
) -> None:
    nobody = ports.any_free()
    away = {
        "DATABASE_URL": f"postgresql://house:secret-word@127.0.0.1:{nobody}/cars",
        "REDIS_URL": f"redis://:secret-word@127.0.0.1:{nobody}/3",
        "SIMULATORS_URL": f"http://127.0.0.1:{nobody}",
    }
    with open_house(folder, environment | away):
        found = doctor()
    assert found.returncode == 1
    for line in (
        f"PostgreSQL at 127.0.0.1:{nobody}/cars cannot be reached",
        f"Redis at 127.0.0.1:{nobody}/3 cannot be reached",
        f"PayPal at http://127.0.0.1:{nobody}/paypal cannot be reached",
        "5 faults found.",
    ):
        assert line in found.stdout
    assert "secret-word" not in found.stdout + found.stderr


def test_a_schema_that_is_behind_and_a_template_that_is_not_there(
    doctor: Doctor, folder: Path, servers: Servers, environment: dict[str, str], simulators: Simulators
) -> None:
    assert simulators.url == environment["SIMULATORS_URL"]
    servers.postgres.ensure_database("no_tables")
    behind = {"DATABASE_URL": servers.postgres.url("no_tables")}
    with open_house(folder, environment | behind):
        found = doctor(DOCUSEAL_TEMPLATE_ID="999")
    assert found.returncode == 1
    assert "The schema is at nothing" in found.stdout
    assert "exodrive migrate" in found.stdout
    assert "DocuSeal has no template 999" in found.stdout


def test_wrong_keys_are_said_to_be_wrong(
    doctor: Doctor, folder: Path, environment: dict[str, str], simulators: Simulators
) -> None:
    assert simulators.url == environment["SIMULATORS_URL"]
    with open_house(folder, environment):
        found = doctor(PAYPAL_CLIENT_SECRET="wrong", DOCUSEAL_API_KEY="wrong", RESEND_API_KEY="wrong")
    assert found.returncode == 1
    assert "PayPal answers 401" in found.stdout
    assert "DocuSeal answers 401" in found.stdout
    assert "Resend answers 4" in found.stdout


def test_before_the_first_start_it_says_what_will_be_started(doctor: Doctor) -> None:
    found = doctor()
    assert found.returncode == 0, found.stdout
    assert "DATABASE_URL is not set: `exodrive up` starts a server of its own" in found.stdout
    assert "Sandbox: PayPal, DocuSeal and Resend are simulated" in found.stdout


def test_every_setting_that_is_missing_is_named_at_once(doctor: Doctor) -> None:
    found = doctor(PAYPAL_CLIENT_ID="live-id", EXODRIVE_SANDBOX="0")
    assert found.returncode == 1
    for name in ("PUBLIC_URL", "SECRET_KEY", "PAYPAL_CLIENT_SECRET", "DOCUSEAL_API_KEY", "RESEND_API_KEY"):
        assert f"FAULT  {name} is not set" in found.stdout
