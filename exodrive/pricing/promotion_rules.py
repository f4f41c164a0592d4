"""What a promo code asks of a rental, and how people may write it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from exodrive.kernel.errors import Refused
from exodrive.pricing.discounts import Discount

# As long as one remembers, and too long to be met by trying.
LETTERS = re.compile(r"[A-Z0-9]{4,20}")
# What looks alike on paper is one letter: nobody has to know whether a zero or an O was meant.
ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
IGNORED = re.compile(r"[\s\-_.]+")


class Unfit(StrEnum):
    """Why a code does not lower a price."""

    UNKNOWN = "unknown"
    ENDED = "ended"
    TOO_EARLY = "too_early"  # it can be used later
    TOO_LATE = "too_late"
    OTHER_DATES = "other_dates"  # the pick-up is not within its days
    TOO_SHORT = "too_short"
    OTHER_CAR = "other_car"
    USED_UP = "used_up"
    USED_BEFORE = "used_before"  # by this customer, as often as they may


class PromotionRefused(Refused):
    """A promo code does not lower this price. `days` is the least number, where too few are the reason."""

    code = "promotion_refused"

    def __init__(self, why: Unfit, *, days: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.days = days


class CodeUnfit(Refused):
    """A code has 4 to 20 letters and figures, and looks like no other."""

    code = "promotion_code_unfit"


@dataclass(frozen=True, slots=True)
class Conditions:
    """When a code counts: for bookings made and cars picked up between these days, in the house's zone.

    Both ends of each span are inside; None is open. No categories and no cars are all of them.
    """

    booked_from: date | None = None
    booked_until: date | None = None
    pickup_from: date | None = None
    pickup_until: date | None = None
    minimum_days: int = 1
    categories: frozenset[str] = frozenset()
    cars: frozenset[UUID] = frozenset()
    currency: str | None = None  # that of the amount; a share is of any

    def check(self, asked: Asked) -> None:
        """Raises PromotionRefused with the first reason."""
        booked = asked.booked_at.astimezone(ZoneInfo(asked.house_zone)).date()
        pickup = asked.pickup_at.astimezone(ZoneInfo(asked.pickup_zone)).date()
        if self.booked_from is not None and booked < self.booked_from:
            raise PromotionRefused(Unfit.TOO_EARLY)
        if self.booked_until is not None and booked > self.booked_until:
            raise PromotionRefused(Unfit.TOO_LATE)
        if not _within(pickup, self.pickup_from, self.pickup_until):
            raise PromotionRefused(Unfit.OTHER_DATES)
        if asked.days < self.minimum_days:
            raise PromotionRefused(Unfit.TOO_SHORT, days=self.minimum_days)
        named = asked.category in self.categories or asked.car_id in self.cars
        if (self.categories or self.cars) and not named:
            raise PromotionRefused(Unfit.OTHER_CAR)
        if self.currency not in (None, asked.currency):
            raise PromotionRefused(Unfit.OTHER_CAR)


@dataclass(frozen=True, slots=True)
class Asked:
    """The rental that a code is to make cheaper. A booking keeps the moment at which it was held."""

    booked_at: datetime
    pickup_at: datetime
    house_zone: str
    pickup_zone: str
    days: int
    category: str
    car_id: UUID
    currency: str


@dataclass(frozen=True, slots=True)
class Terms:
    """All that staff decide about a code."""

    code: str
    discount: Discount
    conditions: Conditions
    most_uses: int | None = None
    most_per_customer: int | None = None
    note: str = ""


def normal(typed: str) -> str:
    """A code as it is shown: in capitals, without spaces. Raises CodeUnfit."""
    code = IGNORED.sub("", typed).upper()
    if not LETTERS.fullmatch(code):
        raise CodeUnfit(typed)
    return code


def key(typed: str) -> str:
    """What two ways of writing one code have in common; empty for what can be none."""
    try:
        return normal(typed).translate(ALIKE)
    except CodeUnfit:
        return ""


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
