"""Bookings that ended before their time, and changes that were paid for."""

from __future__ import annotations

from uuid import UUID

from exodrive.bookings import cancelling, transitions
from exodrive.bookings.change import changing
from exodrive.kernel import clock
from exodrive.kernel.deliveries import Work
from exodrive.tasks.routes import PAYMENTS
from exodrive.tasks.work import step


@step("bookings.unwind", queue=PAYMENTS)
def unwind(work: Work) -> None:
    """Void the agreement and the authorization, refund beyond the fee."""
    cancelling.unwind(transitions.lock(UUID(work.payload["booking_id"])), at=clock.now())


@step("bookings.apply_change", queue=PAYMENTS)
def apply_change(work: Work) -> None:
    """Make a booking what its customer has just approved the difference for."""
    changing.finish(UUID(work.payload["change_id"]), at=clock.now())
