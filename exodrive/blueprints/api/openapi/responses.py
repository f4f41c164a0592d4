"""How an operation answers: what is good, and every code of what is not."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from exodrive.blueprints import error_texts, problems
from exodrive.blueprints.api import refusals
from exodrive.blueprints.api.answers import JSON
from exodrive.blueprints.api.calls.callers import RULES
from exodrive.blueprints.api.openapi import schemas
from exodrive.blueprints.api.openapi.problem_shapes import Problem
from exodrive.blueprints.api.operations import Operation, Says
from exodrive.kernel.errors import DomainError

PROBLEM = problems.MEDIA_TYPE
ON_EVERY = ("X-Request-Id",)
ON_COUNTED = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
# What the web itself may answer to any call, by status, with its code.
KEPT = (403, 404, 409, 422)  # what the house refuses is kept with its key, like what it does
EVERYWHERE: dict[int, str] = {
    429: "too_many_requests",
    500: "internal_server_error",
    503: "unavailable",
}


def of(row: Operation) -> dict[str, Any]:
    """All of them, by status."""
    return {
        **{str(status): _good(row, status, says) for status, says in row.answers.items()},
        **_conditional(row),
        **{str(status): _bad(row, status, codes) for status, codes in sorted(problem_codes(row).items())},
    }


def _good(row: Operation, status: int, says: Says) -> dict[str, Any]:
    names = [*ON_EVERY, *ON_COUNTED]
    if row.tagged and says.shape is not None and status in (200, 201):
        names.append("ETag")
    if status in (201, 202):
        names.append("Location")
    if row.write:
        names.append("Idempotent-Replayed")
    if row.waits:
        names.append("Preference-Applied")
    content = {JSON: {"schema": schemas.ref(says.shape)}} if says.shape else {says.media_type: {"schema": {}}}
    return {"description": says.words, "headers": _headers(names), "content": content}


def _conditional(row: Operation) -> dict[str, Any]:
    if row.method != "GET" or not any(says.shape for says in row.answers.values()):
        return {}
    return {"304": {"description": "You have it already.", "headers": _headers([*ON_EVERY, "ETag"])}}


def problem_codes(row: Operation) -> dict[int, list[str]]:
    """Every code that an operation may answer, by status."""
    errors: list[type[DomainError]] = [refusals.RequestInvalid, refusals.CredentialsRefused, *row.errors]
    rule = RULES[row.access]
    if not rule.anybody:
        errors.append(refusals.CredentialsMissing)
    if not rule.anybody or rule.scope is not None:
        errors.append(refusals.OutOfScope)
    if row.booking is not None:
        errors.append(row.missing)
    if row.write:
        errors += [refusals.KeyUnreadable, refusals.KeyReused, refusals.AnswerLost]
    if row.key_required:
        errors.append(refusals.KeyMissing)
    if row.matches:
        errors.append(refusals.Changed)
    codes = {status: [code] for status, code in EVERYWHERE.items()}
    if row.parameters:
        codes[404] = ["not_found"]
    if row.body is not None:
        codes |= {413: ["request_entity_too_large"], 415: ["unsupported_media_type"]}
    codes[400] = ["bad_request"]
    for error in errors:
        listed = codes.setdefault(error.status, [])
        if error.code not in listed:
            listed.append(error.code)
    return codes


def _bad(row: Operation, status: int, codes: list[str]) -> dict[str, Any]:
    names = [*ON_EVERY]
    if row.write and status in KEPT:
        names.append("Idempotent-Replayed")
    if status == 401:
        names.append("WWW-Authenticate")
    if status in (429, 503):
        names.append("Retry-After")
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in codes)}",
        "headers": _headers(names),
        "content": {
            PROBLEM: {
                "schema": {
                    "allOf": [schemas.ref(Problem), {"properties": {"code": {"enum": codes}}}],
                },
                "examples": {code: {"value": _example(status, code)} for code in codes},
            }
        },
    }


def _example(status: int, code: str) -> dict[str, Any]:
    text = error_texts.of_code(code, status)
    return {
        "type": problems.TYPES + code,
        "title": str(text.title),
        "status": status,
        "detail": str(text.advice),
        "code": code,
        "instance": "urn:exodrive:request:019ab3f27c5e7d109a416f2f6f0f8a11",
    }


def _headers(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
