"""Looking up the house, its places and the policies in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from exodrive.house.models import House, Place, Policy
from exodrive.house.rules import KINDS, Rulebook
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound


class NoHouse(NotFound):
    """The database holds no house yet: `exodrive up` or `exodrive demo` makes one."""

    code = "no_house"


class PlaceNotFound(NotFound):
    code = "place_not_found"


class PolicyNotFound(NotFound):
    code = "policy_not_found"


def house() -> House:
    """The house. Raises NoHouse."""
    found = session().scalars(select(House).limit(1)).first()
    if found is None:
        raise NoHouse
    return found


def places() -> list[Place]:
    """The places that can be chosen, in the house's order."""
    return list(session().scalars(select(Place).where(Place.active).order_by(Place.position, Place.name)))


def place(slug: str) -> Place:
    """One choosable place by its slug. Raises PlaceNotFound."""
    found = session().scalars(select(Place).where(Place.slug == slug, Place.active)).first()
    if found is None:
        raise PlaceNotFound(slug)
    return found


def rulebook(at: datetime) -> Rulebook:
    """The policies in force at a time. Raises PolicyNotFound where one was never written."""
    return _assemble({row.kind: row for row in _in_force(at)})


def in_force_since(at: datetime) -> dict[str, datetime]:
    """Since when each kind of policy is as it is at a time."""
    return {row.kind: row.in_force_at for row in _in_force(at)}


def rulebook_of(versions: Mapping[str, int]) -> Rulebook:
    """The policies in the versions that a booking keeps. Raises PolicyNotFound."""
    rows = session().scalars(select(Policy))
    return _assemble({row.kind: row for row in rows if versions.get(row.kind) == row.version})


def _in_force(at: datetime) -> Iterable[Policy]:
    return session().scalars(
        select(Policy)
        .where(Policy.in_force_at <= at)
        .ext(distinct_on(Policy.kind))
        .order_by(Policy.kind, Policy.version.desc())
    )


def _assemble(rows: Mapping[str, Policy]) -> Rulebook:
    missing = [kind.kind for kind in KINDS if kind.kind not in rows]
    if missing:
        raise PolicyNotFound(", ".join(missing))
    terms: dict[str, Any] = {kind.kind: kind.from_json(rows[kind.kind].terms) for kind in KINDS}
    return Rulebook(**terms, versions={kind: row.version for kind, row in rows.items()})
