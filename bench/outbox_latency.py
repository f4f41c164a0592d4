"""How long an event takes to reach its actor on an idle house: from the commit to the deed's beginning.

    .venv/bin/python -m bench.outbox_latency

The way is the product's own: outbox, NOTIFY, relay, Dramatiq's queue in Valkey, worker, claim.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time

from bench import figures, ground, latency_event
from exodrive.app import create_app
from exodrive.kernel import clock, outbox
from exodrive.kernel.db import transaction

EVENTS = 200
TARGET = 0.050  # seconds, p95
WARM_UP = 10
PATIENCE = 20  # seconds until an event counts as lost


def main() -> int:
    with ground.stopped_politely(), ground.prepared() as here:
        os.environ.update(here.environment)
        worker = [word.replace("exodrive.worker", "bench.latency_worker") for word in here.procfile("worker")]
        with here.program("relay", *here.procfile("relay")), here.program("worker", *worker):
            taken = measure()
    print(figures.table("from commit to deed", {"an event to its actor": taken}))
    found = figures.percentile(taken, 0.95)
    print(f"p95 {found * 1000:.1f} ms; the target is {TARGET * 1000:.0f} ms")
    return 0 if found < TARGET else 1


def measure() -> list[float]:
    """Ring so often, each time after a rest, and note how long the answer took."""
    app = create_app()
    store = latency_event.store()
    chance = random.Random(1)
    taken = []
    with app.app_context():
        for number in range(WARM_UP + EVENTS):
            time.sleep(chance.uniform(0.05, 0.25))  # idle: nothing is under way when the next one rings
            with transaction():
                outbox.emit(latency_event.RANG, number=number)
            rang_at = clock.real_now().timestamp()
            found = store.blpop([latency_event.ARRIVALS], timeout=PATIENCE + 40 * (number == 0))
            if found is None:
                raise TimeoutError(f"event {number} has not arrived")
            arrived, arrived_at = json.loads(found[1])
            if arrived != number:
                raise RuntimeError(f"waited for event {number}, and {arrived} came")
            if number >= WARM_UP:
                taken.append(arrived_at - rang_at)
    return taken


if __name__ == "__main__":
    sys.exit(main())
