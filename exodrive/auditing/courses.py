"""Nothing is in a state that its table does not know, and nothing came to its state by another way."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted, words
from exodrive.availability.rules import OccupancyKind
from exodrive.bookings.states import EVENTS, NEXT
from exodrive.bookings.states import State as BookingState
from exodrive.contracts.states import ContractState
from exodrive.kernel.inbox import MessageState as InboxState
from exodrive.kernel.outbox import DeliveryState
from exodrive.notifications.models import MessageState
from exodrive.payments.models import OperationKind, OperationState
from exodrive.payments.states import PaymentState, Purpose

STRANGE_STATES = """
    SELECT 'booking' AS subject, id, reference, state FROM bookings WHERE state <> ALL(%(booking)s)
    UNION ALL
    SELECT 'payment', id, NULL, state FROM payments WHERE state <> ALL(%(payment)s)
    UNION ALL
    SELECT 'payment', id, NULL, purpose FROM payments WHERE purpose <> ALL(%(purpose)s)
    UNION ALL
    SELECT 'operation', id, NULL, state FROM payment_operations WHERE state <> ALL(%(operation)s)
    UNION ALL
    SELECT 'operation', id, NULL, kind FROM payment_operations WHERE kind <> ALL(%(kind)s)
    UNION ALL
    SELECT 'contract', id, NULL, state FROM contracts WHERE state <> ALL(%(contract)s)
    UNION ALL
    SELECT 'delivery', id, NULL, state FROM deliveries WHERE state <> ALL(%(delivery)s)
    UNION ALL
    SELECT 'inbox message', id, NULL, state FROM inbox_messages WHERE state <> ALL(%(inbox)s)
    UNION ALL
    SELECT 'message', id, NULL, state FROM messages WHERE state <> ALL(%(message)s)
    UNION ALL
    SELECT 'occupancy', id, NULL, kind FROM occupancies WHERE kind <> ALL(%(occupancy)s)
"""
# The moves of each booking in the order in which they were written. A move is legal if the table has it, and
# in sequence if it starts where the one before it has led.
TRAIL = """
    WITH legal AS (
        SELECT * FROM unnest(%(actions)s::text[], %(befores)s::text[], %(afters)s::text[])
            AS legal (action, before, after)
    ), moves AS (
        SELECT a.subject_id, l.after,
               l.after IS NOT NULL
                   AND a.data->>'before' IS NOT DISTINCT FROM lag(l.after) OVER in_order AS follows,
               row_number() OVER in_order = count(*) OVER of_booking AS last
        FROM audit_entries AS a
        LEFT JOIN legal AS l ON l.action = a.action AND l.before = coalesce(a.data->>'before', '')
        WHERE a.subject_type = 'booking' AND a.action = ANY(%(actions)s)
        WINDOW of_booking AS (PARTITION BY a.subject_id),
               in_order AS (PARTITION BY a.subject_id ORDER BY a.id)
    ), courses AS (
        SELECT subject_id, bool_and(follows) AS legal, max(after) FILTER (WHERE last) AS leads_to
        FROM moves GROUP BY subject_id
    )
    SELECT 'booking' AS subject, b.id, b.reference, b.state, c.leads_to, c.legal
    FROM bookings AS b LEFT JOIN courses AS c ON c.subject_id = b.id
    WHERE NOT coalesce(c.legal, false) OR c.leads_to IS DISTINCT FROM b.state
"""


def _legal_moves() -> dict[str, list[str]]:
    """The table of moves as three columns; a booking begins from nothing."""
    return {
        "actions": [EVENTS[move] for _, move in NEXT],
        "befores": [str(before or "") for before, _ in NEXT],
        "afters": [str(after) for after in NEXT.values()],
    }


STATES = Promise(
    "states_are_known",
    "Every state stands in its table, and every booking came to its own by moves that its table allows",
    "bookings",
    counted("SELECT count(*) FROM bookings"),
    (
        breach(
            "state_unknown",
            "is in a state that its table does not know",
            asked(
                STRANGE_STATES,
                booking=words(BookingState),
                payment=words(PaymentState),
                purpose=words(Purpose),
                operation=words(OperationState),
                kind=words(OperationKind),
                contract=words(ContractState),
                delivery=words(DeliveryState),
                inbox=words(InboxState),
                message=words(MessageState),
                occupancy=words(OccupancyKind),
            ),
        ),
        breach(
            "trail_contradicts",
            "is in a state to which the moves in its trail do not lead",
            asked(TRAIL, **_legal_moves()),
        ),
    ),
)
