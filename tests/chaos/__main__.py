"""`make chaos`: kill at every point, in random order, and see every rental come to its end all the same."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from tests import servers
from tests.chaos import points
from tests.chaos.campaign import Campaign
from tests.chaos.errands import ERRANDS
from tests.chaos.money_rentals import MONEY_RENTALS
from tests.chaos.opening import opened
from tests.chaos.rentals import RENTALS
from tests.chaos.slow_rentals import SLOW_RENTALS

ARRIVALS = 3  # a process dies at one of the first so many arrivals at a point
EXTRA = 2  # rounds more for the points whose arrival did not come


def main() -> int:
    asked = _arguments()
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {words}", flush=True)

    chance = random.Random(asked.seed)
    with (
        servers.running() as running,
        tempfile.TemporaryDirectory(prefix="exodrive-chaos-") as folder,
        opened(running, Path(folder), name="chaos", chance=chance, say=say) as campaign,
    ):
        say(f"seed {asked.seed}; first rounds in which nobody dies")
        try:
            left = _play_all(campaign, set(_chosen(asked.points)), rounds=asked.rounds, kills=asked.kills)
        except AssertionError:
            _audit(campaign)
            raise
        finally:
            asked.log.parent.mkdir(parents=True, exist_ok=True)
            asked.log.write_text(campaign.house.log)
            say(f"what the processes wrote is in {asked.log}")
        _report(campaign, left)
        audit = _audit(campaign)
    return 1 if left else audit


def _play_all(campaign: Campaign, armed: set[str], *, rounds: int, kills: int) -> set[str]:
    """The rentals of a week in several rounds, then those of a month; returns the points nobody came to."""
    slow = armed.intersection(points.SLOW)
    campaign.rentals, campaign.errands = {**RENTALS, **MONEY_RENTALS}, ERRANDS
    campaign.round(())
    left = _play(campaign, armed - slow, rounds=rounds, kills=kills)
    if not slow:
        return left
    campaign.rentals, campaign.errands = SLOW_RENTALS, {}
    campaign.round(())
    return left | _play(campaign, slow, rounds=1, kills=kills)


def _play(campaign: Campaign, armed: Collection[str], *, rounds: int, kills: int) -> set[str]:
    """Deal the points out over the rounds; what a round does not come to waits for the next."""
    waiting = sorted(armed)
    campaign.chance.shuffle(waiting)
    left: set[str] = set()
    for number in range(rounds + EXTRA):
        hand = {*left, *waiting[number::rounds]} if number < rounds else left
        if not hand:
            break
        campaign.say(f"round {number + 1}: {len(hand)} points")
        left = campaign.round(hand, arrivals=ARRIVALS if number < rounds else 1, kills=kills)
    return left


def _report(campaign: Campaign, left: Collection[str]) -> None:
    struck, killed = campaign.watch.struck, campaign.watch.killed
    campaign.say(f"{len(struck)} processes died at {len(set(struck))} points; {len(left)} were not reached")
    campaign.say(f"killed from outside: {', '.join(f'{name} {number}' for name, number in killed.items())}")
    for point in sorted(left):
        campaign.say(f"not reached: {point}")


def _audit(campaign: Campaign) -> int:
    """The house's own check of its books."""
    command = (sys.executable, "-m", "exodrive.cli", "audit")
    return subprocess.run(command, env=campaign.house.environment, check=False).returncode


def _chosen(part: str) -> list[str]:
    return [point for point in points.ALL if part in point]


def _arguments() -> argparse.Namespace:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    read.add_argument("--rounds", type=int, default=4, help="over which the points are dealt out")
    read.add_argument("--kills", type=int, default=2, help="from outside, before and after the clock moves")
    read.add_argument("--points", default="", help="only those with this in their names")
    read.add_argument("--log", type=Path, default=Path("var/chaos.log"), help="where the processes' words go")
    return read.parse_args()


if __name__ == "__main__":
    sys.exit(main())
