"""The audit trail is as it was written: every entry is sealed by what it says and by the seal before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from exodrive.auditing.promises import Finding, Found, Look, Promise, asked, attention, breach, counted
from exodrive.kernel import audit

BATCH = 2_000  # entries in memory at a time
# The database works out every seal and tells those that it finds different. Its JSON is that of
# `kernel.audit` for plain entries; where it writes an entry in another way (letters beyond ASCII, lists), it
# tells an entry that is in order, which is then worked out again by `kernel.audit` itself, whose word counts.
SUSPECTS = """
    SELECT id, at, action, subject_type, subject_id, actor_kind, actor_name, actor_id, reason, data,
           link, seal, link_before, seal_before
    FROM (
        SELECT *, lag(link) OVER in_order AS link_before, lag(seal) OVER in_order AS seal_before,
               sha256(coalesce(lag(seal) OVER in_order, '') || convert_to(concat(
                   '[', id, ',"',
                   to_char(at AT TIME ZONE 'UTC', CASE WHEN date_trunc('second', at) = at
                       THEN 'YYYY-MM-DD"T"HH24:MI:SS' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US' END), '+00:00",',
                   to_json(action), ',', to_json(subject_type), ',"', subject_id, '",',
                   to_json(actor_kind), ',', to_json(actor_name), ',"',
                   coalesce(actor_id::text, 'None'), '",',
                   coalesce(to_json(reason)::text, 'null'), ',',
                   CASE WHEN jsonb_typeof(data) = 'object' THEN concat('{', (
                       SELECT string_agg(concat(to_json(key), ':', value), ',' ORDER BY key COLLATE "C")
                       FROM jsonb_each(data)), '}') END,
                   ']'), 'UTF8')) AS computed
        FROM audit_entries
        WHERE link >= %(first)s AND link <= %(last)s
        WINDOW in_order AS (ORDER BY link)
    ) AS sealed
    WHERE link > %(first)s
      AND (seal IS DISTINCT FROM computed OR link <> coalesce(link_before, 0) + 1)
"""
LENGTH = "SELECT coalesce(max(link), 0) FROM audit_entries"
HALF_SEALED = """
    SELECT 'audit entry' AS subject, id, link
    FROM audit_entries
    WHERE (link IS NULL) <> (seal IS NULL)
"""
UNSEALED = """
    SELECT 'audit entry' AS subject, id, action, at
    FROM audit_entries
    WHERE seal IS NULL AND at < %(business_deadline)s
"""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the chain has it, with what stands before it."""

    id: int
    at: datetime
    action: str
    subject_type: str
    subject_id: UUID
    actor_kind: str
    actor_name: str
    actor_id: UUID | None
    reason: str | None
    data: dict[str, Any]
    link: int
    seal: bytes | None
    link_before: int | None
    seal_before: bytes | None


def _broken(look: Look) -> Found:
    return look.listed(_breaks(look))


def _breaks(look: Look) -> Iterator[Finding]:
    """Look at a part of the chain, together with the last link of the part before."""
    step = -(-look.count(LENGTH) // look.parts)
    first, last = look.part * step, (look.part + 1) * step
    with look.connection.cursor("audit_chain", row_factory=class_row(Link)) as cursor:
        cursor.itersize = BATCH
        for entry in cursor.execute(SUSPECTS, {"first": first, "last": last}):
            if entry.link != (entry.link_before or 0) + 1:
                facts = {"link": entry.link, "action": entry.action, "link_before": entry.link_before}
                yield Finding("audit entry", str(entry.id), facts=facts)
            elif audit.digest(entry, before=entry.seal_before) != entry.seal:
                facts = {"link": entry.link, "action": entry.action}
                yield Finding("audit entry", str(entry.id), facts=facts)


PROMISE = Promise(
    "trail_is_whole",
    "The audit trail is as it was written: nothing was changed, put in or taken out",
    "sealed entries",
    counted("SELECT count(*) FROM audit_entries WHERE link IS NOT NULL"),
    (
        breach("chain_broken", "does not fit the seals around it", _broken, split=True),
        breach("half_sealed", "has a seal or a link, and not both", asked(HALF_SEALED)),
        attention("unsealed", "has not been sealed yet", asked(UNSEALED)),
    ),
)
