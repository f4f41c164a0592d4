"""A fault strikes a call: before it is done, instead of it, or in place of its answer.

It stands around the whole of a request, credentials and all, and outside of what is recorded for the checks
against the providers' specs: the record has the answer that the simulator gave, not what a fault made of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Response, request

from exodrive.simulators.faults import catalog, refusals, spoiling
from exodrive.simulators.faults.line import ENVIRON, Way
from exodrive.simulators.faults.rules import Faults
from exodrive.simulators.store import Record

_WAYS: Final = {
    "refused": Way.RESET,
    "cut_before": Way.SILENT,
    "cut_after": Way.SILENT,
    "cut_midway": Way.HALF,
    "wrong_length": Way.SHORT,
}


def around(faults: Faults, answer: Callable[[], Response], *, pause: Callable[[float], bool]) -> Response:
    """The answer to the current request, or what a rule makes of it.

    `pause` waits so many seconds, and is False where everything ends before.
    """
    place = catalog.operation_at(request.endpoint)
    if place is None:
        return answer()
    rule = faults.strike(*place, catalog.CALL_KINDS)
    if rule is None:
        return answer()
    if catalog.KINDS[rule["kind"]].effect is catalog.Effect.NONE:
        return _instead(rule, *place)
    return _after(rule, *place, answer=answer, pause=pause)


def _instead(  # noqa: PLR0911  one return for each kind
    rule: Record, provider: str, operation: str
) -> Response:
    """Nothing is done."""
    figures = rule["figures"]
    match rule["kind"]:
        case "rate_limited":
            return refusals.own(provider, 429, **figures)
        case "error":
            return refusals.own(provider, **figures)
        case "proxy_page":
            return refusals.proxy_page(**figures)
        case "unauthorized":
            return refusals.own(provider, 401)
        case "unauthorized_oauth":
            return refusals.oauth(operation)
        case "says_no":
            return refusals.says_no(**figures)
        case kind:
            return _cut(kind, Response(status=204))


def _after(
    rule: Record,
    provider: str,
    operation: str,
    *,
    answer: Callable[[], Response],
    pause: Callable[[float], bool],
) -> Response:
    """It is done, sooner or later, and something is wrong with what is said about it."""
    kind = rule["kind"]
    if kind == "slow":
        return answer() if pause(rule["figures"]["seconds"]) else _cut("cut_before", Response(status=204))
    given = answer()
    if kind == "late":
        pause(rule["figures"]["seconds"])
        return given
    if kind in _WAYS:
        return _cut(kind, given)
    return spoiling.spoiled(kind, given, provider=provider, operation=operation)


def _cut(kind: str, answer: Response) -> Response:
    request.environ[ENVIRON].way = _WAYS[kind]
    return answer
