"""Who may drive: each rule that somebody does not meet, as a code with its figures. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from exodrive.house.rules import DriverRules

Reason = tuple[str, str, dict[str, Any]]  # the field it concerns, the code, the figures


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the rules look at. Insurance only where this driver has to bring it."""

    born_on: date
    licence_since: date
    licence_until: date
    insured_until: date | None = None
    insurance_needed: bool = False


@dataclass(frozen=True, slots=True)
class Requirements:
    """The strictest of the house's, the category's and the car's rules."""

    minimum_age: int
    licence_held_years: int

    @classmethod
    def of(cls, rules: DriverRules, *, category_age: int, category_years: int, car_age: int) -> Requirements:
        return cls(
            minimum_age=max(rules.minimum_age, category_age, car_age),
            licence_held_years=max(rules.licence_held_years, category_years),
        )


def reasons(driver: Credentials, *, needs: Requirements, pickup_on: date, return_on: date) -> list[Reason]:
    """Why this driver may not drive from `pickup_on` to `return_on`; empty if nothing is against it."""
    found: list[Reason] = []
    if anniversary(driver.born_on, needs.minimum_age) > pickup_on:
        found.append(("born_on", "too_young", {"years": needs.minimum_age}))
    if anniversary(driver.licence_since, needs.licence_held_years) > pickup_on:
        found.append(("licence_since", "licence_too_new", {"years": needs.licence_held_years}))
    if driver.licence_until <= return_on:
        found.append(("licence_until", "licence_ends", {"on": return_on.isoformat()}))
    if driver.insurance_needed and driver.insured_until is None:
        found.append(("insured_until", "insurance_missing", {}))
    if driver.insured_until is not None and driver.insured_until < return_on:
        found.append(("insured_until", "insurance_ends", {"on": return_on.isoformat()}))
    return found


def anniversary(day: date, years: int) -> date:
    """The same day so many years later; 29 February counts as 1 March in other years."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
