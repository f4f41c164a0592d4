"""A provider on its worst day: a small HTTP server that answers, stalls or hangs up as each test says."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from exodrive.local import ports


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Connection(BaseHTTPRequestHandler):
    """Hands each request to the script of the server."""

    protocol_version = "HTTP/1.1"
    server: Faulty
    request_taken: Received  # the one that a step answers

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Received(
            self.command,
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        self.request_taken = request
        self.server.received.append(request)
        steps = self.server.script
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        step(self)

    do_GET = do_POST = do_DELETE = handle_any  # noqa: N815  the parent calls them so

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


Step = Callable[[Connection], None]


class Faulty(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.script: list[Step] = [answer(404)]
        self.received: list[Received] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def says(self, *steps: Step) -> None:
        self.script = list(steps)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is what some tests are about."""


def answer(status: int, body: bytes | str = b"", **headers: str) -> Step:
    """A whole answer. Headers are written with underscores: `Retry_After="3"`."""
    content = body.encode() if isinstance(body, str) else body

    def step(connection: Connection) -> None:
        connection.send_response(status)
        for name, value in headers.items():
            connection.send_header(name.replace("_", "-"), value)
        connection.send_header("Content-Length", str(len(content)))
        connection.end_headers()
        connection.wfile.write(content)

    return step


def hang_up(connection: Connection) -> None:
    """Take the request and close the connection without a word."""
    connection.close_connection = True
    with contextlib.suppress(OSError):
        connection.connection.shutdown(socket.SHUT_RDWR)


def cut_short(connection: Connection) -> None:
    """Promise a hundred bytes and send ten."""
    connection.send_response(200)
    connection.send_header("Content-Length", "100")
    connection.end_headers()
    connection.wfile.write(b'{"id": "x"')
    connection.wfile.flush()
    hang_up(connection)


def stall(connection: Connection) -> None:
    """Take the request and say nothing for as long as the test runs."""
    connection.server.over.wait(10)
    hang_up(connection)


def drip(connection: Connection) -> None:
    """Send one byte after the other, each in time, for ever."""
    connection.send_response(200)
    connection.send_header("Content-Length", "100000")
    connection.end_headers()
    with contextlib.suppress(OSError):
        while not connection.server.over.wait(0.05):
            connection.wfile.write(b" ")
            connection.wfile.flush()
    hang_up(connection)


@contextlib.contextmanager
def running() -> Iterator[Faulty]:
    server = Faulty()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def dead_address() -> str:
    """An address of this machine where nobody listens."""
    return f"http://127.0.0.1:{ports.any_free()}"
