"""What all bookings that are made up have in common: the house, its cars and rules, today's papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from exodrive.accounts.models import StaffUser
from exodrive.accounts.roles import Role
from exodrive.bookings.reservation import offers
from exodrive.bookings.reservation.offers import Desk
from exodrive.fleet.models import Car
from exodrive.house import queries as houses
from exodrive.house.models import Place
from exodrive.kernel.actors import SYSTEM, Actor, ActorKind
from exodrive.kernel.db import session
from exodrive.local.bulk import papers
from exodrive.local.bulk.fates import INSPECTION, Oracle
from exodrive.local.bulk.papers import Papers
from exodrive.local.bulk.people import Guests
from exodrive.local.bulk.rows import Ids
from exodrive.pricing.rulebook import ExtraRule

# Hours at which keys change hands, whatever the house's hours: well inside them.
EARLIEST, LATEST = 9, 18
SETTLING = timedelta(seconds=30)  # takes so long


@dataclass(frozen=True)
class Scene:
    """Loaded once. `key` is the house's secret key, `now` the moment that all bookings are seen from."""

    desk: Desk
    cars: list[Car]
    home: Place
    elsewhere: list[Place]
    extras: list[ExtraRule]
    agent: Actor
    papers: Papers
    key: str
    now: datetime
    chance: Random
    ids: Ids
    guests: Guests
    oracle: Oracle
    odometers: dict[UUID, int] = field(default_factory=dict)
    settled: Counter[int] = field(default_factory=Counter)  # rentals so far, by the day of their return

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.desk.house.time_zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def moment(self, day: int) -> datetime:
        """Some full or half hour of a day at which the house is open. Today is day 0."""
        on = self.today + timedelta(days=day)
        opens, closes = self.desk.house.hours[str(on.weekday())]
        first = max(EARLIEST, int(opens[:2]) + (opens[3:] != "00"))
        last = max(first, min(LATEST, int(closes[:2]) - 1))
        at = time(self.chance.randint(first, last), self.chance.choice((0, 30)))
        return datetime.combine(on, at, self.zone).astimezone(UTC)

    def closing_time(self, returned_on: int) -> datetime:
        """When a rental is settled: on the morning after the inspection, one after the other.

        Asked in the order of the returns, it only grows: so do the numbers of the invoices.
        """
        self.settled[returned_on] += 1
        on = self.today + timedelta(days=returned_on) + INSPECTION
        morning = datetime.combine(on, time(8), self.zone).astimezone(UTC)
        return morning + self.settled[returned_on] * SETTLING


def closed_weekdays(hours: Collection[str]) -> frozenset[int]:
    """The days without hours. Raises ValueError for a house that never opens."""
    closed = frozenset(day for day in range(7) if str(day) not in hours)
    if len(closed) == 7:
        raise ValueError("a house that is never open has no bookings")
    return closed


def load(cars: list[Car], *, existing: int, key: str, now: datetime, chance: Random) -> Scene:
    """Read what the bookings need; `existing` is how many there are already. Raises NoHouse."""
    house, rules = houses.house(), houses.rulebook(now)
    desk = offers.desk(house, rules, currencies={car.currency for car in cars}, at=now)
    # The demo house's taxes are as young as the demo: here they were always due.
    prices = {
        currency: replace(book, taxes=[replace(tax, valid_from=date.min) for tax in book.taxes])
        for currency, book in desk.prices.items()
    }
    places = houses.places()
    return Scene(
        desk=replace(desk, prices=prices),
        cars=cars,
        home=next(place for place in places if not place.delivered),
        elsewhere=[place for place in places if place.delivered],
        extras=prices[house.currency].offered(),
        agent=_agent(),
        papers=papers.keep(now),
        key=key,
        now=now,
        chance=chance,
        ids=Ids(chance),
        guests=Guests(chance, first=2 * existing),  # a booking brings two people at most
        oracle=Oracle(chance, now=now, rules=rules.booking),
        odometers={car.id: car.odometer for car in cars},
    )


def _agent() -> Actor:
    user = session().scalars(select(StaffUser).where(StaffUser.role == Role.AGENT).limit(1)).first()
    return Actor(ActorKind.STAFF, user.name, user.id) if user else SYSTEM
