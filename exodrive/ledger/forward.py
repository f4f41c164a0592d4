"""Balances brought forward: what stood on each account at a midnight, so that nobody adds up all years again.

They are a shorthand and no record: the postings are. Whoever posts before such a midnight makes the database
throw away what was brought forward past it, and the next sweep brings it forward anew.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import BigInteger, DateTime, Select, cast, func, literal, select, true, union_all
from sqlalchemy.dialects.postgresql import insert

from exodrive.kernel.db import session
from exodrive.ledger.models import BroughtForward, Entry, Posting

# A transaction that posts with a moment of its own has long ended by then.
SETTLED = timedelta(days=1)


def latest(*, until: datetime) -> datetime | None:
    """The last midnight by then to which balances were brought forward; None where there is none."""
    return session().scalar(select(func.max(BroughtForward.up_to)).where(BroughtForward.up_to <= until))


def bring(*, at: datetime) -> bool:
    """Bring the balances to the midnight (UTC) after the next day with postings; False where none is left."""
    before = latest(until=at)
    since = Posting.posted_at >= before if before is not None else true()
    posted_at = session().scalar(select(func.min(Posting.posted_at)).where(since))
    if posted_at is None:
        return False
    day = posted_at.astimezone(UTC).date()
    midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
    if midnight > at - SETTLED:
        return False
    columns = ["up_to", "account", "detail", "currency", "amount"]
    rows = _standing(before, midnight)
    # Two sweeps at once come to the same.
    session().execute(insert(BroughtForward).from_select(columns, rows).on_conflict_do_nothing())
    return True


def _standing(before: datetime | None, midnight: datetime) -> Select[datetime, str, str | None, str, int]:
    """What stands on each account at a midnight: what stood there before, and what was posted since."""
    brought = select(
        BroughtForward.account, BroughtForward.detail, BroughtForward.currency, BroughtForward.amount
    ).where(BroughtForward.up_to == before)
    since = Posting.posted_at >= before if before is not None else true()
    posted = (
        select(Entry.account, Entry.detail, Entry.currency, Entry.amount)
        .join(Posting, Posting.id == Entry.posting_id)
        .where(since, Posting.posted_at < midnight)
    )
    both = union_all(brought, posted).subquery()
    of = (both.c.account, both.c.detail, both.c.currency)
    summed = cast(func.sum(both.c.amount), BigInteger)
    return select(literal(midnight, DateTime(timezone=True)), *of, summed).group_by(*of)
