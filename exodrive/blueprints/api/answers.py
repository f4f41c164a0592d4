"""What a view gives back, and how it goes out: as JSON with its tag, or as a file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Response, current_app, request, url_for

from exodrive.blueprints.api.shapes import Shape
from exodrive.config import Settings

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class File:
    """Something that is not JSON."""

    content: bytes
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer. `later` looks whether the awaited outcome is known: None as long as it is not."""

    body: Shape | File
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    later: Callable[[], Answer | None] | None = None
    resource: Shape | None = None  # what the tag is of, where the answer has more than it


def accepted(body: Shape, *, status_at: str, later: Callable[[], Answer | None] | None = None) -> Answer:
    """202: it is wanted and will be done; `status_at` is where to look how it went."""
    return Answer(body, 202, {"Location": status_at}, later)


def address(operation: str, **parameters: object) -> str:
    """The address of an operation, as a path."""
    return url_for(f"api.{operation}", **parameters)  # type: ignore[arg-type]  # any value goes into an address


def public_address(endpoint: str, **parameters: object) -> str:
    """The whole address of a page, as the house names itself, whatever the caller called it."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.public_url + url_for(endpoint, **parameters)  # type: ignore[arg-type]  # as above


def response(answer: Answer, *, tagged: bool) -> Response:
    """An answer as HTTP. What can be read again carries a tag of its content."""
    if isinstance(answer.body, File):
        made = Response(answer.body.content, answer.status, content_type=answer.body.media_type)
        made.headers.set("Content-Disposition", "attachment", filename=answer.body.name)
    else:
        made = Response(json(answer.body), answer.status, content_type=JSON)
        if tagged and answer.status in (200, 201):
            made.set_etag(tag(answer.resource or answer.body))
    made.headers.update(answer.headers)
    return made


def conditional(made: Response) -> Response:
    """304 where the caller has this very answer already."""
    if request.method in ("GET", "HEAD") and made.status_code == 200 and made.get_etag()[0]:
        made.headers["Cache-Control"] = "private, no-cache"
        made.make_conditional(request)
    return made


def tag(body: Shape) -> str:
    """Another text for another content."""
    return hashlib.sha256(json(body)).hexdigest()[:24]


def json(body: Shape) -> bytes:
    return body.model_dump_json(by_alias=True).encode()
