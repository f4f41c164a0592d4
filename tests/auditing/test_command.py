"""`exodrive audit` as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from exodrive.kernel.db import db
from tests.filled import FilledHouse
from tests.servers import Servers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(house: FilledHouse, servers: Servers, worker_number: int) -> Iterator[str]:
    """A second database like the house's, for damage that is committed."""
    db.session.remove()
    db.engine.dispose()  # a database is copied only while nobody uses it
    name = f"audited_copy_{worker_number}"
    source = str(house.app.config["SETTINGS"].database_url).rpartition("/")[2].partition("?")[0]
    servers.postgres.drop_database(name)
    servers.postgres.ensure_database(name, template=source)
    yield servers.postgres.url(name)
    servers.postgres.drop_database(name)


def audit(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    return subprocess.run(
        [sys.executable, "-m", "exodrive.cli", "audit", *options],
        env={**surroundings, "EXODRIVE_VAR": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_ends_with_0_and_then_with_1(tmp_path: Path, copy: str, house: FilledHouse) -> None:
    storage = house.app.config["SETTINGS"].storage_url
    kept = audit(tmp_path, "--files", DATABASE_URL=copy, STORAGE_URL=storage)
    assert (kept.returncode, kept.stderr) == (0, ""), kept.stdout
    assert kept.stdout.splitlines()[-1].startswith("All promises are kept: 0 breaches, 0 things")

    with psycopg.connect(copy) as connection:
        asked = connection.execute("UPDATE bookings SET attention = 'mail_bounced' WHERE visitor IS NULL")
    attention = audit(tmp_path, "--json", DATABASE_URL=copy)
    assert (attention.returncode, json.loads(attention.stdout)["attention"]) == (0, asked.rowcount)

    with psycopg.connect(copy) as connection:
        connection.execute(
            "DELETE FROM occupancies WHERE booking_id IN (SELECT id FROM bookings WHERE visitor IS NULL)"
        )
    broken = audit(tmp_path, "--json", "--most", "1", DATABASE_URL=copy.replace("postgresql:", "postgres:"))
    assert broken.returncode == 1
    document = json.loads(broken.stdout)
    assert document["breaches"] > 1
    (found,) = [
        question
        for each in document["promises"]
        for question in each["found"]
        if question["severity"] == "breach"
    ]
    assert (found["code"], found["total"], len(found["findings"])) == (
        "place_missing",
        document["breaches"],
        1,
    )


def test_it_ends_with_2_where_it_cannot_look(tmp_path: Path) -> None:
    away = audit(tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert (away.returncode, away.stdout) == (2, "")
    assert away.stderr.startswith("Could not look: ")


def test_it_ends_with_2_in_a_database_that_is_no_house(tmp_path: Path) -> None:
    """Here in that of a folder without one, on servers that live as long as the command."""
    empty = audit(tmp_path)
    assert (empty.returncode, empty.stdout) == (2, "")
    assert "the database is not that of this version: run `exodrive migrate`" in empty.stderr
