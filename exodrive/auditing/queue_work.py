"""Nothing that was promised to be done is forgotten: events, deliveries and what providers reported."""

from __future__ import annotations

from exodrive.auditing.promises import Found, Look, Promise, asked, attention, breach, counted, words
from exodrive.kernel.inbox import RECEIVED
from exodrive.kernel.outbox import OPEN

WITHOUT_ANY = """
    SELECT 'event' AS subject, e.id, b.reference, e.name, e.created_at
    FROM events AS e LEFT JOIN bookings AS b ON b.id = e.subject_id
    WHERE e.name = ANY(%(routed)s) AND NOT EXISTS (SELECT FROM deliveries AS d WHERE d.event_id = e.id)
"""
# Of events with several routes. One may be older than some route of today: then that route's actor never had
# an event of its name so early.
WITHOUT_ONE = """
    WITH routes AS (
        SELECT * FROM unnest(%(names)s::text[], %(actors)s::text[]) AS routes (name, actor)
    ), missing AS MATERIALIZED (
        SELECT e.id, e.name, e.subject_id, e.created_at, r.actor
        FROM events AS e JOIN routes AS r ON r.name = e.name
        WHERE NOT EXISTS (SELECT FROM deliveries AS d WHERE d.event_id = e.id AND d.actor = r.actor)
          AND EXISTS (SELECT FROM deliveries AS d WHERE d.event_id = e.id)
    ), since AS (
        SELECT e.name, d.actor, min(e.created_at) AS first_at
        FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
        WHERE EXISTS (SELECT FROM missing AS m WHERE m.name = e.name AND m.actor = d.actor)
        GROUP BY e.name, d.actor
    )
    SELECT 'event' AS subject, m.id, b.reference, m.name, m.actor, m.created_at
    FROM missing AS m
    LEFT JOIN since AS s ON s.name = m.name AND s.actor = m.actor
    LEFT JOIN bookings AS b ON b.id = m.subject_id
    WHERE %(then_routed)s = coalesce(s.first_at < m.created_at, false)
"""
UNKNOWN_NAME = """
    SELECT 'event' AS subject, e.id, b.reference, e.name, e.created_at
    FROM events AS e LEFT JOIN bookings AS b ON b.id = e.subject_id
    WHERE e.name <> ALL(%(known)s)
"""
ABOUT_NOTHING = """
    SELECT 'event' AS subject, e.id, e.name, e.subject_id AS about
    FROM events AS e
    WHERE e.subject_id IS NOT NULL AND e.name = ANY(%(about_bookings)s)
      AND NOT EXISTS (SELECT FROM bookings AS b WHERE b.id = e.subject_id)
"""
OVERDUE = """
    SELECT 'delivery' AS subject, d.id, b.reference, d.actor, d.state, d.due_at
    FROM deliveries AS d JOIN events AS e ON e.id = d.event_id LEFT JOIN bookings AS b ON b.id = e.subject_id
    WHERE d.state = ANY(%(open)s) AND d.due_at < %(real_deadline)s
"""
FAILED = """
    SELECT 'delivery' AS subject, d.id, b.reference, d.actor, d.attempts, d.finished_at
    FROM deliveries AS d JOIN events AS e ON e.id = d.event_id LEFT JOIN bookings AS b ON b.id = e.subject_id
    WHERE d.state = 'failed'
"""
NO_ACTOR = """
    SELECT 'delivery' AS subject, d.id, d.actor, d.state
    FROM deliveries AS d
    WHERE d.state = ANY(%(open)s) AND d.actor <> ALL(%(actors)s)
"""
UNFINISHED_MESSAGES = """
    WITH unfinished AS MATERIALIZED (
        SELECT id, provider, event_type, state, received_at FROM inbox_messages
        WHERE state IN ('unverified', 'received')
    ), sent AS (
        SELECT e.payload->>'message_id' AS message_id, max(e.created_at) AS sent_at,
               bool_or(d.state <> 'done') AS at_work
        FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
        WHERE e.name = %(event)s AND e.payload->>'message_id' IN (SELECT id::text FROM unfinished)
        GROUP BY 1
    )
    SELECT 'inbox message' AS subject, u.id, u.provider, u.event_type, u.state, u.received_at
    FROM unfinished AS u LEFT JOIN sent AS s ON s.message_id = u.id::text
"""
FORGOTTEN_MESSAGES = UNFINISHED_MESSAGES + " WHERE NOT coalesce(s.at_work, false)"
WAITING_MESSAGES = UNFINISHED_MESSAGES + " WHERE s.at_work AND s.sent_at < %(real_deadline)s"
# Of these the subject is a booking; others may be about something else.
ABOUT_BOOKINGS = ("booking.", "payment.", "contract.", "invoice.", "message.")


def _without_any(look: Look) -> Found:
    return look.found(WITHOUT_ANY, routed=[name for name, routes in look.routes.items() if routes])


def _about_nothing(look: Look) -> Found:
    names = [name for name in look.routes if name.startswith(ABOUT_BOOKINGS)]
    return look.found(ABOUT_NOTHING, about_bookings=names)


def _without_one(look: Look, *, then_routed: bool) -> Found:
    pairs = [
        (name, route.actor) for name, routes in look.routes.items() if len(routes) > 1 for route in routes
    ]
    names, actors = [name for name, _ in pairs], [actor for _, actor in pairs]
    return look.found(WITHOUT_ONE, names=names, actors=actors, then_routed=then_routed)


def _unknown(look: Look) -> Found:
    return look.found(UNKNOWN_NAME, known=list(look.routes))


def _no_actor(look: Look) -> Found:
    actors = words({route.actor for routes in look.routes.values() for route in routes})
    return look.found(NO_ACTOR, open=words(OPEN), actors=actors)


DELIVERIES = Promise(
    "nothing_forgotten",
    "Every event has its deliveries, and every delivery is made in time",
    "deliveries",
    counted("SELECT count(*) FROM deliveries"),
    (
        breach("event_undelivered", "has no delivery", _without_any),
        breach(
            "delivery_missing",
            "lacks the delivery to one of its actors",
            lambda look: _without_one(look, then_routed=True),
        ),
        breach(
            "subject_missing",
            "is about a booking that is not there",
            _about_nothing,
        ),
        breach(
            "delivery_overdue",
            "should have been made by now",
            asked(OVERDUE, open=words(OPEN)),
            needs_work=True,
        ),
        attention("delivery_failed", "was given up: retry it, or settle it by hand", asked(FAILED)),
        attention("event_unknown", "has a name that no route knows today", _unknown),
        attention(
            "route_younger",
            "is older than one of its routes, and has no delivery there",
            lambda look: _without_one(look, then_routed=False),
        ),
        attention("actor_unknown", "waits for an actor that is not there today", _no_actor),
    ),
)

REPORTS = Promise(
    "reports_are_processed",
    "Whatever a provider reports is processed",
    "inbox messages",
    counted("SELECT count(*) FROM inbox_messages"),
    (
        breach(
            "report_forgotten",
            "is not processed, and nothing will do it",
            asked(FORGOTTEN_MESSAGES, event=RECEIVED),
        ),
        attention(
            "report_waiting", "has waited long to be processed", asked(WAITING_MESSAGES, event=RECEIVED)
        ),
    ),
)
