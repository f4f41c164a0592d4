"""Who may call DocuSeal's API, how it refuses, and how its lists are cut into pages."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.store import Record
from exodrive.simulators.world import world

PAGE = 10
LARGEST_PAGE = 100


class Refused(Exception):
    """DocuSeal says no, in one sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def invalid(message: str) -> Refused:
    return Refused(422, message)


def attach(api: Blueprint) -> None:
    api.register_error_handler(Refused, _answer)


def _answer(refused: Refused) -> ResponseReturnValue:
    return {"error": refused.message}, refused.status


def require_key() -> None:
    given = request.headers.get("X-Auth-Token", "")
    if not hmac.compare_digest(given.encode(), world().settings.docuseal_api_key.encode()):
        raise Refused(401, "Not authenticated")


def json_body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise invalid("JSON parse error: an object is expected")
    return body


def page(found: list[Record]) -> tuple[list[Record], dict[str, int | None]]:
    """The asked-for page, newest first, and its `pagination`; `after` and `before` are ids."""
    size = min(max(request.args.get("limit", PAGE, type=int), 1), LARGEST_PAGE)
    after, before = request.args.get("after", type=int), request.args.get("before", type=int)
    shown = [
        one
        for one in sorted(found, key=lambda one: -int(one["id"]))
        if (after is None or one["id"] < after) and (before is None or one["id"] > before)
    ][:size]
    ends = (shown[-1]["id"], shown[0]["id"]) if shown else (None, None)
    return shown, {"count": len(shown), "next": ends[0], "prev": ends[1]}


def switch(name: str) -> bool:
    """A query parameter that is on."""
    return request.args.get(name, "").lower() in ("true", "1")
