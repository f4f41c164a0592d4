"""What each provider says when it is not well: its own error documents, and a proxy's page before it."""

from __future__ import annotations

import json
import secrets
from typing import Any, Final

from flask import Response

# https://developer.paypal.com/api/rest/responses/ and .../rate-limiting/
_PAYPAL: Final = {
    400: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
    403: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    409: ("RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.",
    ),
    401: (
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to missing authorization header, or invalid authentication credentials.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error has occurred."),
}
_PAYPAL_UNAVAILABLE: Final = ("SERVICE_UNAVAILABLE", "Service Unavailable.")

_DOCUSEAL: Final = {401: "Not authenticated", 429: "Too many requests", 500: "Internal server error"}

# https://resend.com/docs/api-reference/errors
_RESEND: Final = {
    401: ("restricted_api_key", "This API key is restricted to only send emails."),
    429: ("rate_limit_exceeded", "Too many requests. You can only make 10 requests per second."),
}
_RESEND_ERROR: Final = ("application_error", "An unexpected error occurred.")

_REASONS: Final = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}


def own(provider: str, status: int, *, retry_after: int | None = None) -> Response:
    """The provider's own error document of that status, with its headers."""
    made = _ANSWERS[provider](status)
    return _asking_to_wait(made, retry_after)


def oauth(operation: str) -> Response:
    """401 as OAuth says it: to a token that is not known any more, or to the client itself."""
    word, text = (
        ("invalid_client", "Client Authentication failed")
        if operation == "token"
        else ("invalid_token", "Token signature verification failed")
    )
    return _json(401, {"error": word, "error_description": text})


def says_no(issue: str, answer: int) -> Response:
    """PayPal's refusal of one request, which a client tells from others by `details[].issue`."""
    return _paypal(answer, details=[{"issue": issue, "description": issue.replace("_", " ").capitalize()}])


def proxy_page(status: int, *, retry_after: int | None = None) -> Response:
    """What a proxy shows when the provider behind it does not answer."""
    reason = f"{status} {_REASONS[status]}"
    page = (
        f"<html>\r\n<head><title>{reason}</title></head>\r\n<body>\r\n<center><h1>{reason}</h1></center>\r\n"
        "<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n"
    )
    return _asking_to_wait(Response(page, status, mimetype="text/html"), retry_after)


def _paypal(status: int, **more: Any) -> Response:
    name, message = _PAYPAL.get(status, _PAYPAL_UNAVAILABLE)
    debug_id = secrets.token_hex(7)[:13]
    made = _json(status, {"name": name, "message": message, "debug_id": debug_id, **more})
    made.headers["Paypal-Debug-Id"] = debug_id
    return made


def _docuseal(status: int) -> Response:
    return _json(status, {"error": _DOCUSEAL.get(status, "Service unavailable")})


def _resend(status: int) -> Response:
    name, message = _RESEND.get(status, _RESEND_ERROR)
    made = _json(status, {"statusCode": status, "name": name, "message": message})
    if status == 429:
        made.headers.update({"ratelimit-limit": "10", "ratelimit-remaining": "0", "ratelimit-reset": "1"})
    return made


_ANSWERS: Final = {"paypal": _paypal, "docuseal": _docuseal, "resend": _resend}


def _json(status: int, document: dict[str, Any]) -> Response:
    return Response(json.dumps(document), status, mimetype="application/json")


def _asking_to_wait(made: Response, retry_after: int | None) -> Response:
    if retry_after is not None:
        made.headers["Retry-After"] = str(retry_after)
    return made
