"""Doors: a port of its own for a provider, which really refuses while a fault says so.

All three providers share one port with the pages for people, which stays open whatever happens; a connection
to it is accepted before anybody knows whom it is for, and can only be reset. A client that is to meet a port
where nobody listens calls the provider at its own door (setting `door_paypal` and its like). The door is shut
while a `refused` fault is armed for the whole provider without a number of times: nobody could count those.
"""

from __future__ import annotations

import socket
import threading

from flask import Flask

from exodrive.simulators.faults.catalog import ANY, PROVIDERS
from exodrive.simulators.listener import Server
from exodrive.simulators.store import Record
from exodrive.simulators.world import World


class Door:
    """One provider's port. It keeps its number over shutting and opening.

    A shut door stays bound without listening: callers are refused, and nobody else is given its port.
    """

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._app, self._host = app, host
        self._server: Server | None = Server(host, port, app)
        self._kept: socket.socket | None = None
        self.port = self._server.server_port
        self._serve(self._server)

    def open(self) -> None:
        if self._server is None:
            self._let_go()
            self._server = Server(self._host, self.port, self._app)
            self._serve(self._server)

    def shut(self) -> None:
        """Refuse what comes and drop what is there."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.drop_connections()
            self._server = None
            self._kept = socket.socket()
            self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._kept.bind((self._host, self.port))

    def close(self) -> None:
        self.shut()
        self._let_go()

    def _let_go(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _serve(self, server: Server) -> None:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="door")
        thread.daemon = True
        thread.start()


class Doors:
    """The doors that the settings name, open or shut as the armed faults will have it."""

    def __init__(self, app: Flask, host: str, world: World) -> None:
        self._faults = world.faults
        self._turning = threading.Lock()
        ports = {provider: getattr(world.settings, f"door_{provider}") for provider in PROVIDERS}
        self._doors = {name: Door(app, host, int(port)) for name, port in ports.items() if port}
        self.addresses = {name: f"http://{host}:{door.port}" for name, door in self._doors.items()}
        self._faults.watch(self._turn)
        self._turn()

    def close(self) -> None:
        with self._turning:
            for door in self._doors.values():
                door.close()
            self._doors.clear()

    def _turn(self) -> None:
        with self._turning:  # the rules are read inside, so that the last to turn has seen the latest
            refused = {rule["provider"] for rule in self._faults.armed() if _shuts(rule)}
            for provider, door in self._doors.items():
                if provider in refused:
                    door.shut()
                else:
                    door.open()


def _shuts(rule: Record) -> bool:
    """Whether a rule is about every call, every time."""
    terms = (rule["kind"], rule["operation"], rule["times"], rule["chance"])
    return terms == ("refused", ANY, None, None)
