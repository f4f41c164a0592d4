"""`exodrive staff`: accounts from the command line, as on the first day with real keys."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.servers import Servers

PASSWORD = "four words upon a wall"


@pytest.mark.slow
def test_an_account_is_made_listed_and_closed(servers: Servers, worker_number: int) -> None:
    database = servers.database(f"commands_{worker_number}")
    environment = {**os.environ, **servers.environment(database, worker=worker_number)}

    def exodrive(*words: str, typed: str = "") -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "exodrive.cli", "staff", *words],
            env=environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            start_new_session=True,  # without a terminal the password is read from the input
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    maker = ("add", "Vera@House.example", "--name", "Vera Owner", "--role", "owner")
    code, said = exodrive(*maker, typed="too short\ntoo short\n")
    assert (code, "twelve signs" in said) == (1, True), said
    code, said = exodrive(*maker, typed="Vera owner 2026\nVera owner 2026\n")
    assert (code, "others would try" in said) == (1, True), said
    code, said = exodrive(*maker, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert code == 0, said
    assert PASSWORD not in said
    code, said = exodrive("list")
    assert "vera@house.example  Vera Owner  owner  open  password only" in said
    code, said = exodrive("deactivate", "vera@house.example", "--reason", "Leaves")
    assert (code, "last owner" in said) == (1, True), said
    code, said = exodrive("reset-second-factor", "nobody@house.example", "--reason", "Lost")
    assert (code, "no account" in said) == (1, True), said
