"""How long a crowd waits that wants one car on overlapping dates at the same moment, over HTTP.

    .venv/bin/python -m bench.hold_race [--rivals 64] [--rounds 5]

Each rival has opened the car's page, and all press the button at once: one wins, the others are told, with
other dates and cars beside it. The customers are those of the race tests.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial

from requests import Response

from bench import figures, ground
from tests.races import crowd, days
from tests.races.customer import Customer

CARS = ("corsara-v10", "strada-tt", "aurelia-gt", "solenne-spider", "bramante-s", "harrowgate-six")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rivals", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5, choices=range(1, len(CARS) + 1))
    wanted = parser.parse_args()
    won: list[float] = []
    lost: list[float] = []
    with ground.stopped_politely(), ground.prepared() as here:
        url = f"http://127.0.0.1:{here.environment['PORT']}"
        with here.program("web", *here.procfile("web")):
            here.wait_for(f"{url}/healthz")
            for car in CARS[: wanted.rounds]:
                answers = race(url, car, rivals=wanted.rivals)
                won += [seconds for answer, seconds in answers if answer.status_code == 303]
                lost += [seconds for answer, seconds in answers if answer.status_code == 409]
    print(figures.table(f"{wanted.rivals} rivals, {wanted.rounds} rounds", {"won": won, "lost": lost}))
    right = (len(won), len(lost)) == (wanted.rounds, wanted.rounds * (wanted.rivals - 1))
    print("one winner in each round" if right else "NOT one winner and all others told")
    return 0 if right else 1


def race(url: str, car: str, *, rivals: int) -> list[tuple[Response, float]]:
    """All answers with their seconds. Each wants another span; each span overlaps every other."""
    monday = days.monday(3)

    def ready(number: int) -> Callable[[], Response]:
        span = days.span(monday, start=9 + 0.5 * (number % 16), end=24 * (2 + number // 16 % 3) + 10)
        person = Customer(url, number)
        return partial(person.hold, person.look(car, span))

    return crowd.together(range(rivals), ready)


if __name__ == "__main__":
    sys.exit(main())
