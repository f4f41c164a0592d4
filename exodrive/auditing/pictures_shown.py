"""Every photo that customers are shown is there in every crop, and none is forgotten on its way."""

from __future__ import annotations

from exodrive.auditing.promises import Promise, asked, attention, breach, counted
from exodrive.fleet.resizing import WANTED
from exodrive.storage.renditions import CROPS

CROP_MISSING = """
    SELECT 'photo' AS subject, p.id, p.car_id, wanted.crop
    FROM car_photos AS p CROSS JOIN unnest(%(crops)s::text[]) AS wanted (crop)
    WHERE p.state = 'ready' AND (p.blurs ->> wanted.crop IS NULL OR EXISTS (
        SELECT FROM unnest(ARRAY['avif', 'webp', 'jpeg']) AS needed (format)
        WHERE NOT EXISTS (
            SELECT FROM photo_renditions AS r JOIN stored_files AS f ON f.id = r.file_id
            WHERE r.photo_id = p.id AND r.crop = wanted.crop AND r.format = needed.format)))
"""
FORGOTTEN = """
    SELECT 'photo' AS subject, p.id, p.car_id, p.added_at
    FROM car_photos AS p
    WHERE p.state = 'waiting' AND p.removed_at IS NULL AND NOT EXISTS (
        SELECT FROM events AS e JOIN deliveries AS d ON d.event_id = e.id
        WHERE e.name = %(event)s AND e.payload->>'photo_id' = p.id::text AND d.state <> 'done')
"""
WITHOUT_PHOTO = """
    SELECT 'rendition' AS subject, r.id, r.name
    FROM photo_renditions AS r LEFT JOIN car_photos AS p ON p.id = r.photo_id
    WHERE p.id IS NULL
"""
LEFT_OVER = """
    SELECT 'file' AS subject, f.id, f.key
    FROM stored_files AS f LEFT JOIN photo_renditions AS r ON r.file_id = f.id
    WHERE f.key LIKE 'renditions/%%' AND r.id IS NULL
"""
FAILED = """
    SELECT 'photo' AS subject, id, car_id, failure
    FROM car_photos WHERE state = 'failed' AND removed_at IS NULL
"""

PROMISE = Promise(
    "photos_are_whole",
    "Every photo that is shown has all its crops, and none is forgotten on its way",
    "photos",
    counted("SELECT count(*) FROM car_photos"),
    (
        breach("crop_missing", "is shown without a crop", asked(CROP_MISSING, crops=sorted(CROPS))),
        breach("photo_forgotten", "waits, and nothing will resize it", asked(FORGOTTEN, event=WANTED)),
        attention("rendition_orphaned", "was made of a photo that is not there", asked(WITHOUT_PHOTO)),
        attention("rendition_left_over", "is kept, and no photo shows it any more", asked(LEFT_OVER)),
        attention("photo_failed", "could not be resized: send it again, or remove it", asked(FAILED)),
    ),
)
