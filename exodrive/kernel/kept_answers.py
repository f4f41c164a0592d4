"""Answers kept for callers who ask twice: one row for each caller and key, written with the effect itself.

The unique key is the lock. Who comes second with a key waits for the first one's transaction, and then finds
its answer. Kept by real time: the sandbox's clock must not make a repetition a second deed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, LargeBinary, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base, session

LIFE = timedelta(hours=24)


class KeptAnswer(Base):
    """What was answered to a key. `fingerprint` is of the request; `body` is sealed by who keeps it."""

    __tablename__ = "kept_answers"
    __table_args__ = (Index("kept_answers_kept_at_idx", "kept_at"),)

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime]
    status: Mapped[int | None]  # None only inside the transaction that is working on it
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was kept."""

    fingerprint: bytes
    status: int
    headers: dict[str, str]
    body: bytes


def claim(caller: str, key: str, *, fingerprint: bytes, at: datetime) -> Kept | None:
    """Take the key for this transaction, waiting for whoever has it now; or what was answered to it."""
    session().execute(
        delete(KeptAnswer).where(
            KeptAnswer.caller == caller, KeptAnswer.key == key, KeptAnswer.kept_at <= at - LIFE
        )
    )
    taken = session().execute(
        insert(KeptAnswer)
        .values(caller=caller, key=key, fingerprint=fingerprint, kept_at=at)
        .on_conflict_do_nothing()
        .returning(KeptAnswer.key)
    )
    if taken.scalar() is not None:
        return None
    row = session().execute(
        select(KeptAnswer.fingerprint, KeptAnswer.status, KeptAnswer.headers, KeptAnswer.body).where(
            KeptAnswer.caller == caller, KeptAnswer.key == key
        )
    )
    found = row.one()
    return Kept(found.fingerprint, found.status, found.headers, found.body)


def keep(caller: str, key: str, *, status: int, headers: dict[str, str], body: bytes) -> None:
    """Write down the answer to a claimed key."""
    session().execute(
        update(KeptAnswer)
        .where(KeptAnswer.caller == caller, KeptAnswer.key == key)
        .values(status=status, headers=headers, body=body)
        .execution_options(synchronize_session=False)
    )


def sweep(*, at: datetime) -> None:
    """Forget what is older than a day."""
    session().execute(
        delete(KeptAnswer).where(KeptAnswer.kept_at <= at - LIFE).execution_options(synchronize_session=False)
    )
