"""Having stored messages processed once more: by a person, one of them or many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from exodrive.contracts import queries as contracts
from exodrive.kernel import clock, inbox_log, replaying
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import transaction
from exodrive.kernel.inbox_log import Wanted
from exodrive.kernel.replaying import StillUnderWay
from exodrive.notifications import messages
from exodrive.payments import tree

BATCH = 100


@dataclass(slots=True)
class Count:
    """How many were sent on their way again, and how many were on it anyhow."""

    again: int = 0
    under_way: int = 0


def each(ids: Sequence[UUID], *, by: Actor) -> Count:
    """Have these messages processed once more. Opens a transaction of its own."""
    found, at = Count(), clock.now()
    with transaction():
        for message_id in ids:
            try:
                replaying.once_more(message_id, by=by, at=at)
                found.again += 1
            except StillUnderWay:
                found.under_way += 1
    return found


def all_of(wanted: Wanted, *, by: Actor) -> Count:
    """Have every such message processed once more, in the order of arrival, some at a time."""
    found, after = Count(), None
    while True:
        with transaction():
            ids = inbox_log.oldest_ids(wanted, after=after, limit=BATCH)
        some = each(ids, by=by)
        found.again += some.again
        found.under_way += some.under_way
        if len(ids) < BATCH:
            return found
        after = ids[-1]


def notes_about(booking_id: UUID) -> frozenset[str]:
    """What has come of the messages about a booking, as it stands in their notes."""
    payments = (f"payment {row.id}" for row in tree.of_booking(booking_id).values())
    letters = (f"message {row.id}" for row in messages.of_booking(booking_id))
    agreements = (f"contract {each}" for each in contracts.ids_of(booking_id))
    return frozenset((*payments, *letters, *agreements))
