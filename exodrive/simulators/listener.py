"""A small threaded HTTP/1.1 server that keeps connections open.

Flask's own development server closes each connection, at which DocuSeal's Python SDK falls over; the
providers keep them alive, and so does this.
"""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask

from exodrive.simulators.faults.line import ENVIRON, MISSING_BYTES, Line, Way

LARGEST_BODY = 64 * 1024 * 1024  # a mail with the largest attachments Resend takes


class Server(ThreadingHTTPServer):
    """Serves one WSGI app, a thread per connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, app: Flask | None = None) -> None:
        self.app = app
        self._open: set[socket.socket] = set()
        self._opening = threading.Lock()
        super().__init__((host, port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._opening:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._opening:
            self._open.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        """End what is open, as when the whole program ends."""
        with self._opening:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection: reads requests, hands them to the app, writes answers with a length."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 75  # seconds of silence after which a connection is dropped

    def handle_one_request(self) -> None:
        """As the parent's, but every method goes to the app."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
        elif len(self.raw_requestline) > 65536:
            self.requestline, self.request_version, self.command = "", "", ""
            self.send_error(414)
        elif self.parse_request():
            self._answer()
            self.wfile.flush()

    def _answer(self) -> None:
        body = self._body()
        if body is None:
            return
        assert self.server.app is not None  # noqa: S101  set before the first connection is accepted
        started: list[Any] = []
        line = Line()

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            started[:] = [status, headers]

        chunks = self.server.app({**self._environ(body), ENVIRON: line}, start_response)
        content = b"".join(chunks)
        with contextlib.suppress(AttributeError):
            chunks.close()  # type: ignore[attr-defined]
        status, headers = started
        if line.way is Way.WHOLE:
            self._send(status, headers, content, length=len(content))
        else:
            self._send_cut(line.way, status, headers, content)

    def _send(self, status: str, headers: list[tuple[str, str]], content: bytes, *, length: int) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")  # or the client may use it again before it notices
        if int(code) >= 200 and int(code) not in (204, 304):
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _send_cut(self, way: Way, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        """Send as much as the cut line lets through, and end the connection."""
        if way is Way.HALF and content:
            self._send(status, headers, content[: len(content) // 2], length=len(content))
        elif way is Way.SHORT:
            self._send(status, headers, content, length=len(content) + MISSING_BYTES)
        self.close_connection = True
        self.wfile.flush()
        if way is Way.RESET:  # closing without lingering resets, which is what a refusing port answers
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def _body(self) -> bytes | None:
        """The request's body, or None after an answer that refuses it."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunked()
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self.send_error(413)
            return None
        return self.rfile.read(length)

    def _chunked(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _environ(self, body: bytes) -> dict[str, Any]:
        address = urlsplit(self.path)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(address.path).decode("latin-1"),
            "QUERY_STRING": address.query,
            "SERVER_NAME": self.server.server_name,
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,  # read whole already, chunks and all
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the pages show what happened."""
