"""The simulators as a server: started for as long as a block lasts, by the program and by tests."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from exodrive.simulators.app import create_app
from exodrive.simulators.doors import Doors
from exodrive.simulators.listener import Server
from exodrive.simulators.settings import from_environment
from exodrive.simulators.world import World


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers, the world it serves, and the addresses of the doors that it has (`doors.py`)."""

    url: str
    port: int
    world: World
    doors: Mapping[str, str]


@contextlib.contextmanager
def running(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    public_url: str | None = None,
    state_path: str | Path | None = None,
    **settings: str | None,
) -> Iterator[Running]:
    """Serve the simulators in a thread for as long as the block lasts. Port 0 takes any free one.

    `settings` are fields of `Settings`, such as `webhooks_paypal`. Raises OSError where the port is taken.
    """
    server = Server(host, port)
    url = public_url or f"http://{host}:{server.server_port}"
    server.app = create_app(
        public_url=url, state_path=state_path, settings=from_environment(overrides=settings)
    )
    world: World = server.app.extensions["simulators"]
    doors = Doors(server.app, host, world)
    world.start()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="simulators")
    thread.daemon = True
    thread.start()
    try:
        yield Running(url=url, port=server.server_port, world=world, doors=doors.addresses)
    finally:
        doors.close()
        server.shutdown()
        thread.join()
        server.server_close()
        world.stop()
