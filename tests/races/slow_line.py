"""A line to the providers on which answers get lost: the deed is done there, and nobody here hears of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

PATIENCE = 120.0  # seconds; the worker that is to call may only just have been started
OWN = ("connection", "keep-alive", "proxy-connection", "transfer-encoding", "content-length", "host")


class SlowLine(ThreadingHTTPServer):
    """An HTTP proxy; in the midst of `losing` it keeps back the answers to some requests."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.session = requests.Session()
        self.session.trust_env = False
        self.kept_back = ""
        self.waiting = threading.Semaphore(0)
        self.over = threading.Event()
        self.late = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @contextlib.contextmanager
    def losing(self, ending: str, *, calls: int = 1) -> Iterator[None]:
        """Keep back the answers to POSTs whose path has this ending, and wait until so many were."""
        self.waiting = threading.Semaphore(0)
        self.kept_back = ending
        yield
        for number in range(calls):
            assert self.waiting.acquire(timeout=PATIENCE), f"only {number} of {calls} calls to {ending} came"

    def mend(self) -> None:
        """Let the answers to new requests pass again."""
        self.kept_back = ""

    def deliver(self) -> None:
        """Let the answers that were kept back pass, late."""
        self.late.set()
        self.over.set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked was killed: that is what this is for."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SlowLine

    def pass_on(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        answer = self.server.session.request(
            self.command,
            self.path,  # to a proxy, the whole address
            data=body,
            headers=_theirs(self.headers),
            timeout=PATIENCE,
            allow_redirects=False,
        )
        ending = self.server.kept_back
        if self.command == "POST" and ending and self.path.endswith(ending):
            self.server.waiting.release()
            self.server.over.wait()
            if not self.server.late.is_set():
                return
        self.send_response(answer.status_code)
        for name, value in _theirs(answer.headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = pass_on  # noqa: N815  the parent calls them so

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _theirs(headers: Message | Mapping[str, str]) -> dict[str, str]:
    """What the two ends say to each other, without what concerns one connection."""
    return {name: value for name, value in headers.items() if name.lower() not in OWN}


@contextlib.contextmanager
def running() -> Iterator[SlowLine]:
    server = SlowLine()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
