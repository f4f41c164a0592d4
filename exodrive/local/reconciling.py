"""`exodrive reconcile`: have PayPal's side read by the house's workers, and print what differs."""

from __future__ import annotations

import sys
import time
from uuid import UUID

from flask_babel import force_locale

from exodrive.bookings import queries as bookings
from exodrive.bookings.transitions import BookingNotFound
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from exodrive.kernel.ids import read_reference
from exodrive.local import webhook_log
from exodrive.reconciliation import queries, runs
from exodrive.rendering import difference_words
from exodrive.rendering.environment import LANGUAGE

ALIKE, DIFFERS, UNKNOWN = 0, 1, 2  # what the command ends with
PAUSE = 1.0  # seconds between two looks at a run
LOOKS = 1800  # half an hour: longer than any house takes
MOST = 500  # differences that are printed


def reconcile(*, reference: str | None, wait: bool) -> int:
    """Begin a run, print what is open, and return what the command ends with.

    Workers read PayPal: without `wait` what is printed is what was known before.
    """
    with webhook_log.opened(), force_locale(LANGUAGE):
        return _reconcile(reference, wait=wait)


def _reconcile(reference: str | None, *, wait: bool) -> int:
    try:
        booking_id, run_id = _begin(reference)
    except BookingNotFound:
        print(f"There is no booking {reference}.", file=sys.stderr)
        return UNKNOWN
    if wait and not _read(run_id):
        print("It is not read to its end: do the workers run, and does PayPal answer?", file=sys.stderr)
        return UNKNOWN
    return _tell(booking_id)


def _begin(reference: str | None) -> tuple[UUID | None, UUID]:
    with transaction():
        booking_id = bookings.by_reference(read_reference(reference)).id if reference else None
        run = runs.begin(by=webhook_log.COMMAND_LINE, at=clock.now(), booking_id=booking_id)
        print(f"Reading {run.total} payments and bills at PayPal.", file=sys.stderr)
        return booking_id, run.id


def _read(run_id: UUID) -> bool:
    """Wait for the workers; whether they have come to the end."""
    for _ in range(LOOKS):
        db.session.remove()
        with transaction():
            if runs.one(run_id).finished_at is not None:
                return True
        time.sleep(PAUSE)
    return False


def _tell(booking_id: UUID | None) -> int:
    db.session.remove()
    with transaction():
        found = queries.listing(open_ones=True, booking_id=booking_id, limit=MOST).rows
        for told in found:
            print(f"{told.booking.reference}: {difference_words.in_short(told.difference)}")
    if not found:
        print("Nothing differs.")
    return DIFFERS if found else ALIKE
