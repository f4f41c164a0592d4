"""The providers as staff see them: what waits for each, what has failed, and whether it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, or_, select

from exodrive.kernel import circuits, outbox
from exodrive.kernel.circuits import PROVIDERS, Circuit
from exodrive.kernel.db import session
from exodrive.kernel.deliveries import Trouble
from exodrive.kernel.outbox import OPEN, Delivery, DeliveryState

HOUSE = "house"  # what needs no provider
# Failures in a row after which a provider counts as away where the breaker's own count cannot be read.
SEVERAL = 5


class Bearing(StrEnum):
    """How a provider does."""

    FINE = "fine"
    AWAY = "away"  # does not answer, and is left alone but for trials
    KEYS = "keys"  # answers, and does not take our credentials


@dataclass(frozen=True, slots=True)
class Standing:
    """One provider's part of the queue. `held_up` of those `waiting` have failed for want of the provider."""

    provider: str
    waiting: int = 0
    held_up: int = 0
    failed: int = 0
    tries: int = 0
    no_keys: int = 0
    held_up_since: datetime | None = None
    circuit: Circuit | None = None

    @property
    def bearing(self) -> Bearing:
        if self.circuit.is_open if self.circuit else self.tries - self.no_keys >= SEVERAL:
            return Bearing.AWAY
        return Bearing.KEYS if self.no_keys else Bearing.FINE

    @property
    def since(self) -> datetime | None:
        """When it began: the first failure that anybody remembers."""
        known = [each for each in (self.held_up_since, self.circuit.since if self.circuit else None) if each]
        return min(known, default=None)

    @property
    def until(self) -> datetime | None:
        """Before when nobody asks it."""
        return self.circuit.until if self.circuit else None


def standings() -> list[Standing]:
    """Every provider, then the house itself."""
    known, seen = outbox.providers(), circuits.read() or {}
    found = {each: Standing(each, circuit=seen.get(each)) for each in (*PROVIDERS, HOUSE)}
    for row in session().execute(_by_actor()):
        provider = known.get(row.actor, HOUSE)
        so_far = found[provider]
        since = [each for each in (so_far.held_up_since, row.since) if each]
        found[provider] = replace(
            so_far,
            waiting=so_far.waiting + row.waiting,
            held_up=so_far.held_up + row.held_up,
            failed=so_far.failed + row.failed,
            tries=so_far.tries + int(row.tries),
            no_keys=so_far.no_keys + row.no_keys,
            held_up_since=min(since, default=None),
        )
    return list(found.values())


def _by_actor() -> Select[*tuple[Any, ...]]:
    open_, away = Delivery.state.in_(OPEN), Delivery.away_since.is_not(None)
    return (
        select(
            Delivery.actor,
            func.count().filter(open_).label("waiting"),
            func.count().filter(open_, away).label("held_up"),
            func.count().filter(Delivery.state == DeliveryState.FAILED).label("failed"),
            func.coalesce(func.sum(Delivery.outages).filter(open_, away), 0).label("tries"),
            func.count().filter(open_, Delivery.trouble == Trouble.KEYS).label("no_keys"),
            func.min(Delivery.away_since).filter(open_).label("since"),
        )
        # Not one list of states: each half has its own small index beside the many that are done.
        .where(or_(open_, Delivery.state == DeliveryState.FAILED))
        .group_by(Delivery.actor)
    )
