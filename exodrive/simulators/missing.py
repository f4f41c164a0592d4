"""What an address that is not there answers: each API in its provider's words, people on a page."""

from __future__ import annotations

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from exodrive.simulators.paypal import errors


def attach(app: Flask) -> None:
    app.register_error_handler(NotFound, _answer)


def _answer(_: NotFound) -> ResponseReturnValue:
    if request.path.startswith("/paypal/v"):
        return errors.body(errors.Refused(404)), 404
    if request.path.startswith("/docuseal/api/"):
        return {"error": "Not found"}, 404
    if request.path.startswith(("/resend/emails", "/resend/domains", "/resend/webhooks")):
        message = "The requested endpoint does not exist"
        return {"statusCode": 404, "name": "not_found", "message": message}, 404
    return render_template("missing.html"), 404
