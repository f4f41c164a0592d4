"""What happens to every call, in this order: who is it, how often, may they, what do they say, do it, answer.

Here is the API's edge of the transaction; a view runs inside it. A write with an Idempotency-Key writes the
key, the effect and the answer in one transaction. What the house's rules refuse is an answer too: the effect
goes back to a savepoint, the key stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from flask import Response, current_app

from exodrive.availability.occupancies import CarBusy
from exodrive.blueprints import errors
from exodrive.blueprints.api import answers
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls import callers, keeping, limits, reading, waiting
from exodrive.blueprints.api.calls.callers import RULES, Caller
from exodrive.blueprints.api.operations import Operation
from exodrive.blueprints.api.refusals import Changed, CredentialsRefused
from exodrive.kernel import clock
from exodrive.kernel.db import savepoint, transaction
from exodrive.kernel.errors import DomainError

log = structlog.get_logger(__name__)

# Refusals of one moment: trying again with the same key is right.
NOT_KEPT = (CarBusy, Changed)
Later = Callable[[], Answer | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, as its view sees it. `at` is business time."""

    caller: Caller
    at: datetime


class Undocumented(AssertionError):
    """An operation answered what its row does not list."""


def view_of(operation: Operation) -> Callable[..., Response]:
    """The Flask view of an operation."""

    def view(**path: Any) -> Response:
        return answer(operation, path)

    return view


def answer(operation: Operation, path: dict[str, Any]) -> Response:
    """Answer a call. What goes wrong leaves as an exception, for `blueprints/errors.py`."""
    caller = _caller(operation)
    callers.admit(caller, RULES[operation.access])
    given = {**path, **_given(operation)}
    call = Call(caller=caller, at=clock.now())
    if operation.write:
        made, later = _write(operation, call, given)
    else:
        with transaction():
            said = _perform(operation, call, given)
        made, later = _response(operation, said), said.later
    waited = _waited(operation, later)
    if waited is not None:
        made = waited
        _keep_anew(operation, call, made)
    return _finished(answers.conditional(made))


def _caller(operation: Operation) -> Caller:
    try:
        with transaction():
            caller = callers.of_request()
    except CredentialsRefused:
        limits.count(callers.visitor())  # who guesses is counted like any stranger
        raise
    limits.count(caller, operation)
    return caller


def _given(operation: Operation) -> dict[str, Any]:
    given: dict[str, Any] = {}
    asked = reading.query(operation.query)
    if asked is not None:
        given["query"] = asked
    if operation.body is not None:
        given["body"] = reading.body(operation.body)
    return given


def _perform(operation: Operation, call: Call, given: dict[str, Any]) -> Answer:
    """The view's answer, inside a transaction, once it is known that the booking is the caller's and, where
    they said so, as they saw it."""
    try:
        if operation.booking is not None:
            callers.check_own(call.caller, operation.booking(**given), missing=operation.missing)
        _match(operation, given)
        said = operation.view(call, **given)
    except DomainError as refusal:
        listed = (*operation.errors, operation.missing, Changed)
        _expect(operation, isinstance(refusal, listed), repr(refusal))
        raise
    _expect(operation, said.status in operation.answers, str(said.status))
    return _tagged(operation, said, given)


def _match(operation: Operation, given: dict[str, Any]) -> None:
    """Lock what If-Match speaks of, whether or not the caller sent it, and hold it against that."""
    if operation.matches is not None:
        operation.matches.lock(**given)
        reading.match(partial(operation.matches.look, **given))


def _tagged(operation: Operation, said: Answer, given: dict[str, Any]) -> Answer:
    """With the tag that the next If-Match takes: of what it speaks of, whatever else is answered."""
    seen = operation.matches
    if seen is None or said.status == 202 or isinstance(said.body, seen.shape):
        return said
    return replace(said, resource=seen.look(**given))


def _expect(operation: Operation, listed: bool, what: str) -> None:
    """What the document does not say is a fault: loud in tests, a line in the log of a running house."""
    if not listed:
        log.error("undocumented answer", operation=operation.name, answer=what)
        if current_app.testing:
            raise Undocumented(f"{operation.name}: {what}")


def _write(operation: Operation, call: Call, given: dict[str, Any]) -> tuple[Response, Later]:
    key = reading.key(operation)
    with operation.turn(**given), transaction():
        if key is None:
            said = _perform(operation, call, given)
            return _response(operation, said), said.later
        again = keeping.claim(call.caller.mark, key, given.get("body"))
        if again is not None:
            return again, None
        try:
            with savepoint():
                said = _perform(operation, call, given)
                made, later = _response(operation, said), said.later
        except NOT_KEPT:
            raise
        except DomainError as refusal:
            made, later = errors.domain_error(refusal), None
        keeping.keep(call.caller.mark, key, made)
    return made, later


def _waited(operation: Operation, later: Later) -> Response | None:
    seconds = reading.wait() if operation.waits else None
    if later is None or not seconds:
        return None
    found = waiting.wait(later, seconds=seconds)
    if found is None:
        return None
    made = _response(operation, found)
    made.headers["Preference-Applied"] = f"wait={seconds}"
    return made


def _keep_anew(operation: Operation, call: Call, made: Response) -> None:
    """Whoever asks again gets the outcome that was waited for, not that it was awaited."""
    key = reading.key(operation) if operation.write else None
    if key is not None:
        with transaction():
            keeping.keep(call.caller.mark, key, made)


def _response(operation: Operation, said: Answer) -> Response:
    return answers.response(said, tagged=operation.tagged)


def _finished(made: Response) -> Response:
    made.headers.setdefault("Cache-Control", "no-store")
    made.vary.add("Authorization")
    return made
