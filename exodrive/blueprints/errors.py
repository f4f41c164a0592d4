"""What went wrong, as a page, a fragment or JSON. The one place where domain errors get an HTTP answer.

A view needs no `try`: it lets a `DomainError` pass. Only where a page has more to offer than words (other
dates for a car that was taken) does the view catch the error itself.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from exodrive.blueprints import htmx, problems
from exodrive.blueprints.error_texts import ErrorText, of_domain_error, of_status
from exodrive.kernel.errors import DomainError
from exodrive.storage.files import StoreAway

log = logging.getLogger(__name__)

# How long a restart of the database takes, rounded up.
RETRY_AFTER_SECONDS = 10
# Their callers are programs.
JSON_PATHS = ("/api/", "/webhooks/", "/healthz", "/readyz")


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(InterfaceError, database_away)
    app.register_error_handler(StoreAway, store_away)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(InternalServerError, our_fault)


def domain_error(error: DomainError) -> Response:
    return answer(error.status, error.code, of_domain_error(error), error=error)


def database_away(error: Exception) -> Response:
    """The database restarts or is overrun: nothing was half done, and trying again is right."""
    log.warning("database away: %s", type(error).__name__)
    return _come_again()


def store_away(error: StoreAway) -> Response:
    """Files can be neither kept nor shown; an operator finds in the log what the store said."""
    log.error("store away: %s", error)
    return _come_again()


def _come_again() -> Response:
    response = answer(503, "unavailable", of_status(503))
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def form_expired(error: CSRFError) -> Response:
    log.info("form refused: %s", error.description)
    return answer(
        400,
        "form_expired",
        ErrorText(
            _("This page was open for too long"),
            _("Nothing was sent. Load the page again and send the form once more."),
        ),
    )


def http_error(error: HTTPException) -> Response:
    """Everything that Flask and its extensions abort with; their headers (Allow, Retry-After) are kept."""
    if error.code is None or error.code < 400:  # a redirect, such as to the address with its final slash
        return make_response(error.get_response())
    if error.code == HTTPStatus.TOO_MANY_REQUESTS and error.response is not None:
        return make_response(error.response)  # the view has more to say, such as what was typed
    response = answer(error.code, _code(error.code), of_status(error.code))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    if error.code == 503:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return response


def our_fault(error: InternalServerError) -> Response:
    """A fault of ours. Flask has logged it with its trace."""
    return http_error(error)


def answer(status: int, code: str, text: ErrorText, *, error: DomainError | None = None) -> Response:
    """The same words in the form that the asker can use."""
    if request.path.startswith(JSON_PATHS):
        return problems.response(status, code, text, error=error)
    if htmx.wants_fragment():
        response = make_response(render_template("errors/_problem.html", text=text), status)
        response.headers["HX-Retarget"] = "#problem"
        response.headers["HX-Reswap"] = "innerHTML show:top"
    else:
        response = make_response(render_template("errors/error.html", text=text, status=status), status)
    response.vary.add("HX-Request")
    return response


def _code(status: int) -> str:
    return HTTPStatus(status).name.lower()
