"""Reviews: a rental that has closed is one to ask about."""

from __future__ import annotations

from uuid import UUID

from exodrive.kernel import clock
from exodrive.kernel.deliveries import Work
from exodrive.reviews import inviting
from exodrive.tasks.routes import MESSAGES
from exodrive.tasks.work import step


@step("reviews.plan", queue=MESSAGES)
def plan(work: Work) -> None:
    """Plan the letter that asks how it was."""
    inviting.plan(UUID(work.payload["booking_id"]), at=clock.now())
