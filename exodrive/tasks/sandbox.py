"""The sandbox: the simulators live by the house's moved clock."""

from __future__ import annotations

from flask import current_app

from exodrive.kernel import deliveries
from exodrive.kernel.db import transaction
from exodrive.kernel.deliveries import Work
from exodrive.providers import simulator_clock
from exodrive.tasks.routes import DOCUMENTS
from exodrive.tasks.work import actor


@actor("sandbox.move_clock", queue=DOCUMENTS)
def move_clock(work: Work) -> None:
    """Tell the simulators how far business time runs ahead."""
    url = current_app.config["SETTINGS"].simulators_url
    if url is not None:
        simulator_clock.move(url, offset_seconds=int(work.payload["offset_seconds"]))
    with transaction():
        deliveries.done(work)
