"""The rules that a price is worked out by, as values: one book for one currency at one time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from exodrive.kernel.money import Money
from exodrive.pricing.days import DayCount
from exodrive.pricing.price import LineKind
from exodrive.pricing.rounding import Rounding

# A day takes at most one season and one weekday rate. Each takes off less than half of the base, so that a
# day never costs less than nothing, whatever the two are and however they are rounded.
LOWEST_RATE_BP = -4999


class SeasonKind(StrEnum):
    """One of each kind may count for a day; the two add up."""

    SEASON = "season"
    WEEKDAY = "weekday"


class ExtraRole(StrEnum):
    EXTRA = "extra"  # chosen by the customer
    ADDITIONAL_DRIVER = "additional_driver"  # due for each named driver after the first
    YOUNG_DRIVER = "young_driver"  # due where the driver policy says so


class ExtraUnit(StrEnum):
    DAY = "day"
    RENTAL = "rental"
    MILE = "mile"


@dataclass(frozen=True, slots=True)
class Terms:
    """How the house counts and rounds. `zone` is the house's, for the date on which a rule comes in force."""

    zone: str
    method: DayCount = DayCount.CLOCK
    grace_minutes: int = 29
    rounding: Rounding = Rounding.HALF_UP


@dataclass(frozen=True, slots=True)
class SeasonRule:
    """More or less for the days that it matches, in basis points of the base price of a day.

    `first_day` and `last_day` are both inside; None is open. Weekdays are ISO numbers (Monday 1), none means
    all. Without car and category it is for every car.
    """

    kind: SeasonKind
    name: str
    rate_bp: int
    first_day: date | None = None
    last_day: date | None = None
    weekdays: tuple[int, ...] = ()
    car_id: UUID | None = None
    category: str | None = None
    priority: int = 0

    def __post_init__(self) -> None:
        if self.rate_bp < LOWEST_RATE_BP:
            raise ValueError(f"a season takes off less than half, not {-self.rate_bp / 100:g} %")

    def matches(self, day: date, *, car_id: UUID, category: str) -> bool:
        return (
            self.car_id in (None, car_id)
            and self.category in (None, category)
            and (self.first_day is None or self.first_day <= day)
            and (self.last_day is None or day <= self.last_day)
            and (not self.weekdays or day.isoweekday() in self.weekdays)
        )

    @property
    def precedence(self) -> tuple[bool, bool, int, str]:
        """Which of several counts: the car's own, then its category's, then by priority; the name decides."""
        return (self.car_id is not None, self.category is not None, self.priority, self.name)


@dataclass(frozen=True, slots=True)
class LongStayRule:
    """Off the rental days from so many days on, in basis points."""

    min_days: int
    rate_bp: int
    category: str | None = None

    def __post_init__(self) -> None:
        if not 0 < self.rate_bp <= 10_000:
            raise ValueError(f"a discount takes off up to the whole, not {self.rate_bp / 100:g} %")


@dataclass(frozen=True, slots=True)
class ExtraRule:
    """Something that goes with the car for an amount per day, per rental or per mile."""

    code: str
    name: str
    unit: ExtraUnit
    amount: Money
    role: ExtraRole = ExtraRole.EXTRA
    max_quantity: int = 1
    description: str = ""

    def __post_init__(self) -> None:
        if self.amount.amount < 0 or self.max_quantity < 1:
            raise ValueError(f"the extra {self.code!r} has no price or cannot be had")


@dataclass(frozen=True, slots=True)
class TaxRule:
    """A tax of one jurisdiction on some kinds of lines, in parts per million.

    In force for rentals picked up from `valid_from` until the day before `valid_until`.
    """

    jurisdiction: str
    code: str
    name: str
    kinds: tuple[LineKind, ...]
    rate_ppm: int
    valid_from: date
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if self.rate_ppm < 0 or LineKind.TAX in self.kinds:
            raise ValueError(f"the tax {self.code!r} is negative or due on a tax")

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True)
class RuleBook:
    """All rules for the cars of one currency; `version` tells two books apart by their content."""

    currency: str
    terms: Terms
    seasons: Collection[SeasonRule] = ()
    long_stays: Collection[LongStayRule] = ()
    extras: Collection[ExtraRule] = ()
    taxes: Collection[TaxRule] = ()

    @cached_property
    def version(self) -> str:
        """A digest of the content, the same for the same rules in whatever order."""
        content = {
            "terms": [self.currency, asdict(self.terms)],
            "seasons": sorted(_canonical(rule) for rule in self.seasons),
            "long_stays": sorted(_canonical(rule) for rule in self.long_stays),
            "extras": sorted(_canonical(rule) for rule in self.extras),
            "taxes": sorted(_canonical(rule) for rule in self.taxes),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def offered(self) -> list[ExtraRule]:
        """The extras that a customer can choose, in the house's order."""
        return [extra for extra in self.extras if extra.role is ExtraRole.EXTRA]


def _canonical(rule: SeasonRule | LongStayRule | ExtraRule | TaxRule) -> str:
    return json.dumps(asdict(rule), sort_keys=True, default=str)
