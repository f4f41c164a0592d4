"""Places on cars, states and the moves that led to them."""

from __future__ import annotations

import pytest

from tests.auditing.breaking import Break, Database, assert_found

PLACES = (
    Break(
        "car_taken_twice",
        """INSERT INTO occupancies (id, car_id, period, kind, note, created_at)
           SELECT 'ffffffff-0000-4000-8000-000000000000', car_id, period, 'maintenance', '', created_at
           FROM occupancies ORDER BY id LIMIT 1 RETURNING id""",
        first="ALTER TABLE occupancies DROP CONSTRAINT occupancies_no_overlap",
        also=("guard_missing",),
    ),
    Break(
        "period_shapeless",
        """UPDATE occupancies SET period = 'empty' WHERE id = (
               SELECT o.id FROM occupancies o JOIN bookings b ON b.id = o.booking_id
               WHERE b.state = 'closed' LIMIT 1) RETURNING id""",
        first="ALTER TABLE occupancies DROP CONSTRAINT occupancies_half_open_check",
        also=("guard_missing",),
    ),
    Break(
        "place_missing",
        """DELETE FROM occupancies WHERE booking_id = (
               SELECT id FROM bookings WHERE state = 'confirmed' LIMIT 1) RETURNING booking_id""",
    ),
    Break(
        "place_twice",
        """INSERT INTO occupancies (id, car_id, period, kind, booking_id, note, created_at)
           SELECT gen_random_uuid(), car_id, '[2100-01-01, 2100-01-02)', kind, booking_id, '', created_at
           FROM occupancies o WHERE booking_id = (
               SELECT id FROM bookings WHERE state = 'closed' LIMIT 1) RETURNING booking_id""",
        first="DROP INDEX occupancies_booking_id_key",
        also=("guard_missing",),
    ),
    Break(
        "place_wrong",
        """UPDATE occupancies SET kind = 'hold' WHERE booking_id = (
               SELECT id FROM bookings WHERE state = 'confirmed' LIMIT 1) RETURNING booking_id""",
    ),
    Break(
        "place_wrong",
        """UPDATE occupancies
           SET period = tstzrange(lower(period), lower(period) + (upper(period) - lower(period)) / 2)
           WHERE booking_id = (SELECT id FROM bookings WHERE state = 'confirmed' LIMIT 1)
           RETURNING booking_id""",
    ),
    Break(
        "place_wrong",
        """UPDATE bookings SET car_id = gen_random_uuid() WHERE id = (
               SELECT id FROM bookings WHERE state = 'on_rent' LIMIT 1) RETURNING id""",
    ),
    Break(
        "place_kept",
        """INSERT INTO occupancies (id, car_id, period, kind, booking_id, note, created_at)
           SELECT gen_random_uuid(), car_id, '[2100-01-01, 2100-01-02)', 'booking', id, '', held_at
           FROM bookings WHERE state = 'cancelled' LIMIT 1 RETURNING id""",
    ),
    Break(
        "place_kept",
        """INSERT INTO occupancies (id, car_id, period, kind, booking_id, note, created_at)
           SELECT gen_random_uuid(), id, '[2100-01-01, 2100-01-02)', 'hold', gen_random_uuid(), '', created_at
           FROM cars LIMIT 1 RETURNING id""",
    ),
)
STATES = (
    Break(
        "state_unknown",
        """UPDATE contracts SET state = 'lost' WHERE id = (
               SELECT id FROM contracts WHERE state = 'voided' LIMIT 1) RETURNING id""",
    ),
    Break("state_unknown", "UPDATE messages SET state = 'floating' RETURNING id"),
    Break("state_unknown", "UPDATE inbox_messages SET state = 'read' RETURNING id"),
    Break(
        "state_unknown",
        """UPDATE deliveries SET state = 'lost' WHERE id = (
               SELECT id FROM deliveries WHERE state = 'done' AND actor = 'webhooks.process') RETURNING id""",
    ),
    Break(
        "trail_contradicts",
        """UPDATE bookings SET state = 'cancelled' WHERE id = (
               SELECT id FROM bookings WHERE state = 'no_show' LIMIT 1) RETURNING id""",
    ),
    Break(
        "trail_contradicts",
        """UPDATE audit_entries SET data = jsonb_set(data, '{before}', '"returned"') WHERE id = (
               SELECT id FROM audit_entries WHERE action = 'booking.handed_over' LIMIT 1)
           RETURNING subject_id""",
        also=("chain_broken",),
    ),
    Break(
        "trail_contradicts",
        """DELETE FROM audit_entries WHERE id = (
               SELECT id FROM audit_entries WHERE action = 'booking.ordered' LIMIT 1) RETURNING subject_id""",
        also=("chain_broken",),
    ),
)
REVIEWS = (
    Break(
        "review_without_rental",
        """UPDATE reviews SET booking_id = b.id, car_id = b.car_id FROM (
               SELECT id, car_id FROM bookings WHERE state = 'cancelled' LIMIT 1) AS b
           WHERE reviews.id = (SELECT id FROM reviews LIMIT 1) RETURNING reviews.id""",
    ),
    Break(
        "review_of_another_car",
        """UPDATE reviews SET car_id = (SELECT id FROM cars WHERE id <> reviews.car_id LIMIT 1)
           WHERE id = (SELECT id FROM reviews LIMIT 1) RETURNING id""",
    ),
    Break(
        "review_twice",
        """WITH moved AS (SELECT id, car_id FROM reviews WHERE state = 'published' ORDER BY id DESC LIMIT 1)
           UPDATE reviews SET booking_id = other.booking_id, car_id = other.car_id
           FROM moved JOIN LATERAL (
               SELECT booking_id, car_id FROM reviews WHERE car_id <> moved.car_id ORDER BY id LIMIT 1
           ) AS other ON true
           WHERE reviews.id = moved.id RETURNING reviews.booking_id""",
        first="ALTER TABLE reviews DROP CONSTRAINT reviews_booking_id_key",
        also=("guard_missing", "reviews_miscounted"),
    ),
    Break(
        "review_still_said",
        """UPDATE reviews SET state = 'withdrawn' WHERE id = (SELECT id FROM reviews LIMIT 1) RETURNING id""",
        first="ALTER TABLE reviews DROP CONSTRAINT reviews_withdrawn_check",
        also=("guard_missing",),
    ),
    Break(
        "reviews_miscounted",
        "UPDATE review_tallies SET published = published + 1, stars = stars + 5 RETURNING car_id",
    ),
)


@pytest.mark.parametrize("broken", [*PLACES, *STATES, *REVIEWS], ids=str)
def test_it_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken)
