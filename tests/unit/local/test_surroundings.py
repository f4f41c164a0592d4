"""What a local run decides for those who set nothing, and what it leaves alone."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from exodrive import config
from exodrive.local import ports, surroundings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXODRIVE_VAR", str(tmp_path))
    return tmp_path


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_nothing_set_is_a_sandbox_that_can_start() -> None:
    chosen = surroundings.complete({}, notes=[])
    settings = config.load({**chosen, "DATABASE_URL": "postgresql:///x", "REDIS_URL": "redis://localhost"})
    assert settings.sandbox
    assert settings.simulators_url == chosen["SIMULATORS_URL"]
    assert chosen["SIMULATORS_WEBHOOKS_PAYPAL"].endswith(f":{chosen['PORT']}/webhooks/paypal")


def test_a_taken_port_is_said_and_the_next_one_used(taken: int) -> None:
    notes: list[str] = []
    chosen = surroundings.complete({"PORT": str(taken)}, notes)
    assert int(chosen["PORT"]) > taken
    assert notes[0] == f"Port {taken} is taken; using {chosen['PORT']}."
    assert chosen["PUBLIC_URL"] == f"http://localhost:{chosen['PORT']}"


def test_the_secret_key_is_made_once(folder: Path) -> None:
    first = surroundings.complete({}, notes=[])["SECRET_KEY"]
    assert surroundings.complete({}, notes=[])["SECRET_KEY"] == first
    assert (folder / "secret-key").stat().st_mode & 0o077 == 0


def test_a_real_key_means_no_simulators() -> None:
    environ = {"PAYPAL_CLIENT_ID": "live-client"}
    chosen = surroundings.complete(environ, notes=[])
    assert not surroundings.wants_simulators(environ)
    assert "EXODRIVE_SANDBOX" not in chosen
    with pytest.raises(config.BadSettings) as caught:
        config.load({**chosen, "DATABASE_URL": "postgresql:///x", "REDIS_URL": "redis://localhost"})
    assert any(line.startswith("PAYPAL_CLIENT_SECRET is not set") for line in caught.value.problems)


def test_simulators_elsewhere_are_not_started_here() -> None:
    environ = {"SIMULATORS_URL": "http://127.0.0.1:9999"}
    assert surroundings.wants_simulators(environ)
    assert not surroundings.starts_simulators(environ)
    assert surroundings.complete(environ, notes=[])["SIMULATORS_URL"] == "http://127.0.0.1:9999"


def test_a_bad_port_is_named() -> None:
    with pytest.raises(config.BadSettings, match="PORT must be a whole number"):
        surroundings.complete({"PORT": "http"}, notes=[])


def test_a_port_on_the_other_side_of_localhost_is_taken_too() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server:
        assert not ports.is_free(server.getsockname()[1])


def test_a_chosen_port_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither another choice's, nor one that the kernel lends to whoever connects meanwhile."""
    chosen = [ports.any_free() for _ in range(20)]
    assert len(set(chosen)) == len(chosen)
    first_lent = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert max(chosen) < first_lent or first_lent < ports.UNLENT
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    with pytest.raises(ports.NoFreePort):
        ports.any_free()


def test_running_out_of_ports_is_said(monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    monkeypatch.setattr(ports, "TRIES", 1)
    with pytest.raises(ports.NoFreePort):
        ports.first_free(taken)


def test_what_the_running_house_left_is_found_and_forgotten(folder: Path) -> None:
    surroundings.remember({"PORT": "8001", "PATH": "/bin", "DATABASE_URL": "postgresql:///x"})
    assert surroundings.of_running_house() == {"PORT": "8001", "DATABASE_URL": "postgresql:///x"}
    assert (folder / "running.json").stat().st_mode & 0o077 == 0
    surroundings.forget()
    assert surroundings.of_running_house() == {}
