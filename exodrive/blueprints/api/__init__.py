"""The HTTP API under /api/v1: the same use cases as the pages, for programs.

How an operation is added:

1. Its shapes: subclasses of `shapes.Shape` (what is sent) or `shapes.Asked` (the query), each field with its
   words below it, the class with an example in `json_schema_extra`.
2. Its view: `@operation("POST", "/admin/things/<uuid:thing_id>/move", tag=..., summary=..., answers={200:
   Says(Thing, "How it is now.")}, errors=(ThingGone,))` above `def move_thing(call: Call, *, thing_id: UUID,
   body: Move) -> Answer`. It runs inside a transaction, may raise what `errors` lists, and never commits;
   its docstring describes it. `call.caller.actor` acts, `call.at` is now; `matches=Seen(...)` makes it heed
   If-Match; `answers.accepted(..., later=...)` answers 202 and lets Prefer: wait look for the outcome.
3. Who may: its row `"api.move_thing": api_scope(Scope.THINGS_WRITE)` in `blueprints/access.py`.
4. The module's name in `MODULES` below; words for new error codes in `blueprints/error_texts.py`, their data
   by `problems.tell(ThingGone, lambda error: {"facts": {...}})`.

Route, document, credentials, limits, idempotency, tags and problems follow from the row.
"""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint, Flask, request

from exodrive.blueprints.api import cors, problem_data, words
from exodrive.blueprints.api.calls.dispatch import view_of
from exodrive.blueprints.api.calls.reading import LARGEST_BODY
from exodrive.blueprints.api.openapi import document_pages
from exodrive.blueprints.api.operations import BLUEPRINT, OPERATIONS
from exodrive.extensions import csrf

ADDRESS = "/api/v1"
MODULES = (
    "houses", "cars", "availability", "quotes", "bookings", "admin.bookings", "endings", "admin.endings",
    "changes", "admin.changes", "papers", "payments", "admin.quotes", "admin.moves", "admin.money",
    "admin.charges", "admin.charge_deeds", "admin.bills", "admin.bill_list", "admin.plan", "admin.asking",
    "admin.books", "admin.reconciliation", "admin.desk", "admin.letters", "admin.customers", "admin.cars",
    "admin.gifts", "admin.promotions",
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Make a route of each operation."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")
    problem_data.register()
    words.register()
    api = Blueprint(BLUEPRINT, __name__, url_prefix=ADDRESS)
    for row in OPERATIONS.values():
        api.add_url_rule(row.path, endpoint=row.name, view_func=view_of(row), methods=[row.method])
    api.add_url_rule("/openapi.json", endpoint="document", view_func=document_pages.openapi)
    api.add_url_rule("/docs", endpoint="docs", view_func=document_pages.page)
    # Before anything reads a body.
    api.url_value_preprocessor(lambda _endpoint, _values: _small_bodies())
    csrf.exempt(api)  # no cookie opens anything here
    app.register_blueprint(api)
    cors.init_app(app, address=ADDRESS)


def _small_bodies() -> None:
    request.max_content_length = LARGEST_BODY
