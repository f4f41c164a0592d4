"""How often one may call: by token, by booking, by address; with Valkey and without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from exodrive.config import Settings
from exodrive.extensions import limiter
from tests.servers import Servers
from tests.web.api.program import Program

READS, WRITES = 12, 6  # of a day, so that no test depends on how fast it is


def ask(app: Flask, *, token: str | None = None, address: str = "203.0.113.1") -> TestResponse:
    """A write that is refused before it does anything, so that only the counting costs time."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with app.test_client() as client:
        return client.post(
            "/api/v1/bookings", json={}, headers=headers, environ_base={"REMOTE_ADDR": address}
        )


def test_there_is_an_end_and_it_is_announced(house: Flask, counted: None) -> None:
    answers = [ask(house) for _ in range(WRITES + 1)]
    refused = answers[-1]
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) >= 0
    assert refused.headers["X-RateLimit-Limit"] == str(WRITES)
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert [answer.status_code for answer in answers[:-1]].count(429) == 0
    assert not [answer for answer in answers[:-1] if "Retry-After" in answer.headers], "nobody need wait"
    assert ask(house, address="203.0.113.2").status_code == 400, "another address has its own"


def test_a_token_is_counted_wherever_it_comes_from(house: Flask, partner: Program, counted: None) -> None:
    for number in range(WRITES):
        assert ask(house, token=partner.credentials, address=f"203.0.113.{number}").status_code == 400
    assert ask(house, token=partner.credentials, address="203.0.113.200").status_code == 429
    assert ask(house).status_code == 400, "strangers are counted apart"


def test_who_guesses_is_counted_by_address(house: Flask, counted: None) -> None:
    statuses = [ask(house, token=f"guess-{number}").status_code for number in range(READS + 1)]
    assert statuses.count(401) == READS
    assert statuses[-1] == 429


# In a process of its own: the counting is one object for all apps of a process.
WITHOUT_VALKEY = """
import logging
from exodrive.app import create_app
app = create_app()
logging.disable()
app.config["API_WRITES"] = "6 per day"
client = app.test_client()
print([client.post("/api/v1/bookings", json={}).status_code for _ in range(8)])
"""


def test_without_valkey_it_is_counted_in_memory(
    house: Flask, settings: Settings, servers: Servers, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        **servers.environment(settings.database_url),
        "EXODRIVE_VAR": str(tmp_path),
        "REDIS_URL": "redis://127.0.0.1:1/0",  # where nobody can listen meanwhile
    }
    made = subprocess.run(
        [sys.executable, "-c", WITHOUT_VALKEY], env=environment, capture_output=True, text=True, check=False
    )
    assert made.stdout.strip() == str([400] * 6 + [429] * 2), made.stderr[-2000:]


@pytest.fixture
def counted(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Counting is on, from nothing."""
    for name, limit in few().items():
        monkeypatch.setitem(house.config, name, limit)
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    yield
    limiter.reset()


def few() -> dict[str, str]:
    return {"API_READS": f"{READS} per day", "API_WRITES": f"{WRITES} per day"}
