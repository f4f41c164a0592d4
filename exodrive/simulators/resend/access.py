"""Who may call Resend's API, how fast, and how it refuses.

https://resend.com/docs/api-reference/errors and .../rate-limit
"""

from __future__ import annotations

import hmac
import threading
import time

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.world import world


class Refused(Exception):
    """Resend says no: a status, a stable name and a sentence."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = name
        self.message = message


class Window:
    """Counts requests in seconds of real time; 0 means no limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._second, self._used = 0, 0

    def left(self) -> int:
        """Requests left in this second after this one; negative when it is one too many."""
        with self._lock:
            now = int(time.time())
            if now != self._second:
                self._second, self._used = now, 0
            self._used += 1
            return self.limit - self._used


def attach(api: Blueprint, *, limit: int) -> None:
    """Check the key, count the request, and answer refusals in Resend's words."""
    window = Window(limit)

    def admit() -> None:
        _require_key()
        if limit:
            g.resend_left = window.left()
            if g.resend_left < 0:
                message = f"Too many requests. You can only make {limit} requests per second."
                raise Refused(429, "rate_limit_exceeded", message)

    def headers(response: Response) -> Response:
        left = g.get("resend_left")
        if left is not None:
            response.headers["ratelimit-limit"] = str(limit)
            response.headers["ratelimit-remaining"] = str(max(left, 0))
            response.headers["ratelimit-reset"] = "1"
            if response.status_code == 429:
                response.headers["retry-after"] = "1"
        return response

    api.before_request(admit)
    api.after_request(headers)
    api.register_error_handler(Refused, _answer)


def _require_key() -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Refused(401, "missing_api_key", "Missing API Key")
    if not hmac.compare_digest(key.encode(), world().settings.resend_api_key.encode()):
        raise Refused(403, "invalid_api_key", "API key is invalid")


def _answer(refused: Refused) -> ResponseReturnValue:
    body = {"statusCode": refused.status, "name": refused.name, "message": refused.message}
    return body, refused.status
