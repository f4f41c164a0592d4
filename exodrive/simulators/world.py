"""What the three providers share: store, clock, agenda, courier and their own public address."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import cast

from flask import Flask, current_app

from exodrive.simulators.courier import Courier
from exodrive.simulators.faults.rules import Faults
from exodrive.simulators.settings import Settings
from exodrive.simulators.store import Store
from exodrive.simulators.timekeeping import Agenda, Clock

TICK = 0.25  # seconds between looks at the agenda: mail is delivered "a moment later"


class World:
    """One per app. `start` sets the couriers and the agenda going; `stop` ends them and closes the store."""

    def __init__(
        self,
        app: Flask,
        *,
        public_url: str,
        settings: Settings,
        state_path: str | Path,
        real: Callable[[], datetime],
    ) -> None:
        self._app = app
        self.public_url = public_url.rstrip("/")
        self.settings = settings
        self.store = Store(state_path)
        self.clock = Clock(self.store, real)
        self.agenda = Agenda(self.store, self.clock)
        self.faults = Faults(self.store)
        self.courier = Courier(self.store, self.faults)
        self._stopping = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="agenda", daemon=True)

    def start(self) -> None:
        self.courier.start()
        self._ticker.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._ticker.is_alive():
            self._ticker.join()
        self.courier.stop()
        self.store.close()

    def pause(self, seconds: float) -> bool:
        """Wait so many seconds of real time; False where the simulators stop before."""
        return not self._stopping.wait(seconds)

    def _tick(self) -> None:
        while not self._stopping.wait(TICK):
            with self._app.app_context():
                self.agenda.run()


def world() -> World:
    """The world of the app whose request or agenda runs here."""
    return cast(World, current_app.extensions["simulators"])
