"""Sign-ins as rows: what ends here ends at once, whatever a browser still holds.

The cookie is signed and names the person; the secret in it names the row. Times are real ones, not the
sandbox's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from exodrive.accounts.models import StaffSession, StaffUser
from exodrive.kernel.db import session
from exodrive.kernel.ids import hash_secret, new_secret

LONGEST = timedelta(hours=12)  # one long day at the counter
LONGEST_IDLE = timedelta(hours=2)  # a drive to a customer and back
SEEN_EVERY = timedelta(minutes=5)  # how exactly idleness is measured; each look would otherwise be a write
KEPT = timedelta(days=90)  # ended ones, for whoever looks into a theft


def begin(user: StaffUser, *, at: datetime) -> str:
    """A new session of this person; returns its secret, which is known to their browser only."""
    secret = new_secret()
    session().execute(delete(StaffSession).where(StaffSession.started_at < at - KEPT))
    session().add(
        StaffSession(
            user_id=user.id, token_hash=hash_secret(secret), started_at=at, seen_at=at, ended_at=None
        )
    )
    return secret


def holder(uniquifier: str, secret: str, *, at: datetime) -> tuple[StaffUser, StaffSession] | None:
    """Whose live session this is; None once it has ended, been idle, or its person may not sign in."""
    found = (
        session()
        .execute(
            select(StaffUser, StaffSession)
            .join(StaffSession, StaffSession.user_id == StaffUser.id)
            .where(
                StaffSession.token_hash == hash_secret(secret),
                StaffSession.ended_at.is_(None),
                StaffSession.started_at > at - LONGEST,
                StaffSession.seen_at > at - LONGEST_IDLE,
                StaffUser.fs_uniquifier == uniquifier,
                StaffUser.active,
            )
        )
        .one_or_none()
    )
    return None if found is None else (found[0], found[1])


def is_stale(row: StaffSession, *, at: datetime) -> bool:
    """Whether it is time to note that it is still used."""
    return at - row.seen_at > SEEN_EVERY


def seen(session_id: UUID, *, at: datetime) -> None:
    session().execute(update(StaffSession).where(StaffSession.id == session_id).values(seen_at=at))


def end(secret: str, *, at: datetime) -> None:
    """End one session. Harmless when repeated."""
    session().execute(
        update(StaffSession)
        .where(StaffSession.token_hash == hash_secret(secret), StaffSession.ended_at.is_(None))
        .values(ended_at=at)
    )


def open_ones(user_id: UUID, *, at: datetime) -> list[StaffSession]:
    """Where somebody is signed in now, the one used last first."""
    return list(
        session().scalars(
            select(StaffSession)
            .where(
                StaffSession.user_id == user_id,
                StaffSession.ended_at.is_(None),
                StaffSession.started_at > at - LONGEST,
                StaffSession.seen_at > at - LONGEST_IDLE,
            )
            .order_by(StaffSession.seen_at.desc())
        )
    )


def end_others(user_id: UUID, *, but: UUID, at: datetime) -> None:
    """End every session of one person except this one."""
    session().execute(
        update(StaffSession)
        .where(StaffSession.user_id == user_id, StaffSession.id != but, StaffSession.ended_at.is_(None))
        .values(ended_at=at)
    )


def end_all(user_id: UUID, *, at: datetime) -> None:
    """End every session of one person."""
    session().execute(
        update(StaffSession)
        .where(StaffSession.user_id == user_id, StaffSession.ended_at.is_(None))
        .values(ended_at=at)
    )
