"""A house with twenty thousand bookings, and as much mail, work and word from providers.

`make plans` asks the same of one with a hundred thousand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from exodrive.config import Settings
from exodrive.kernel.db import db, session, transaction
from exodrive.reviews import tallies
from tests import filled
from tests.filled import FilledHouse
from tests.plans import money_rows
from tests.servers import Servers

BOOKINGS = int(os.environ.get("PLANS_BOOKINGS", "20000"))
# What many bookings leave besides their own rows: most of it done long ago, a little waiting or failed.
REST = (
    """
    INSERT INTO messages (id, key, booking_id, template, to_email, subject, html, text, state, provider_id,
                          created_at)
    SELECT gen_random_uuid(), 'plan/' || id || n, id, 'confirmed', 'guest@guests.example', 'Words', 'Words',
           'Words', 'delivered', 'mail-' || id || n, held_at
    FROM bookings, generate_series(1, 2) AS n WHERE ordered_at IS NOT NULL
    """,
    """
    INSERT INTO events (id, name, subject_id, payload, created_at)
    SELECT gen_random_uuid(), 'booking.confirmed', id, '{}', held_at FROM bookings
    """,
    """
    INSERT INTO deliveries (id, event_id, actor, queue, state, attempts, fence, due_at, last_error)
    SELECT gen_random_uuid(), id, 'messages.write', 'messages',
           CASE WHEN n % 400 = 0 THEN 'failed' WHEN n % 401 = 0 THEN 'pending' ELSE 'done' END, 1, 1,
           created_at, CASE WHEN n % 400 = 0 THEN 'refused' END
    FROM (SELECT *, row_number() OVER () AS n FROM events) AS numbered
    """,
    """
    INSERT INTO inbox_messages (id, provider, event_key, event_type, headers, body, state, received_at)
    SELECT gen_random_uuid(), 'paypal', 'WH-' || id, 'PAYMENT.CAPTURE.COMPLETED', '{}', '', 'processed',
           held_at
    FROM bookings
    """,
    """
    INSERT INTO reviews (id, booking_id, car_id, state, version, stars, headline, words, public_name,
                         rented_on, consented_at, written_at, moved_at)
    SELECT gen_random_uuid(), id, car_id, CASE WHEN n % 20 = 0 THEN 'written' ELSE 'published' END, 1,
           1 + n % 5, '', 'Words', 'Maya O.', pickup_at::date, closed_at, closed_at, closed_at
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM bookings WHERE state = 'closed') AS closed
    """,
    """
    INSERT INTO review_invitations (booking_id, ask_at, asked_at)
    SELECT id, closed_at, CASE WHEN n % 200 > 0 THEN closed_at END
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM bookings WHERE state = 'closed') AS closed
    """,
)


@pytest.fixture(scope="package")
def house(servers: Servers, worker_number: int, settings: Settings) -> Iterator[FilledHouse]:
    with filled.shared_house(
        servers, database="plans", worker=worker_number, bookings=BOOKINGS, rest=_leave_the_rest
    ) as made:
        yield made


def _leave_the_rest() -> None:
    with transaction():
        for statement in (*REST, *money_rows.MONEY):
            session().execute(text(statement))
        tallies.count_anew()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text(
                "VACUUM (ANALYZE) messages, events, deliveries, inbox_messages, reviews, review_invitations, "
                + money_rows.TABLES
            )
        )


@pytest.fixture(autouse=True)
def _left_as_it_was(house: FilledHouse) -> Iterator[None]:
    """What a test's deeds write is undone."""
    session().rollback()
    yield
    session().rollback()
