"""What passes by itself, as the simulator does it, and what the queue says of it until then."""

from __future__ import annotations

from typing import Any, NamedTuple

from exodrive.kernel.errors import GatewayUnavailable
from exodrive.providers import breaker, http


class Passing(NamedTuple):
    """A trouble that passes. `times` it strikes, since PayPal's client asks for a new token by itself.

    `error` is the client's class of it, `codes` are PayPal's words; `queue` is what staff read.
    """

    kind: str
    error: type[GatewayUnavailable]
    queue: str
    figures: dict[str, Any] = {}  # noqa: RUF012  nothing writes into it
    codes: tuple[str, ...] = ()
    times: int = 1


LATER, SILENT = "PayPal asks us to come later", "PayPal does not answer"
IN_PROGRESS, BROKEN = "PREVIOUS_REQUEST_IN_PROGRESS", "INTERNAL_SERVICE_ERROR"

PASSING = [
    Passing("rate_limited", http.Busy, LATER, codes=("RATE_LIMIT_REACHED",)),
    Passing("says_no", http.Busy, LATER, {"issue": IN_PROGRESS, "answer": 409}, (IN_PROGRESS,)),
    Passing("unauthorized", http.Unauthorized, "PayPal does not take our keys", times=2),
    Passing("error", breaker.NoAnswer, SILENT, {"status": 500}, ("INTERNAL_SERVER_ERROR",)),
    Passing("error", breaker.NoAnswer, SILENT, {"status": 503}, ("SERVICE_UNAVAILABLE",)),
    Passing("says_no", breaker.NoAnswer, SILENT, {"issue": BROKEN, "answer": 500}, (BROKEN,)),
    Passing("cut_before", breaker.NoAnswer, SILENT),
]
# Here PayPal has done it: the next look finds it.
MISREAD = Passing("wrong_types", GatewayUnavailable, "PayPal cannot do it just now")
# After so many silences in a row nobody asks, so that it has no fault of its own.
PAUSED = Passing("", breaker.CircuitOpen, "PayPal is left alone until it answers a trial")
