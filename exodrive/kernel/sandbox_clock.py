"""The sandbox's moved clock: one row in PostgreSQL, read at the start of each request and actor."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel import clock, outbox
from exodrive.kernel.db import Base, session

MOVED = "sandbox.clock_moved"
LONGEST_MOVE = timedelta(days=400)


class SandboxClock(Base):
    """How many seconds business time runs ahead of real time. There is one row, or none."""

    __tablename__ = "sandbox_clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offset_seconds: Mapped[int]


def load() -> None:
    """Make this process live by the stored offset."""
    stored = session().scalar(select(SandboxClock.offset_seconds).where(SandboxClock.id == 1))
    clock.set_offset(timedelta(seconds=stored or 0))


def move(by: timedelta) -> timedelta:
    """Move business time forward and tell the simulators; returns the new offset.

    Raises ValueError for a move backwards (rows would lie in the future) or beyond LONGEST_MOVE.
    """
    if not timedelta() < by <= LONGEST_MOVE:
        raise ValueError("the clock moves forward, by 400 days at most")
    seconds = int((clock.offset() + by).total_seconds())
    session().execute(
        insert(SandboxClock)
        .values(id=1, offset_seconds=seconds)
        .on_conflict_do_update(index_elements=["id"], set_={"offset_seconds": seconds})
    )
    clock.set_offset(timedelta(seconds=seconds))
    outbox.emit(MOVED, offset_seconds=seconds)
    return timedelta(seconds=seconds)
