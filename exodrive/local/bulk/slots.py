"""When the demo house's cars are out: dates only, so that a million of them fit into memory. Pure.

Days are counted from today, which is 0. A car is out on about three days of five; what lies ahead is booked
less and less the farther it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import ceil, log
from random import Random
from typing import NamedTuple

# What one car sees in three years and the months ahead, given-up bookings included.
OF_ONE_CAR = 235
FEWEST_OF_ONE_CAR = 40  # a small house: fewer cars, so that each still has a past and a future
LAST_DAY = 145  # within the horizon for bookings
GIVEN_UP = 0.32  # bookings that came to nothing, for each that took place
# (rental days, weight): weekends and short weeks, now and then a fortnight.
LENGTHS = ((1, 18), (2, 25), (3, 25), (4, 11), (5, 7), (7, 9), (10, 3), (14, 2))
MEAN_GAP = 1.9  # days that a car stands between two rentals, besides the one that preparation needs
GAP_DOUBLES_IN = 25  # days ahead


class Slot(NamedTuple):
    """One booking's dates on the car with this number. `kept` ones took the car's time, or still do."""

    returned_on: int
    picked_up_on: int
    car: int
    kept: bool


def cars_needed(count: int, *, own: int) -> tuple[int, int]:
    """How many of the house's own cars, and how many more, carry so many bookings."""
    used = min(own, max(1, count // FEWEST_OF_ONE_CAR)) if own else 0
    return used, max(0, ceil(count / OF_ONE_CAR) - used, 0 if used else 1)


def plan(count: int, *, cars: int, today: int, closed: Collection[int], chance: Random) -> list[Slot]:
    """Exactly `count` slots, spread over the cars, in the order of their return.

    `today` is a weekday (Monday 0), `closed` the weekdays on which nothing is handed out or taken back.
    """
    slots: list[Slot] = []
    for car in range(cars):
        quota = count // cars + (car < count % cars)
        calendar = _backwards(car, today=today, closed=closed, chance=chance)
        slots += (slot for _, slot in zip(range(quota), calendar, strict=False))
    slots.sort()
    return slots


def _backwards(car: int, *, today: int, closed: Collection[int], chance: Random) -> Iterator[Slot]:
    """One car's slots from the last to the first, for as long as somebody asks."""
    lengths, weights = zip(*LENGTHS, strict=True)
    day = LAST_DAY - chance.randrange(20)
    while True:
        returned_on = open_day(day - _gap(day, chance), today, closed)
        picked_up_on = open_day(returned_on - chance.choices(lengths, weights)[0], today, closed)
        yield Slot(returned_on, picked_up_on, car, kept=True)
        if chance.random() < GIVEN_UP:
            moved = chance.randrange(-20, 1)
            start = open_day(picked_up_on + moved, today, closed)
            end = open_day(start + chance.choices(lengths, weights)[0] + 2, today, closed)
            yield Slot(end, start, car, kept=False)
        day = picked_up_on


def _gap(day: int, chance: Random) -> int:
    """At least a day, which leaves room for preparation and turnaround wherever the car was taken."""
    mean = MEAN_GAP * (1 + max(0, day) / GAP_DOUBLES_IN)
    return 1 + int(-mean * log(1 - chance.random()))


def open_day(day: int, today: int, closed: Collection[int]) -> int:
    """This day, or the last one before it on which the house is open."""
    while (today + day) % 7 in closed:
        day -= 1
    return day
