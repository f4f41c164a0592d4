"""`make clock`: ten thousand rentals through their payment plans, by a clock that leaps."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests import servers
from tests.clockwork import houses
from tests.clockwork.outcome import Outcome

HOUSE = 500  # rentals of one house: a sweep takes fifty of a kind, and comes every six hours here


def _parts(bookings: int) -> list[int]:
    whole, rest = divmod(bookings, HOUSE)
    return [HOUSE] * whole + [rest] * bool(rest)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make clock")
    parser.add_argument("--bookings", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    began = time.monotonic()
    together = Outcome(0, 0, Counter(), Counter())
    fresh = multiprocessing.get_context("spawn")
    with servers.running() as running, ProcessPoolExecutor(asked.processes, mp_context=fresh) as pool:
        waits = [
            pool.submit(houses.lived, running.handed_down(), bookings, number, asked.seed + number)
            for number, bookings in enumerate(_parts(asked.bookings))
        ]
        for house in as_completed(waits):
            together += house.result()
            minutes = (time.monotonic() - began) / 60
            print(f"{together.rentals} lived through in {minutes:.1f} minutes", flush=True)
    for words in together.in_words():
        print(words)
    too_quiet = together.not_taken if asked.bookings >= HOUSE else []
    for branch in too_quiet:
        print(f"nobody has gone this way: {branch}")
    return 1 if together.faults or too_quiet else 0


if __name__ == "__main__":
    sys.exit(main())
