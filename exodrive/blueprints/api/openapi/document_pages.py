"""The document, served: for programs as JSON, for people as a page."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from flask import Response, current_app, make_response, render_template, request
from flask_babel import force_locale

from exodrive.blueprints import wire
from exodrive.blueprints.api.openapi import docs, document
from exodrive.config import Settings
from exodrive.house import queries as houses
from exodrive.kernel.db import transaction

CACHED = "public, max-age=300"


def openapi() -> Response:
    """The OpenAPI document of this house."""
    made = Response(_written(*_whose()), content_type="application/json")
    made.add_etag(weak=True)  # the same text, however it is coded
    made.vary.add("Accept-Encoding")
    made.headers["Cache-Control"] = CACHED
    made.make_conditional(request)
    if made.status_code == 200:
        wire.compress(made)  # a megabyte of words that are public
    return made


def page() -> Response:
    """The same in words. Every problem's `type` leads here, to its code."""
    return make_response(render_template("api/docs.html", docs=docs.read(_whole(*_whose()))))


def _whose() -> tuple[str, str]:
    settings: Settings = current_app.config["SETTINGS"]
    with transaction():
        return settings.public_url, houses.house().name


@cache  # the table does not change while a process lives
def _whole(server: str, house: str) -> dict[str, Any]:
    with force_locale("en"):  # one document for all, whoever asks first
        return document.make(server=server, house=house)


@cache
def _written(server: str, house: str) -> bytes:
    return json.dumps(_whole(server, house), ensure_ascii=False).encode()
