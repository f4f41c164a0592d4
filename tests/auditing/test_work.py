"""Events, deliveries, reports and letters; and what is due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exodrive.auditing.promises import Severity
from exodrive.kernel import clock
from exodrive.kernel.outbox import Route
from exodrive.tasks.routes import ROUTES
from tests.auditing.breaking import Break, Database, assert_found, found, look

AN_EVENT = "INSERT INTO events (id, name, subject_id, payload, created_at)"
ANOTHER_LETTER = """
    INSERT INTO messages
        (id, key, template, to_email, subject, html, text, state, provider_id, created_at)
    SELECT gen_random_uuid(), 'confirmed/2', template, to_email, subject, html, text, state, 'mail-2',
           created_at
    FROM messages
"""
DELIVERIES = (
    Break(
        "event_undelivered",
        f"""{AN_EVENT} SELECT gen_random_uuid(), 'booking.confirmed', id, '{{}}', held_at
            FROM bookings WHERE state = 'confirmed' LIMIT 1 RETURNING id""",
    ),
    Break(
        "delivery_missing",
        f"""WITH two AS (
                {AN_EVENT}
                SELECT gen_random_uuid(), 'booking.cancelled', id, '{{}}', held_at + n * interval '1 hour'
                FROM bookings, generate_series(1, 2) AS n
                WHERE id = (SELECT id FROM bookings WHERE state = 'cancelled' LIMIT 1)
                RETURNING id, created_at
            ), numbered AS (SELECT id, row_number() OVER (ORDER BY created_at) AS n FROM two), sent AS (
                INSERT INTO deliveries (id, event_id, actor, queue, state, attempts, fence, due_at)
                SELECT gen_random_uuid(), id, actor, 'x', 'done', 1, 1, now()
                FROM numbered, unnest(ARRAY['bookings.unwind', 'messages.write']) AS actor
                WHERE n = 1 OR actor = 'messages.write')
            SELECT id FROM numbered WHERE n = 2""",
    ),
    Break(
        "subject_missing",
        """UPDATE events SET subject_id = gen_random_uuid() WHERE name = 'booking.ordered' RETURNING id""",
    ),
    Break(
        "delivery_overdue",
        """UPDATE deliveries SET due_at = due_at - interval '2 days' WHERE state = 'pending'
               AND actor = 'messages.write' RETURNING id""",
    ),
    Break(
        "report_forgotten",
        "UPDATE inbox_messages SET state = 'received' RETURNING id",
    ),
    Break(
        "letter_twice",
        """UPDATE messages SET key = 'confirmed/1' WHERE key = 'confirmed/2'
           RETURNING (SELECT min(id::text) FROM messages WHERE key LIKE 'confirmed/_')""",
        first=f"ALTER TABLE messages DROP CONSTRAINT messages_key_key; {ANOTHER_LETTER}",
        also=("guard_missing",),
    ),
    Break(
        "receipt_twice",
        """UPDATE messages SET provider_id = 'mail-1' WHERE key = 'confirmed/2'
           RETURNING (SELECT min(id::text) FROM messages WHERE key LIKE 'confirmed/_')""",
        first=f"ALTER TABLE messages DROP CONSTRAINT messages_provider_id_key; {ANOTHER_LETTER}",
        also=("guard_missing",),
    ),
    Break("receipt_missing", "UPDATE messages SET provider_id = NULL RETURNING id"),
    Break("letter_forgotten", "UPDATE messages SET provider_id = NULL, state = 'queued' RETURNING id"),
)
DUE = (
    Break(
        "hold_overdue",
        "UPDATE bookings SET expires_at = expires_at - interval '3 days' WHERE state = 'held' RETURNING id",
    ),
    Break("hold_endless", "UPDATE bookings SET expires_at = NULL WHERE state = 'held' RETURNING id"),
    Break(
        "step_overdue",
        """UPDATE payment_steps SET due_at = created_at - interval '30 days',
                                    at_risk_from = created_at - interval '30 days' WHERE id = (
               SELECT id FROM payment_steps WHERE state = 'planned' LIMIT 1) RETURNING payment_id""",
    ),
    Break(
        "step_on_dead_hold",
        """UPDATE payment_steps SET due_at = due_at + interval '60 days',
                                    at_risk_from = due_at + interval '60 days' WHERE id = (
               SELECT id FROM payment_steps WHERE state = 'planned' AND kind = 'capture' LIMIT 1)
           RETURNING payment_id""",
    ),
    Break(
        "step_unseen",
        """UPDATE payment_steps SET at_risk_from = due_at + interval '2 days' WHERE id = (
               SELECT id FROM payment_steps WHERE state = 'planned' LIMIT 1) RETURNING payment_id""",
    ),
    Break(
        "deposit_unasked",
        """UPDATE bookings SET deposit_ask_at = held_at WHERE id = (
               SELECT id FROM bookings WHERE deposit_ask_at IS NOT NULL LIMIT 1) RETURNING id""",
    ),
)
BY_WORK = ("delivery_overdue", "hold_overdue", "step_overdue", "deposit_unasked")
FOR_A_PERSON = (
    Break(
        "delivery_failed",
        "UPDATE deliveries SET state = 'failed' WHERE actor = 'messages.write' RETURNING id",
    ),
    Break(
        "event_unknown",
        f"""{AN_EVENT} SELECT gen_random_uuid(), 'booking.painted', id, '{{}}', held_at
            FROM bookings LIMIT 1 RETURNING id""",
    ),
    Break(
        "actor_unknown",
        """UPDATE deliveries d SET actor = 'messages.sing' FROM events e
           WHERE e.id = d.event_id AND e.name = 'booking.ordered' RETURNING d.id""",
    ),
    Break(
        "report_waiting",
        """WITH waits AS (UPDATE deliveries d SET state = 'pending', due_at = now() + interval '1 minute'
                          FROM events e WHERE e.id = d.event_id AND e.name = 'webhook.received'),
               old AS (UPDATE events SET created_at = created_at - interval '1 hour'
                       WHERE name = 'webhook.received')
           UPDATE inbox_messages SET state = 'received' RETURNING id""",
    ),
    Break(
        "money_at_risk",
        """UPDATE payment_steps SET state = 'failed', at_risk_from = created_at WHERE id = (
               SELECT id FROM payment_steps WHERE state = 'planned' LIMIT 1) RETURNING payment_id""",
    ),
    Break(
        "flagged",
        """UPDATE bookings SET attention = 'mail_bounced' WHERE id = (
               SELECT id FROM bookings WHERE state = 'confirmed' LIMIT 1) RETURNING id""",
    ),
    Break(
        "out_too_long",
        """UPDATE bookings SET pickup_at = pickup_at - interval '9 days', return_at = pickup_at
           WHERE id = (SELECT id FROM bookings WHERE state = 'on_rent' LIMIT 1) RETURNING id""",
    ),
    Break(
        "not_come",
        """UPDATE bookings SET pickup_at = pickup_at - interval '1 year' WHERE id = (
               SELECT id FROM bookings WHERE state = 'confirmed' LIMIT 1) RETURNING id""",
    ),
    Break(
        "settling_long",
        """UPDATE bookings SET settling_at = taken_back_at - interval '2 days' WHERE id = (
               SELECT id FROM bookings WHERE state = 'returned' LIMIT 1) RETURNING id""",
    ),
    Break(
        "agreement_overdue",
        """UPDATE contracts SET expires_at = expires_at - interval '1 year' WHERE id = (
               SELECT id FROM contracts WHERE state IN ('sent', 'viewed') LIMIT 1) RETURNING id""",
    ),
)


@pytest.mark.parametrize("broken", [*DELIVERIES, *DUE], ids=str)
def test_it_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken)


@pytest.mark.parametrize("waiting", FOR_A_PERSON, ids=str)
def test_it_waits_for_a_person(waiting: Break, tampered: Database) -> None:
    assert_found(tampered, waiting, Severity.ATTENTION)


@pytest.mark.parametrize("late", [case for case in (*DELIVERIES, *DUE) if case.code in BY_WORK], ids=str)
def test_in_a_closed_house_it_merely_waits(late: Break, tampered: Database) -> None:
    assert_found(tampered, late, Severity.ATTENTION, closed=True)


def test_an_event_is_not_asked_for_a_route_that_came_after_it(tampered: Database) -> None:
    events = tampered.execute("SELECT id FROM events WHERE name = 'booking.ordered'").fetchall()
    routes = {**ROUTES, "booking.ordered": (*ROUTES["booking.ordered"], Route("messages.sing", "messages"))}
    report = look(tampered, routes=routes)
    assert report.breaches == 0
    assert found(report, Severity.ATTENTION) == {"route_younger": {str(event_id) for (event_id,) in events}}


def test_what_is_late_by_the_sandboxs_clock_alone_has_its_minutes(tampered: Database) -> None:
    """Whoever moves the clock by days makes everything late at once; the sweeps run within a minute."""
    ahead = clock.real_now() + timedelta(days=2)
    assert "hold_overdue" in found(look(tampered, at=ahead))
    tampered.execute("INSERT INTO sandbox_clock (id, offset_seconds) VALUES (1, 172800)")
    tampered.execute(
        "INSERT INTO events (id, name, payload, created_at) VALUES"
        " ('ffffffff-0000-4000-8000-000000000000', 'sandbox.clock_moved', '{}', %s)",
        [clock.real_now() - timedelta(minutes=1)],
    )
    tampered.execute(
        "INSERT INTO deliveries (id, event_id, actor, queue, state, attempts, fence, due_at)"
        " SELECT id, id, 'sandbox.move_clock', 'documents', 'done', 1, 1, created_at FROM events"
        " WHERE name = 'sandbox.clock_moved'"
    )
    assert look(tampered).breaches == 0
    tampered.execute(
        "UPDATE events SET created_at = created_at - interval '1 hour' WHERE name = 'sandbox.clock_moved'"
    )
    assert "hold_overdue" in found(look(tampered))
