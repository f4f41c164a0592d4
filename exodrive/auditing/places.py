"""A car is in one place at a time."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted, words
from exodrive.bookings.states import FINAL, OCCUPYING, State

WAITING = (State.HELD, State.AWAITING_PAYMENT)
GIVEN_UP = FINAL - {State.CLOSED}  # a closed rental keeps its past, and its turnaround

# Each period beside the latest end of all that began before it on the same car: one sort, whatever there is.
OVERLAPS = """
    WITH in_order AS (
        SELECT *, max(coalesce(upper(period), 'infinity')) OVER (
            PARTITION BY car_id ORDER BY lower(period), id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS taken_until
        FROM occupancies
        WHERE NOT isempty(period)
    )
    SELECT 'occupancy' AS subject, later.id, b.reference, later.car_id AS car, other.id AS overlaps
    FROM in_order AS later
    LEFT JOIN bookings AS b ON b.id = later.booking_id
    CROSS JOIN LATERAL (
        SELECT id FROM occupancies
        WHERE car_id = later.car_id AND id <> later.id AND period && later.period
        ORDER BY lower(period), id LIMIT 1
    ) AS other
    WHERE later.taken_until > lower(later.period)
"""
SHAPELESS = """
    SELECT 'occupancy' AS subject, id, car_id AS car
    FROM occupancies
    WHERE isempty(period) OR NOT lower_inc(period) OR upper_inc(period)
"""
WITHOUT_PLACE = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state
    FROM bookings AS b
    WHERE b.state = ANY(%(occupying)s)
      AND NOT EXISTS (SELECT FROM occupancies AS o WHERE o.booking_id = b.id AND o.change_id IS NULL)
"""
WITH_SEVERAL = """
    SELECT 'booking' AS subject, b.id, b.reference, count(*) AS places
    FROM occupancies AS o JOIN bookings AS b ON b.id = o.booking_id
    WHERE o.change_id IS NULL
    GROUP BY b.id, b.reference
    HAVING count(*) > 1
"""
WRONG_PLACE = """
    SELECT 'booking' AS subject, b.id, b.reference, b.state, o.id AS occupancy,
           CASE WHEN o.car_id <> b.car_id THEN 'another car'
                WHEN o.kind <> CASE WHEN b.state = ANY(%(waiting)s) THEN 'hold' ELSE 'booking' END THEN o.kind
                ELSE 'not all of the promised time' END AS has
    FROM bookings AS b JOIN occupancies AS o ON o.booking_id = b.id
    WHERE b.state = ANY(%(occupying)s) AND o.change_id IS NULL
      AND (o.car_id <> b.car_id
           OR o.kind <> CASE WHEN b.state = ANY(%(waiting)s) THEN 'hold' ELSE 'booking' END
           OR NOT o.period @> tstzrange(b.pickup_at, b.return_at))
"""
KEPT_BY_NOBODY = """
    SELECT 'occupancy' AS subject, o.id, b.reference, coalesce(b.state, 'no such booking') AS booking
    FROM occupancies AS o LEFT JOIN bookings AS b ON b.id = o.booking_id
    WHERE o.booking_id IS NOT NULL AND (b.id IS NULL OR b.state = ANY(%(given_up)s))
"""

NO_DOUBLE_BOOKING = Promise(
    "no_double_booking",
    "No car is promised to two at the same time",
    "occupancies",
    counted("SELECT count(*) FROM occupancies"),
    (
        breach("car_taken_twice", "overlaps another occupancy of the same car", asked(OVERLAPS)),
        breach("period_shapeless", "is empty, or not half-open", asked(SHAPELESS)),
    ),
)

A_PLACE_EACH = Promise(
    "a_place_each",
    "Every booking that counts on its car has its place, and no other booking keeps one",
    "bookings",
    counted("SELECT count(*) FROM bookings"),
    (
        breach("place_missing", "has no place on its car", asked(WITHOUT_PLACE, occupying=words(OCCUPYING))),
        breach("place_twice", "has more than one place", asked(WITH_SEVERAL)),
        breach(
            "place_wrong",
            "has a place that is not what was promised",
            asked(WRONG_PLACE, occupying=words(OCCUPYING), waiting=words(WAITING)),
        ),
        breach(
            "place_kept",
            "is kept by a booking that gave it up, or that is not there",
            asked(KEPT_BY_NOBODY, given_up=words(GIVEN_UP)),
        ),
    ),
)
