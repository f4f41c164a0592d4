"""A customer's browser: as the desk's, but time that a test holds still stands still here too."""

from __future__ import annotations

from contextvars import Context
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exodrive.kernel import clock
from tests.web.staff import browser


class Line(browser.Line):
    """Takes the test's time along, and nothing else of its context."""

    def open(self, address: str, **request: Any) -> TestResponse:
        return Context().run(self._ask, clock.now(), address, request)

    def _ask(self, at: datetime, address: str, request: dict[str, Any]) -> TestResponse:
        with clock.frozen(at):
            return self._client.open(address, **request)


class Browser(browser.Browser):
    def __init__(self, client: FlaskClient) -> None:
        super().__init__(client)
        self.client = Line(client)
