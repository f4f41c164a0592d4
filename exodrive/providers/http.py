"""How a provider is called: one request, one answer, no second try.

The outbox is the one retry engine, so nothing here sleeps or repeats. What leaves this module as an error is
GatewayUnavailable (the same call may succeed later) or GatewayRejected (it never will).

| what happened | error | may a write have taken effect? |
|---|---|---|
| nobody is to ask now: the provider has failed too often | CircuitOpen | no |
| no connection | NoAnswer | no |
| connection cut, read timeout, answer too long or too slow | NoAnswer | yes |
| 401: our credentials, not this request, are at fault | Unauthorized | no |
| 408, 425, 429, redirect | GatewayUnavailable | no |
| 5xx | NoAnswer | yes, unless a code of the `later` table says otherwise |
| another code of the provider's `later` table | GatewayUnavailable | as the table says |
| 2xx that is no JSON, 4xx whose body cannot be read | NoAnswer | yes |
| 2xx that is JSON and does not say what it should | GatewayUnavailable | yes |
| other 4xx | GatewayRejected with the provider's own code | no |

CircuitOpen, NoAnswer and Unauthorized are kinds of GatewayUnavailable. NoAnswer is what opens the circuit
(`providers.breaker`); whatever else comes back is an answer, and so a sign of life.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests
import structlog
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from exodrive.kernel import clock
from exodrive.kernel.errors import GatewayError, GatewayRejected, GatewayUnavailable
from exodrive.providers.breaker import Breaker, NoAnswer
from exodrive.providers.credentials import Unsigned

log = structlog.get_logger(__name__)

TIMEOUT: Final = (3.0, 10.0)  # seconds to connect, seconds between two pieces of the answer
TOTAL_SECONDS: Final = 30.0  # a drip of bytes must not hold a worker for ever
MAX_JSON_BYTES: Final = 2 * 1024 * 1024  # the longest real answer, an order with its refunds, has a few kB
LONGEST_WAIT: Final = timedelta(hours=24)  # a Retry-After beyond this is a mistake

_PIECE: Final = 64 * 1024
_NOT_NOW: Final = frozenset({408, 425, 429})


class Malformed(ValueError):
    """An answer that is not what the provider documents. It never leaves this package."""


class Unauthorized(GatewayUnavailable):
    """The provider does not take our credentials. They are mended by people, so the work waits."""

    trouble = "keys"


class Busy(GatewayUnavailable):
    """The provider asks us to come later."""

    trouble = "busy"


@dataclass(frozen=True, slots=True)
class Problem:
    """A provider's refusal in its own words. `code` is what to branch on, `reference` its log number."""

    code: str
    message: str = ""
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """What an error code that passes by itself means: wait `after`; `unknown` if the call may have worked."""

    after: timedelta | None = None
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer in memory. `write` says whether the request could change anything."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    write: bool

    def json(self) -> Any:
        """The body as JSON. Raises Malformed."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Malformed("the answer is not JSON") from error


def new_session() -> requests.Session:
    """A session that threads may share: no cookies, no retries, room for every worker's connection."""
    session = requests.Session()
    session.cookies.set_policy(_NoCookies())
    adapter = HTTPAdapter(pool_connections=8, pool_maxsize=32, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = "ExoDrive"
    return session


@dataclass(frozen=True)
class Http:
    """Calls one provider at `base_url`.

    `read_problem` turns an error's body into a Problem and raises Malformed where it cannot; `later` holds
    the provider's codes that pass by themselves. A `breaker` keeps calls back while the provider fails.
    """

    provider: str
    base_url: str
    read_problem: Callable[[Answer], Problem]
    later: Mapping[str, Later] = field(default_factory=dict)
    timeout: tuple[float, float] = TIMEOUT
    total_seconds: float = TOTAL_SECONDS
    session: requests.Session = field(default_factory=new_session)
    breaker: Breaker | None = None

    def call(
        self,
        method: str,
        path: str,
        *,
        auth: AuthBase,
        ids: Mapping[str, str | int] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        write: bool = True,
        max_bytes: int = MAX_JSON_BYTES,
    ) -> Answer:
        """Send one request and return its answer: JSON, or 204. `path` is a template: `/v2/orders/{id}`.

        `write=False` for a request that changes nothing: its outcome is never unknown.
        """
        filled = path.format(**{name: quote(str(value), safe="") for name, value in (ids or {}).items()})
        request = requests.Request(
            method,
            self.base_url.rstrip("/") + filled,
            params=dict(query or {}),
            headers=dict(headers or {}),
            data=body,
            auth=auth,
        )
        with self.breaker.guarding() if self.breaker else contextlib.nullcontext():
            answer = self._logged(method, path, request, write=write, max_bytes=max_bytes)
            try:
                if answer.status != HTTPStatus.NO_CONTENT:
                    answer.json()
            except Malformed as error:
                # A page of somebody between us, or half an answer: as good as none.
                log.warning(
                    "provider.misread", provider=self.provider, status=answer.status, problem=str(error)
                )
                raise NoAnswer(f"{self.provider}: {error}", outcome_unknown=write) from error
            return answer

    def fetch(self, url: str, *, label: str, max_bytes: int) -> Answer:
        """Read a file by its whole address, without our credentials. The caller has checked the address.

        Another machine may keep the files, so that the breaker has no say here.
        """
        request = requests.Request("GET", url, auth=Unsigned())
        return self._logged("GET", label, request, write=False, max_bytes=max_bytes)

    def misread(self, answer: Answer, error: Exception) -> GatewayUnavailable:
        """What to raise when a 2xx answer does not say what it should."""
        log.warning("provider.misread", provider=self.provider, status=answer.status, problem=str(error))
        return GatewayUnavailable(
            f"{self.provider} answered in an unknown form: {error}", outcome_unknown=answer.write
        )

    def _logged(
        self, method: str, label: str, request: requests.Request, *, write: bool, max_bytes: int
    ) -> Answer:
        """Send, judge and log: template and reference only, for an address or body may name people."""
        started = time.monotonic()
        seen: dict[str, object] = {"outcome": "failed"}
        try:
            answer = self._send(request, write=write, max_bytes=max_bytes)
            seen |= {"status": answer.status, "reference": _debug_id(answer)}
            if not 200 <= answer.status < 300:
                raise self._judge(answer, seen)
            seen["outcome"] = "answered"
        except GatewayError as error:
            seen["outcome"] = type(error).__name__
            seen["outcome_unknown"] = getattr(error, "outcome_unknown", False)
            raise
        finally:
            spent = round((time.monotonic() - started) * 1000)
            log.info("provider.call", provider=self.provider, method=method, path=label, ms=spent, **seen)
        return answer

    def _send(self, request: requests.Request, *, write: bool, max_bytes: int) -> Answer:
        deadline = time.monotonic() + self.total_seconds
        try:
            prepared = self.session.prepare_request(request)
            settings = self.session.merge_environment_settings(prepared.url, {}, True, None, None)
            with self.session.send(
                prepared, timeout=self.timeout, allow_redirects=False, **settings
            ) as response:
                body = self._read(response, deadline=deadline, max_bytes=max_bytes)
                return Answer(response.status_code, response.headers, body, write)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            reached = not _never_reached(error)
            raise NoAnswer(
                f"{self.provider} cannot be reached: {type(error).__name__}",
                outcome_unknown=write and reached,
            ) from error
        except Malformed as error:
            raise NoAnswer(f"{self.provider}: {error}", outcome_unknown=write) from error

    def _read(self, response: requests.Response, *, deadline: float, max_bytes: int) -> bytes:
        """Read the body as it comes, within `max_bytes` (after decompression) and the deadline."""
        pieces: list[bytes] = []
        size = 0
        while piece := response.raw.read1(_PIECE, decode_content=True):
            size += len(piece)
            if size > max_bytes:
                raise Malformed(f"the answer is longer than {max_bytes} bytes")
            if time.monotonic() > deadline:
                raise Malformed("the answer takes too long")
            pieces.append(piece)
        return b"".join(pieces)

    def _judge(self, answer: Answer, seen: dict[str, object]) -> GatewayError:
        """The error that a status outside 2xx stands for."""
        wait = retry_after(answer)
        try:
            problem = self.read_problem(answer)
        except Malformed:
            problem = None
        code = problem.code if problem else ""
        reference = (problem.reference if problem else None) or _debug_id(answer)
        seen |= {"code": code, "reference": reference}
        text = f"{self.provider} answered {answer.status} {code}".rstrip()
        if answer.status == 401:
            return Unauthorized(text, retry_after=wait)
        if (later := self.later.get(code)) is not None:
            waits = [each for each in (wait, later.after) if each is not None]  # the longer one holds
            kind = NoAnswer if answer.status >= 500 else Busy
            return kind(
                text,
                retry_after=max(waits, default=None),
                outcome_unknown=answer.write and later.unknown,
            )
        if answer.status in _NOT_NOW:
            return Busy(text, retry_after=wait)
        if answer.status < 400:
            return GatewayUnavailable(text, retry_after=wait)
        if answer.status >= 500 or problem is None:
            return NoAnswer(text, retry_after=wait, outcome_unknown=answer.write)
        return GatewayRejected(problem.code, problem.message, reference=reference, status=answer.status)


def retry_after(answer: Answer) -> timedelta | None:
    """How long the provider asks us to wait, at most LONGEST_WAIT: as seconds, a date, or a rate's reset."""
    names = ("Retry-After", "Ratelimit-Reset") if answer.status == 429 else ("Retry-After",)
    for name in names:
        wait = _wait(answer.headers.get(name, "").strip())
        if wait is not None:
            return min(max(wait, timedelta()), LONGEST_WAIT)
    return None


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of `url`, the port spelled out. Raises ValueError for a port that is none."""
    parts = urlsplit(url)
    ports = {"http": 80, "https": 443}
    return parts.scheme, parts.hostname or "", parts.port or ports.get(parts.scheme)


def _wait(value: str) -> timedelta | None:
    if value.isascii() and value.isdigit() and len(value) < 10:
        return timedelta(seconds=int(value))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware: datetime = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware - clock.real_now()


def _debug_id(answer: Answer) -> str | None:
    """The number under which the provider logged the call, where it says so in a header."""
    return answer.headers.get("Paypal-Debug-Id") or answer.headers.get("X-Request-Id")


def _never_reached(error: BaseException) -> bool:
    """True where the connection was never made, so that nothing can have happened at the other end."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError)


class _NoCookies(DefaultCookiePolicy):
    """Takes and sends no cookie."""

    def __init__(self) -> None:
        super().__init__(allowed_domains=[])
