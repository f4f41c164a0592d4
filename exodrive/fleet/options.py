"""What can be chosen among the cars on show: only what one of them has, each with how many are left by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

# Steps of horsepower that people think in; a house offers those that tell its cars apart.
POWER_STEPS = (200, 300, 400, 500, 600, 700, 800, 1000, 1200)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A car on show with what it is chosen and put in order by. `daily_price` is minor units of `currency`.

    `misses` names the wishes that it does not meet. `taken` says whether somebody has it on the dates asked
    for, `free` whether it can be had then.
    """

    id: UUID
    category: str
    seats: int
    transmission: str
    drivetrain: str
    power_hp: int
    year: int
    featured: bool
    daily_price: int
    currency: str
    minimum_days: int
    misses: frozenset[str] = frozenset()
    free: bool = True
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """`value` stands in the address; `count` is how many cars there are with it, by all the other wishes."""

    value: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Options:
    """For seats and power an option means so many or more. Prices are the least and the most of a day."""

    categories: Sequence[Option]
    everything: int
    seats: Sequence[Option]
    transmissions: Sequence[Option]
    drivetrains: Sequence[Option]
    powers: Sequence[Option]
    lowest: int | None
    highest: int | None

    def has_category(self, slug: str) -> bool:
        return any(option.value == slug for option in self.categories)


def of(cars: Sequence[Candidate]) -> Options:
    """All options of these cars: all that are on show, whether they meet the wishes or not."""
    prices = [car.daily_price for car in cars]
    powers = [car.power_hp for car in cars]
    steps = [step for step in POWER_STEPS if powers and min(powers) < step <= max(powers)]
    seats = sorted({car.seats for car in cars})[1:]  # the fewest that any car has ask for nothing
    return Options(
        categories=_kinds(cars, "category", lambda car: car.category),
        everything=sum(_counts(car, "category") for car in cars),
        seats=_at_least(cars, "seats", seats, lambda car: car.seats),
        transmissions=_kinds(cars, "transmission", lambda car: car.transmission),
        drivetrains=_kinds(cars, "drivetrain", lambda car: car.drivetrain),
        powers=_at_least(cars, "power", steps, lambda car: car.power_hp),
        lowest=min(prices, default=None),
        highest=max(prices, default=None),
    )


def _counts(car: Candidate, wish: str) -> bool:
    """Whether a car would be found if only this wish were another."""
    return car.free and car.misses <= {wish}


def _kinds(cars: Iterable[Candidate], wish: str, word: Callable[[Candidate], str]) -> list[Option]:
    """The words that cars have, the most frequent first; in whatever case they are written they are one."""
    written: dict[str, str] = {}
    owned: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for car in cars:
        key = word(car).lower()
        written.setdefault(key, word(car))
        owned[key] += 1
        found[key] += _counts(car, wish)
    order = sorted(owned, key=lambda key: (-owned[key], key))
    return [Option(key, _begun_large(written[key]), found[key]) for key in order if key]


def _at_least(
    cars: Sequence[Candidate], wish: str, steps: Sequence[int], figure: Callable[[Candidate], int]
) -> list[Option]:
    return [
        Option(str(step), str(step), sum(figure(car) >= step and _counts(car, wish) for car in cars))
        for step in steps
    ]


def _begun_large(words: str) -> str:
    return words[:1].upper() + words[1:]
