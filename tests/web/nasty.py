"""What people and programs type where they should not, for tests of pages that must bear it."""

from __future__ import annotations

BIG = "x" * 10_000
SCRIPT = "<script>alert(1)</script>"
NASTY = (
    "\x00",
    BIG,
    "9" * 5_000,
    "-1",
    str(10**12),
    "٣",
    "😀 مرحبا \u202e",
    SCRIPT,
    "=HYPERLINK(1)",
    "'; DROP TABLE bookings; --",
    "%00",
    "../../etc/passwd",
    "NaN",
    "1e999999",
    "0001-01-01T00:00",
    "9999-12-31",
    "9999-12-31T23:59",
    "2026-02-30T10:00",
    "[]",
)
