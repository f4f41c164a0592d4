"""Every file is in the store, byte for byte as it was kept."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg.rows import dict_row

from exodrive.auditing.promises import Finding, Found, Look, Promise, asked, breach, counted
from exodrive.storage import files

LINKS_IN_PLAIN = """
    SELECT 'booking' AS subject, id, reference
    FROM bookings
    WHERE octet_length(link_hash) <> 32
"""
NOT_HASHED = """
    SELECT 'file' AS subject, id FROM stored_files WHERE octet_length(sha256) <> 32
"""
KEPT = "SELECT id, key, sha256, size FROM stored_files ORDER BY id"
BATCH = 500  # rows in memory at a time


def _damaged(look: Look) -> Found:
    return look.listed(_differences(look)) if look.with_files else Found()


def _differences(look: Look) -> Iterator[Finding]:
    with look.connection.cursor("kept_files", row_factory=dict_row) as cursor:
        cursor.itersize = BATCH
        for row in cursor.execute(KEPT):
            found = files.measure(row["key"])
            if found != (row["size"], row["sha256"]):
                yield Finding("file", str(row["id"]), facts={"is": "damaged" if found else "missing"})


LINKS = Promise(
    "links_are_hashed",
    "Nobody can read a booking's link in the database",
    "bookings",
    counted("SELECT count(*) FROM bookings"),
    (breach("link_in_plain", "keeps its link other than as a hash", asked(LINKS_IN_PLAIN)),),
)

FILES = Promise(
    "files_are_kept",
    "Every file is kept with its hash; with --files, byte for byte",
    "files",
    counted("SELECT count(*) FROM stored_files"),
    (
        breach("file_unhashed", "is kept without its hash", asked(NOT_HASHED)),
        breach("file_damaged", "is not in the store as it was kept", _damaged),
    ),
)
