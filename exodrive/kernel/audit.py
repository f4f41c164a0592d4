"""The audit trail: who did what to what, when and why, in the transaction of the change itself.

Rows are append-only by trigger. A hash chain is sealed over them afterwards, so that writing one never waits
for another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel import failpoints
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import Base, session
from exodrive.kernel.failpoints import Place

CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))  # one writing for one meaning
SEAL_LOCK = 0x45584F53  # the advisory lock that keeps two sealers from forking the chain


class AuditEntry(Base):
    """One deed. `action` is a code such as `booking.handed_over`; `data` is what the reader needs with it."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("audit_entries_subject_idx", "subject_id", "id"),
        Index("audit_entries_unsealed_idx", "id", postgresql_where=text("seal IS NULL")),
        Index("audit_entries_link_idx", "link", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    actor_kind: Mapped[str]
    actor_name: Mapped[str]
    actor_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    # Where the entry stands in the chain. Not the id: a later id may commit, and be sealed, first.
    link: Mapped[int | None] = mapped_column(BigInteger)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)


def record(
    action: str,
    *,
    subject: tuple[str, UUID],
    by: Actor,
    at: datetime,
    reason: str | None = None,
    **data: Any,
) -> None:
    """Write down a deed. `data` must be JSON; amounts in minor units with their currency."""
    session().add(
        AuditEntry(
            at=at,
            action=action,
            subject_type=subject[0],
            subject_id=subject[1],
            actor_kind=by.kind,
            actor_name=by.name,
            actor_id=by.id,
            reason=reason,
            data=data,
        )
    )


def trail(subject_id: UUID, *, limit: int = 200) -> list[AuditEntry]:
    """The deeds done to one subject, newest first."""
    return list(
        session().scalars(
            select(AuditEntry)
            .where(AuditEntry.subject_id == subject_id)
            .order_by(AuditEntry.id.desc())
            .limit(limit)
        )
    )


def last_deeds(subject_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When something was last done to each of these; those that nothing was done to are left out."""
    rows = session().execute(
        select(AuditEntry.subject_id, func.max(AuditEntry.at))
        .where(AuditEntry.subject_id.in_(subject_ids))
        .group_by(AuditEntry.subject_id)
    )
    return {row[0]: row[1] for row in rows}


def end_of_chain() -> tuple[int, bytes | None]:
    """The last link with its seal, kept from everybody else until the transaction ends."""
    session().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEAL_LOCK})
    last = (
        session()
        .execute(
            select(AuditEntry.link, AuditEntry.seal)
            .where(AuditEntry.link.is_not(None))
            .order_by(AuditEntry.link.desc())
            .limit(1)
        )
        .one_or_none()
    )
    return (last.link or 0, last.seal) if last else (0, None)


def seal(*, limit: int = 1000) -> int:
    """Chain the next unsealed entries to the last sealed one; returns how many."""
    link, seal_before = end_of_chain()
    unsealed = session().scalars(
        select(AuditEntry).where(AuditEntry.seal.is_(None)).order_by(AuditEntry.id).limit(limit)
    )
    count = 0
    for count, entry in enumerate(unsealed, start=1):
        entry.link = link + count
        entry.seal = seal_before = digest(entry, before=seal_before)
    session().flush()
    failpoints.reach(Place.AUDIT_SEALED)
    return count


class Deed(Protocol):
    """What a seal covers: everything that an entry says."""

    @property
    def id(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def action(self) -> str: ...
    @property
    def subject_type(self) -> str: ...
    @property
    def subject_id(self) -> UUID: ...
    @property
    def actor_kind(self) -> str: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def actor_id(self) -> UUID | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def data(self) -> dict[str, Any]: ...


def digest(entry: Deed, *, before: bytes | None) -> bytes:
    """SHA-256 over the seal before this entry and everything that the entry says."""
    words = CANONICAL.encode(
        [
            entry.id,
            entry.at.astimezone(UTC).isoformat(),
            entry.action,
            entry.subject_type,
            str(entry.subject_id),
            entry.actor_kind,
            entry.actor_name,
            str(entry.actor_id),
            entry.reason,
            entry.data,
        ]
    )
    return hashlib.sha256((before or b"") + words.encode()).digest()
