"""A line to PayPal on which answers get lost: the deed is done there, and nobody here hears of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

PASSED_ON = ("authorization", "content-type", "paypal-request-id", "prefer")


class SlowLine(ThreadingHTTPServer):
    """Passes requests on to `target`; keeps back the answers to POSTs whose path ends with `kept_back`."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.target = target
        self.kept_back = ""
        self.waiting = threading.Semaphore(0)
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def keep_back(self, ending: str) -> None:
        self.kept_back = ending

    def wait_for(self, count: int) -> None:
        """Until so many answers were kept back."""
        for number in range(count):
            assert self.waiting.acquire(timeout=30), f"only {number} of {count} calls came"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked was killed: that is what this is for."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SlowLine

    def pass_on(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        headers = {name: value for name, value in self.headers.items() if name.lower() in PASSED_ON}
        answer = requests.request(
            self.command, self.server.target + self.path, data=body, headers=headers, timeout=30
        )
        ending = self.server.kept_back
        if self.command == "POST" and ending and self.path.endswith(ending):
            self.server.waiting.release()
            self.server.over.wait()
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = pass_on  # noqa: N815  the parent calls them so

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextlib.contextmanager
def to(target: str) -> Iterator[SlowLine]:
    server = SlowLine(target)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
