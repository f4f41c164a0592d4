"""Rentals are done while processes die at every point, and each comes to its end all the same."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from exodrive.kernel.outbox import OPEN
from exodrive.local import demo_fleet
from tests.chaos import ends
from tests.chaos.armoury import Armoury
from tests.chaos.cashier import Cashier
from tests.chaos.errands import Errand
from tests.chaos.hope import Hope
from tests.chaos.people import Guest
from tests.chaos.rentals import RENTALS, Rental
from tests.chaos.watch import Watch
from tests.live import LiveHouse
from tests.races import days
from tests.races.books import Books
from tests.races.days import ZONE

# By how many days they are let for at least.
CARS = {car.slug: car.minimum_days for car in demo_fleet.CARS}
# From the hold to the pick-up: an authorization can be renewed from its fourth day on, and is captured a day
# before the pick-up.
AHEAD = timedelta(days=5, hours=4)
SWEEPS = 1.5  # seconds between two rounds of all sweeps, which a house does once a minute
LOOKS = 0.1
STILL = 180.0  # seconds without a death or a deed: whoever waits then waits in vain
OUTSIDE = ("worker", "relay", "scheduler", "web", "valkey")  # what can be killed from outside

Deed = Callable[[], None]


@dataclass
class Campaign:
    """`say` is told everything that happens, in the order in which it does."""

    house: LiveHouse
    armoury: Armoury
    say: Callable[[str], None]
    chance: random.Random
    books: Books = field(init=False)
    watch: Watch = field(init=False)
    counter: Cashier = field(init=False)
    rentals: Mapping[str, Rental] = field(default_factory=lambda: RENTALS)
    errands: Mapping[str, Errand] = field(default_factory=dict)
    hope: Hope = field(default_factory=Hope)
    numbers: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.books = Books.of(self.house)
        self.watch = Watch(self.house, self.books, self.armoury, self.say)
        self.counter = Cashier(self.house, self.books, self.hope)

    def round(self, armed: Iterable[str], *, arrivals: int = 1, kills: int = 0) -> set[str]:
        """One of each rental while processes die at the armed points; returns those that nobody came to.

        A process dies at one of the first so many `arrivals`; so many `kills` come from outside beside them.
        Raises AssertionError where a rental does not come to its end.
        """
        # PayPal's first message finds its certificate missing, and is verified by a worker.
        self.books.database.execute("DELETE FROM provider_certificates")
        for point in armed:
            self.armoury.arm(point, arrival=self.chance.randint(1, arrivals))
        pickup = next_pickup(datetime.now(ZONE) + self.books.offset)
        guests = {name: self._guest(rental.name) for name, rental in self.rentals.items()}
        askers = {name: self._guest("maya") for name in self.errands}
        self._before(pickup, guests, askers, kills=kills)
        self._go_to(pickup, day=-1)
        self._play(
            [
                *(partial(self.rentals[name].after, guest, self.counter) for name, guest in guests.items()),
                *(partial(self.errands[name].after, guest, self.counter) for name, guest in askers.items()),
            ],
            kills=kills,
        )
        self._later(pickup, guests)
        left = self.armoury.waiting()
        self.armoury.disarm(left)
        self._check(guests, askers)
        return left

    def _before(
        self, pickup: datetime, guests: Mapping[str, Guest], askers: Mapping[str, Guest], *, kills: int
    ) -> None:
        """Everybody takes a car, or asks about one that nobody takes."""
        cars = self._cars()
        idle = next(car for car in CARS if car not in cars.values())

        def begin(name: str) -> None:
            rental = self.rentals[name]
            start, end = rental.hours
            rental.take(guests[name], cars[rental.follows or name], days.span(pickup, start=start, end=end))
            rental.before(guests[name], self.counter)

        def ask(name: str) -> None:
            self.errands[name].before(askers[name], self.counter, idle, days.span(pickup, start=10, end=58))

        self._play([self.counter.open])
        self._play(
            [*(partial(begin, name) for name in guests), *(partial(ask, name) for name in askers)],
            kills=kills,
        )

    def _cars(self) -> dict[str, str]:
        """A car of its own for each rental that follows no other; none that is let for longer only."""
        shortest: dict[str, float] = {}
        for name, rental in self.rentals.items():
            (start, end), car_of = rental.hours, rental.follows or name
            shortest[car_of] = min(end - start, shortest.get(car_of, end - start))
        waiting = self.chance.sample(list(CARS), len(CARS))
        cars: dict[str, str] = {}
        # Whoever drives for a shorter time may take fewer of the cars, and so chooses before the others.
        for name in sorted(shortest, key=lambda name: shortest[name]):
            cars[name] = next(car for car in waiting if CARS[car] * 24 <= shortest[name])
            waiting.remove(cars[name])
        return cars

    def _later(self, pickup: datetime, guests: Mapping[str, Guest]) -> None:
        """What takes until some day after the pick-up, day by day."""
        for day in sorted({day for rental in self.rentals.values() for day in rental.later}):
            self._go_to(pickup, day=day)
            self._play(
                [
                    partial(self.rentals[name].later[day], guest, self.counter)
                    for name, guest in guests.items()
                    if day in self.rentals[name].later
                ]
            )

    def _go_to(self, pickup: datetime, *, day: int) -> None:
        """Move the clock to so many days after the pick-up, when every session at the desk has ended."""
        self._play(
            [partial(self.counter.go_to, f"{pickup + timedelta(days=day):%Y-%m-%d}"), self.counter.open]
        )

    def _guest(self, name: str) -> Guest:
        return Guest(self.house.url, next(self.numbers), books=self.books, hope=self.hope, name=name)

    def _play(self, deeds: Sequence[Deed], *, kills: int = 0) -> None:
        """Have all this done at once, and look after the house meanwhile, until all is quiet again."""
        with ThreadPoolExecutor(len(deeds)) as threads:
            doing = [threads.submit(deed) for deed in deeds]
            self._look_after(doing, kills=kills)
        for deed in doing:
            deed.result()
        assert not self.hope.gone.is_set(), "everybody has come through, and it does not become quiet"

    def _look_after(self, doing: Sequence[Future[None]], *, kills: int) -> None:
        next_sweep, moved_at, before = 0.0, time.monotonic(), (0, 0)
        while kills or not all(deed.done() for deed in doing) or not self._quiet():
            time.sleep(LOOKS)
            self.watch.look()
            if time.monotonic() > next_sweep:
                next_sweep = time.monotonic() + SWEEPS
                self.watch.sweep()
                if kills and self.chance.random() < 0.3:
                    kills -= 1
                    self.watch.kill(self.chance.choice(OUTSIDE))
            if (now := self._progress()) != before:
                before, moved_at = now, time.monotonic()
            if time.monotonic() > moved_at + STILL:
                self._say_what_is_open()
                self.hope.gone.set()
                return

    def _progress(self) -> tuple[int, int]:
        """Something that grows as long as anything happens: deaths, and deeds in the audit trail."""
        deeds = self.books.value("SELECT coalesce(max(id), 0) FROM audit_entries")
        return len(self.watch.struck) + self.watch.killed.total(), deeds

    def _quiet(self) -> bool:
        """Whether nothing is on its way: no delivery of ours, and no message of a provider."""
        mine = "SELECT count(*) FROM deliveries WHERE state = ANY(%(states)s)"
        states = [str(state) for state in OPEN]
        # Asked again after the messages: one that has just been taken is a delivery since.
        return (
            self.books.value(mine, states=states) == 0
            and not self.books.unheard()
            and self.books.value(mine, states=states) == 0
        )

    def _say_what_is_open(self) -> None:
        """For whoever has to find out why it does not become quiet."""
        query = "SELECT actor, state, due_at, last_error FROM deliveries WHERE state = ANY(%(states)s)"
        for row in self.books.rows(query, states=[str(state) for state in OPEN]):
            self.say(f"open: {row}")
        self.say(f"messages of providers on their way: {self.books.unheard()}")

    def _check(self, guests: Mapping[str, Guest], askers: Mapping[str, Guest]) -> None:
        found: dict[str, object] = {name: ends.of(guest) for name, guest in guests.items()}
        expected: dict[str, object] = {name: self.rentals[name].end for name in guests}
        found |= {name: dict(self.books.mails(guest.email)) for name, guest in askers.items()}
        expected |= {name: dict(self.errands[name].mails) for name in askers}
        assert found == expected, "\n".join(
            f"{name}:\n  is        {found[name]}\n  should be {expected[name]}"
            for name in found
            if found[name] != expected[name]
        )
        ends.check_house(self.books)


def next_pickup(now: datetime) -> datetime:
    """Midnight of a day far enough ahead, such that the house is open on the three days after it too."""
    day = datetime.combine(now.date(), datetime.min.time())
    while day.weekday() > 2 or day + timedelta(hours=10) < now.replace(tzinfo=None) + AHEAD:
        day += timedelta(days=1)
    return day
