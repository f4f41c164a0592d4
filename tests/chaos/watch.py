"""Who looks after the house while its processes die: notes each death, and brings the process back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import redis

from exodrive.tasks import sweeps
from tests.chaos import points, sweeping
from tests.chaos.armoury import Armoury
from tests.live import LiveHouse
from tests.races.books import Books

# The deliveries that come due at once when a process has died. Only a worker holds leases; what the relay had
# marked may not be in the queue, and the queue may have lost what was in it.
HELD_BY = {
    "worker": ("pending", "dispatched", "running"),
    "relay": ("pending", "dispatched"),
    "valkey": ("pending", "dispatched"),
}


@dataclass
class Watch:
    """`struck` has the points at which processes have died, `killed` what was killed from outside."""

    house: LiveHouse
    books: Books
    armoury: Armoury
    say: Callable[[str], None]
    struck: list[str] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)

    def look(self) -> None:
        """Bring back whatever has died since the last look."""
        dead = [(point, points.program(point)) for point in self.armoury.collect()]
        self.struck += [point for point, _ in dead]
        for point, _ in dead:
            self.say(f"struck {point}")
        for program in dict.fromkeys(program for _, program in dead):
            if program != "web":  # whose master starts another worker by itself
                self.restart(program)
        for program, process in list(self.house.processes.items()):
            if process.poll() is not None:
                self.say(f"{program} has ended by itself with {process.returncode}")
                self.restart(program)

    def restart(self, program: str) -> None:
        """End what is left of it; let what it held come due, as by waiting; and start it again."""
        self.house.kill(program)
        if program in HELD_BY:
            self.books.end_leases(*HELD_BY[program])
        self.house.start(program)
        if program == "valkey":
            self.house.redis.wait(self.house.processes[program])

    def kill(self, program: str) -> None:
        """From outside, at any moment. Valkey comes back as empty as a new one."""
        self.say(f"killed {program}")
        self.killed[program] += 1
        if program == "valkey":
            with redis.Redis.from_url(self.house.redis.url) as store:
                store.flushall()
        self.restart(program)

    def sweep(self) -> None:
        """Send every sweep, as the scheduler does once a minute."""
        sweeping.send(self.house, sweeps.EVERY_MINUTE)
