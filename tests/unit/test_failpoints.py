"""A process dies where it was wished to, and leaves a trace; any other never notices."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from exodrive import config
from exodrive.config import BadSettings
from exodrive.kernel import failpoints
from exodrive.kernel.failpoints import Place
from tests.chaos.armoury import Armoury

SANDBOX = {"EXODRIVE_SANDBOX": "1", "DATABASE_URL": "postgresql:///x", "REDIS_URL": "redis://127.0.0.1/0"}
COMES_THRICE = """
import sys
from pathlib import Path
from exodrive.kernel import failpoints
from exodrive.kernel.failpoints import Place

failpoints.arm(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
for number in range(1, 4):
    failpoints.reach(Place.DELIVERY_CLAIMED, "contracts.send")
    print(number, flush=True)
"""


def got_past(*folder: Path) -> tuple[int, str]:
    """How a process that comes to the point three times has ended, and how often it got past."""
    command = [sys.executable, "-c", COMES_THRICE, *map(str, folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, " ".join(done.stdout.split())


@pytest.fixture
def armoury(tmp_path: Path) -> Armoury:
    return Armoury.at(tmp_path / "failpoints")


@pytest.mark.parametrize(("arrival", "before"), [(1, ""), (2, "1"), (3, "1 2")])
def test_it_dies_at_the_arrival_that_was_asked_for(armoury: Armoury, arrival: int, before: str) -> None:
    armoury.arm("delivery.claimed@contracts.send", arrival=arrival)
    assert got_past(armoury.folder) == (-signal.SIGKILL, before)
    assert armoury.collect() == ["delivery.claimed@contracts.send"]


def test_it_dies_once(armoury: Armoury) -> None:
    armoury.arm("delivery.claimed@contracts.send")
    got_past(armoury.folder)
    assert got_past(armoury.folder) == (0, "1 2 3")


def test_a_wish_for_others_is_passed_by(armoury: Armoury) -> None:
    armoury.arm("delivery.claimed@messages.send")
    assert got_past(armoury.folder) == (0, "1 2 3")
    assert armoury.waiting() == {"delivery.claimed@messages.send"}


def test_who_is_not_armed_looks_nowhere() -> None:
    assert got_past() == (0, "1 2 3")


def test_points_are_named_by_their_place_and_who_comes_by() -> None:
    assert failpoints.point(Place.RELAY_CLAIMED) == "relay.claimed"
    assert failpoints.point(Place.OPERATION_CLAIMED, "capture") == "operation.claimed@capture"


def test_a_sandbox_that_a_test_has_opened_may_be_armed(tmp_path: Path) -> None:
    armed = {"EXODRIVE_FAILPOINTS": str(tmp_path), "EXODRIVE_TEST_RUN": "1"}
    assert config.load({**SANDBOX, **armed}).failpoints == tmp_path
    assert config.load(SANDBOX).failpoints is None


def test_the_switch_alone_arms_nothing() -> None:
    assert config.load({**SANDBOX, "EXODRIVE_TEST_RUN": "1"}).failpoints is None


@pytest.mark.parametrize(
    ("missing", "environment"),
    [
        ("EXODRIVE_SANDBOX", {"EXODRIVE_TEST_RUN": "1"}),
        ("EXODRIVE_TEST_RUN", SANDBOX),
        ("EXODRIVE_TEST_RUN", {**SANDBOX, "EXODRIVE_TEST_RUN": "0"}),
    ],
)
def test_anything_else_that_is_armed_does_not_start(
    tmp_path: Path, missing: str, environment: dict[str, str]
) -> None:
    with pytest.raises(BadSettings) as refusal:
        config.load({**environment, "EXODRIVE_FAILPOINTS": str(tmp_path)})
    said = [line for line in refusal.value.problems if line.startswith("EXODRIVE_FAILPOINTS")]
    assert said == [f"EXODRIVE_FAILPOINTS kills processes on purpose, and {missing} is not set"]
