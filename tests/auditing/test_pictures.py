"""Photos that customers see, and photos on their way."""

from __future__ import annotations

import pytest

from exodrive.auditing.promises import Severity
from tests.auditing.breaking import Break, Database, assert_found

A_NEW_ONE = """
    INSERT INTO car_photos
        (id, car_id, position, original_id, sha256, alt, focus_x, focus_y, edition, state, failure, width,
         height, blurs, added_at)
    SELECT gen_random_uuid(), car_id, 9, original_id, sha256('another'), '', 50, 50, 0, '{state}', {failure},
           width, height, '{{}}', added_at
    FROM car_photos WHERE state = 'ready' RETURNING id
"""
BREACHES = (
    Break(
        "crop_missing",
        "DELETE FROM photo_renditions WHERE crop = 'card' AND format = 'avif' RETURNING photo_id",
        first="DELETE FROM stored_files WHERE key LIKE 'renditions/%' AND id IN (SELECT file_id FROM"
        " photo_renditions WHERE crop = 'card' AND format = 'avif')",
    ),
    Break(
        "crop_missing",
        "UPDATE car_photos SET blurs = blurs - 'wide' WHERE state = 'ready' RETURNING id",
    ),
    Break("photo_forgotten", A_NEW_ONE.format(state="waiting", failure="NULL")),
)
ATTENTION = (
    Break(
        "rendition_left_over",
        """INSERT INTO stored_files (id, key, name, media_type, size, sha256, created_at)
           SELECT gen_random_uuid(), 'renditions/left', name, media_type, size, sha256, created_at
           FROM stored_files WHERE key LIKE 'renditions/%' LIMIT 1 RETURNING id""",
    ),
    Break(
        "rendition_orphaned",
        """INSERT INTO photo_renditions (id, photo_id, crop, edition, format, width, height, name, file_id)
           SELECT gen_random_uuid(), gen_random_uuid(), crop, edition, format, width, height, 'none', file_id
           FROM photo_renditions LIMIT 1 RETURNING id""",
    ),
    Break("photo_failed", A_NEW_ONE.format(state="failed", failure="'not_a_picture'")),
)


@pytest.mark.parametrize("broken", BREACHES, ids=str)
def test_a_breach_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken)


@pytest.mark.parametrize("broken", ATTENTION, ids=str)
def test_what_a_person_should_look_at_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken, Severity.ATTENTION)
