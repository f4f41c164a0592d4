"""The line between the house and its providers: it can be cut, before the provider hears us or after.

A forwarder in front of the simulators. What passes is kept, so that a test can say what was asked and how
often; `lose` lets the provider do its work and drops the answer, which is the worst that a line can do.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

# Of one connection each: they say nothing about what is carried.
HOP = frozenset(
    {"connection", "transfer-encoding", "content-length", "content-encoding", "keep-alive", "server", "date"}
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that passed, with what it carried. `key` is the provider's idempotency key, if any."""

    method: str
    path: str
    key: str | None
    status: int
    body: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class Plan:
    """What happens to the next request of this kind."""

    method: str
    fragment: str
    deed: Callable[[], None]
    answers: bool
    refusal: bytes = b""


@dataclass
class Wire:
    """`url` stands for the simulators'. `away` holds the first parts of paths that are not served now."""

    target: str
    url: str = ""
    away: set[str] = field(default_factory=set)
    seen: list[Seen] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    def lose(self, method: str, fragment: str, *, times: int = 1) -> None:
        """Let the provider hear the next such requests, and us not hear its answer."""
        self.plans += [Plan(method, fragment, lambda: None, answers=False) for _ in range(times)]

    def refuse(self, method: str, fragment: str, issue: str, *, times: int = 1) -> None:
        """Have the next such requests refused in PayPal's words, before the simulator hears of them."""
        body = {
            "name": "UNPROCESSABLE_ENTITY",
            "message": "The requested action could not be performed.",
            "debug_id": "90957fca61718",
            "details": [{"issue": issue, "description": "As the test wants it."}],
        }
        refusal = json.dumps(body).encode()
        self.plans += [Plan(method, fragment, lambda: None, True, refusal) for _ in range(times)]

    def during(self, method: str, fragment: str, deed: Callable[[], None]) -> None:
        """Do something after the provider has done the next such request, and before we hear of it."""
        self.plans.append(Plan(method, fragment, deed, answers=True))

    def calls(self, method: str, fragment: str) -> list[Seen]:
        """What the provider took as a request; a token that has grown old is renewed, and asked again."""
        return [
            one
            for one in self.seen
            if one.method == method and fragment in one.path and one.status != HTTPStatus.UNAUTHORIZED
        ]

    def plan_for(self, method: str, path: str) -> Plan | None:
        for plan in self.plans:
            if plan.method == method and plan.fragment in path:
                self.plans.remove(plan)
                return plan
        return None


class Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Line

    def pass_on(self) -> None:
        wire = self.server.wire
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.split("/")[1] in wire.away:
            self._hang_up()
            return
        plan = wire.plan_for(self.command, self.path)
        if plan is not None and plan.refusal:
            self._refuse(plan.refusal)
            return
        answer = self.server.outward.request(
            self.command,
            wire.target + self.path,
            data=body,
            headers=dict(self.headers),
            allow_redirects=False,
            timeout=60,
        )
        key = self.headers.get("PayPal-Request-Id") or self.headers.get("Idempotency-Key")
        wire.seen.append(Seen(self.command, self.path, key, answer.status_code, body))
        if plan is not None:
            plan.deed()
            if not plan.answers:
                self._hang_up()
                return
        content = answer.content
        if "json" in answer.headers.get("Content-Type", ""):
            # The simulators name themselves in their answers: what they lead to passes here too.
            content = content.replace(wire.target.encode(), wire.url.encode())
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on  # noqa: N815  the parent calls them so

    def _refuse(self, content: bytes) -> None:
        key = self.headers.get("PayPal-Request-Id")
        self.server.wire.seen.append(Seen(self.command, self.path, key, HTTPStatus.UNPROCESSABLE_ENTITY))
        self.send_response(HTTPStatus.UNPROCESSABLE_ENTITY)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class Line(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, wire: Wire) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.wire = wire
        self.outward = requests.Session()
        self.outward.trust_env = False
        wire.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is what some tests are about."""


@contextlib.contextmanager
def laid(target: str) -> Iterator[Wire]:
    """A wire to the simulators at `target`."""
    wire = Wire(target)
    line = Line(wire)
    thread = threading.Thread(target=line.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        line.shutdown()
        thread.join()
        line.server_close()
        line.outward.close()
