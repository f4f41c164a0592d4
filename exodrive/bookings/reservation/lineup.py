"""The cars in a line for somebody who looks for one: those that are free first, a page at a time.

The order may hang on totals, which the price rules alone know. So one query tells of each car on show the few
facts that it is chosen and put in order by; what a page shows of its cars is loaded for that page alone. The
number of queries depends neither on the fleet nor on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import compress
from operator import not_
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from exodrive.availability import queries as availability
from exodrive.availability.rules import Period
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import holding, offers, ranking
from exodrive.bookings.reservation.offers import Desk, Journey, Offer
from exodrive.bookings.reservation.ranking import Order, Place, Standing
from exodrive.fleet import options as choices
from exodrive.fleet.models import Car, Category
from exodrive.fleet.options import Candidate, Options
from exodrive.fleet.wishes import GEARBOX, Wishes
from exodrive.kernel.db import session
from exodrive.kernel.money import Money

PAGE = 18  # cars; whole rows of two and of three
MOST = 10 * PAGE  # that a page shows again to somebody who comes back to it
# What is asked of every car on show, in the order of a candidate's fields.
FACTS: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...] = (
    Car.id, Category.slug, Car.seats, GEARBOX, Car.drivetrain, Car.power_hp, Car.year, Car.featured,
    Car.daily_price, Car.currency, Car.minimum_days,
)  # fmt: skip
# Wishes for one of the words that cars have. Nobody can choose another, so another is a slip.
WORDS = ("category", "transmission", "drivetrain")
NO_CAR = UUID(int=0)  # stands for any car without a rule of its own


@dataclass(frozen=True, slots=True)
class Entry:
    """One car of the line.

    `offer` is the price where the car is free on the dates. `free_from` is when a taken one is free again for
    as long, None where that is beyond the house's horizon. `begun` is the visitor's own booking of it.
    """

    car: Car
    standing: Standing
    offer: Offer | None = None
    free_from: datetime | None = None
    begun: Booking | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the line: a page from its start or `after` a place, or all `upto` one."""

    after: Place | None = None
    upto: Place | None = None


@dataclass(frozen=True, slots=True)
class LineUp:
    """A page of the line. `found` counts the cars that meet the wishes, and are free where dates were given.

    `days` is how many are paid for. `passed_over` names the wishes for what no car has. `last` is the place
    of the page's last car, `more` how many come after it.
    """

    entries: Sequence[Entry]
    found: int
    options: Options
    days: int | None
    passed_over: Sequence[str]
    last: Place | None
    more: int


class _Stand(NamedTuple):
    """A car in its place of the line."""

    place: Place
    standing: Standing
    car: Candidate


def line_up(
    wishes: Wishes,
    *,
    order: Order,
    journey: Journey | None,
    desk: Desk,
    at: datetime,
    visitor: str | None = None,
    part: Part | None = None,
) -> LineUp:
    """A page of the cars on show that meet the wishes. Without a journey all of them are free.

    `visitor` is the mark of who asks. Raises DatesRefused and RentalTooLong.
    """
    days = offers.checked_days(journey, desk=desk, at=at) if journey else None
    period = offers.occupied(journey, policies=desk.policies) if journey else None
    cars = _candidates(wishes, period, days)
    passed_over = _nobody_has(cars, wishes)
    if passed_over:
        cars = [replace(car, misses=car.misses - set(passed_over)) for car in cars]
    begun = holding.begun(visitor, at=at) if visitor and journey else {}
    line = _line(cars, order, begun, journey, desk=desk)
    shown = _part(line, part or Part())
    last = shown[-1].place if shown else None
    return LineUp(
        entries=_entries(shown, begun, journey, desk=desk, at=at),
        found=sum(stand.standing is Standing.FREE for stand in line),
        options=choices.of(cars),
        days=days,
        passed_over=passed_over,
        last=last,
        more=sum(stand.place > last for stand in line) if last else 0,
    )


