"""PayPal's refusals: an HTTP status, a name, and `details[].issue`, which is what a client branches on."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

NAMES = {
    400: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
    401: (
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to missing authorization header, or invalid authentication credentials.",
    ),
    403: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    409: ("RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."),
    415: (
        "UNSUPPORTED_MEDIA_TYPE",
        "The server does not support the request payload's media type.",
    ),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.",
    ),
}

AREAS = {"/checkout/orders": "orders", "/v2/invoicing/": "invoicing"}  # of PayPal's pages about its errors

# Issue -> description, `everywhere` or as one endpoint words it: part of PayPal's published schemas, but for
# REAUTHORIZATION_TOO_SOON, which independent projects met in the real sandbox.
ISSUES: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "issues.json").read_text("utf-8"))


class Refused(Exception):
    """PayPal says no. `field` is a JSON pointer into the body, or the name of a header or path parameter.

    A `description` is given only where PayPal's words depend on the field.
    """

    def __init__(self, status: int, issue: str = "", **detail: str) -> None:
        super().__init__(f"{status} {issue}")
        self.status = status
        self.issue = issue
        self.detail = detail
        self.links: list[dict[str, str]] = []


def unprocessable(issue: str, field: str = "", value: str = "") -> Refused:
    """422: well-formed, and yet it cannot be done."""
    detail = {"field": field, "value": value, "location": "body"} if field else {}
    return Refused(422, issue, **{name: text for name, text in detail.items() if text})


def invalid(issue: str, field: str, value: str = "") -> Refused:
    """400: not well-formed."""
    return Refused(400, issue, field=field, location="body", **({"value": value} if value else {}))


def not_found(parameter: str) -> Refused:
    return Refused(404, "INVALID_RESOURCE_ID", field=parameter, location="path")


def attach(api: Blueprint) -> None:
    api.register_error_handler(Refused, _answer)


def _answer(refused: Refused) -> ResponseReturnValue:
    return body(refused), refused.status


def body(refused: Refused) -> Response:
    """PayPal's error document."""
    name, message = NAMES[refused.status]
    answer: dict[str, Any] = {"name": name, "message": message, "debug_id": secrets.token_hex(7)[:13]}
    if refused.issue:
        answer["details"] = [
            {"issue": refused.issue, "description": _description(refused.issue), **refused.detail}
        ]
    area = next((name for part, name in AREAS.items() if part in request.path), "payments")
    anchor = f"#error-{refused.issue}" if refused.issue else ""
    page = {
        "href": f"https://developer.paypal.com/docs/api/{area}/v2/{anchor}",
        "rel": "information_link",
        "method": "GET",
    }
    answer["links"] = [page, *refused.links]
    return jsonify(answer)


def _description(issue: str) -> str:
    own = ISSUES.get(request.endpoint or "", {})
    return own.get(issue) or ISSUES["everywhere"][issue]
