"""What renters say hangs on what they rented."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, breach, counted

WITHOUT_RENTAL = """
    SELECT 'review' AS subject, r.id, b.reference, coalesce(b.state, 'no such booking') AS booking
    FROM reviews AS r LEFT JOIN bookings AS b ON b.id = r.booking_id
    WHERE b.id IS NULL OR b.state <> 'closed'
"""
OF_ANOTHER_CAR = """
    SELECT 'review' AS subject, r.id, b.reference, r.car_id AS car, b.car_id AS rented
    FROM reviews AS r JOIN bookings AS b ON b.id = r.booking_id
    WHERE r.car_id <> b.car_id
"""
TWICE = """
    SELECT 'booking' AS subject, b.id, b.reference, count(*) AS reviews
    FROM reviews AS r JOIN bookings AS b ON b.id = r.booking_id
    GROUP BY b.id, b.reference HAVING count(*) > 1
"""
STILL_SAID = """
    SELECT 'review' AS subject, r.id, b.reference
    FROM reviews AS r JOIN bookings AS b ON b.id = r.booking_id
    WHERE r.state = 'withdrawn' AND r.headline || r.words || r.public_name || coalesce(r.answer, '') <> ''
"""
MISCOUNTED = """
    SELECT 'car' AS subject, c.id, c.slug AS car, coalesce(t.published, 0) AS counted,
           count(r.id) AS published
    FROM cars AS c
    LEFT JOIN review_tallies AS t ON t.car_id = c.id
    LEFT JOIN reviews AS r ON r.car_id = c.id AND r.state = 'published'
    GROUP BY c.id, c.slug, t.published, t.stars
    HAVING coalesce(t.published, 0) <> count(r.id) OR coalesce(t.stars, 0) <> coalesce(sum(r.stars), 0)
"""

PROMISE = Promise(
    "reviews_verified",
    "Every review is of a closed rental of that car, one for each",
    "reviews",
    counted("SELECT count(*) FROM reviews"),
    (
        breach(
            "review_without_rental", "is of no rental, or of one that is not closed", asked(WITHOUT_RENTAL)
        ),
        breach("review_of_another_car", "is shown with a car that was not rented", asked(OF_ANOTHER_CAR)),
        breach("review_twice", "has more than one review", asked(TWICE)),
        breach("review_still_said", "was withdrawn, and its words are still kept", asked(STILL_SAID)),
        breach("reviews_miscounted", "shows other stars than its reviews have", asked(MISCOUNTED)),
    ),
)