def _candidates(wishes: Wishes, period: Period | None, days: int | None) -> list[Candidate]:
    """Every car on show with the wishes that it misses, and whether it is free for the period."""
    taken: ColumnElement[bool] = false()
    query = select(*FACTS).join(Category, Category.id == Car.category_id).where(Car.visible, Car.available)
    if period is not None:
        # What overlaps is read once, by the index on the period; asking car by car would go down the other
        # index once for each car of the house.
        overlapping = availability.taken_cars(period).distinct().subquery()
        query = query.outerjoin(overlapping, overlapping.c.car_id == Car.id)
        taken = overlapping.c.car_id.is_not(None)
    conditions = wishes.conditions()
    rows = session().execute(query.add_columns(taken, *conditions.values()))
    return [_candidate(row, list(conditions), days) for row in rows]


def _candidate(row: Sequence[Any], wished: Sequence[str], days: int | None) -> Candidate:
    facts, taken, met = row[: len(FACTS)], row[len(FACTS)], row[len(FACTS) + 1 :]
    misses = frozenset(compress(wished, map(not_, met)))
    minimum_days = facts[-1]
    free = not taken and (days is None or minimum_days <= days)
    return Candidate(*(*facts, misses, free, taken))


def _nobody_has(cars: Sequence[Candidate], wishes: Wishes) -> list[str]:
    """The wishes for a word that no car has."""
    return [
        name
        for name in WORDS
        if (word := getattr(wishes, name)) and all(getattr(car, name).lower() != word.lower() for car in cars)
    ]


def _line(
    cars: Sequence[Candidate],
    order: Order,
    begun: Mapping[UUID, Booking],
    journey: Journey | None,
    *,
    desk: Desk,
) -> list[_Stand]:
    """The cars that meet the wishes, in order."""
    amount = _totals(journey, desk=desk) if journey else _day_price
    line = []
    for car in cars:
        if not car.misses:
            standing = _standing(car, begun)
            line.append(_Stand(ranking.place(car, standing, order=order, amount=amount(car)), standing, car))
    return sorted(line)


def _standing(car: Candidate, begun: Mapping[UUID, Booking]) -> Standing:
    if car.free:
        return Standing.FREE
    if not car.taken:
        return Standing.TOO_SHORT
    return Standing.MINE if car.id in begun else Standing.TAKEN


def _day_price(car: Candidate) -> int:
    return car.daily_price


def _totals(journey: Journey, *, desk: Desk) -> Callable[[Candidate], int]:
    """What the journey costs with a car, worked out once for all cars that cost the same by every rule."""
    own_rules = {rule.car_id for book in desk.prices.values() for rule in book.seasons}

    @cache
    def total(rate: Money, category: str, car_id: UUID | None) -> int:
        request = offers.request_at(rate, journey, car_id=car_id or NO_CAR, category=category)
        return offers.price_of(request, desk).total.amount

    return lambda car: total(
        Money(car.daily_price, car.currency), car.category, car.id if car.id in own_rules else None
    )


def _part(line: Sequence[_Stand], part: Part) -> Sequence[_Stand]:
    if part.upto is not None:
        again = [stand for stand in line if stand.place <= part.upto][:MOST]
        return again if len(again) > PAGE else line[:PAGE]
    after = part.after
    return [stand for stand in line if after is None or stand.place > after][:PAGE]


def _entries(
    shown: Sequence[_Stand],
    begun: Mapping[UUID, Booking],
    journey: Journey | None,
    *,
    desk: Desk,
    at: datetime,
) -> list[Entry]:
    ids = [stand.car.id for stand in shown]
    query = select(Car).where(Car.id.in_(ids)).options(joinedload(Car.category))
    cars = {car.id: car for car in session().scalars(query)}
    if journey is None:
        return [Entry(cars[car_id], Standing.FREE) for car_id in ids]
    taken = [stand.car.id for stand in shown if stand.standing is Standing.TAKEN]
    free_from = _free_from(taken, journey, desk=desk, at=at)
    return [
        Entry(
            cars[stand.car.id],
            stand.standing,
            offer=offers.make(cars[stand.car.id], journey, desk=desk, at=at)
            if stand.standing is Standing.FREE
            else None,
            free_from=free_from.get(stand.car.id),
            begun=begun.get(stand.car.id),
        )
        for stand in shown
    ]


def _free_from(
    car_ids: Sequence[UUID], journey: Journey, *, desk: Desk, at: datetime
) -> dict[UUID, datetime]:
    if not car_ids:
        return {}
    period = offers.occupied(journey, policies=desk.policies)
    horizon = at + timedelta(days=desk.policies.booking.horizon_days)
    return availability.free_from(car_ids, period, until=max(horizon, period.ends_at))
