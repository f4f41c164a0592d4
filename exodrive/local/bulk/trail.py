"""The audit trail of bookings that are made up: the entries that their deeds would have left, sealed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from exodrive.kernel import audit
from exodrive.kernel.actors import Actor
from exodrive.local.bulk.rows import Batch


@dataclass(slots=True)
class Entry:
    """One deed, with the fields of an `AuditEntry`; its id is given when it is written."""

    at: datetime
    action: str
    subject_id: UUID
    actor_kind: str
    actor_name: str
    actor_id: UUID | None
    reason: str | None
    data: dict[str, Any]
    subject_type: str = "booking"
    id: int = 0

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in NAMES}


NAMES = tuple(field.name for field in fields(Entry))


class Trail:
    """The deeds done to one booking."""

    def __init__(self, booking_id: UUID) -> None:
        self._booking_id = booking_id
        self._entries: list[Entry] = []

    def note(self, action: str, *, by: Actor, at: datetime, reason: str | None = None, **data: Any) -> None:
        self._entries.append(Entry(at, action, self._booking_id, by.kind, by.name, by.id, reason, data))

    def __len__(self) -> int:
        return len(self._entries)

    def in_order(self) -> list[Entry]:
        return sorted(self._entries, key=lambda entry: entry.at)


def write(batch: Batch, entries: list[Entry], *, ids: list[int]) -> None:
    """Chain the entries to the trail under these ids. Nobody else can seal until the transaction ends."""
    link, seal = audit.end_of_chain()
    for number, entry in zip(ids, entries, strict=True):
        link += 1
        entry.id = number
        seal = audit.digest(entry, before=seal)
        batch.add("audit_entries", **entry.columns(), link=link, seal=seal)
