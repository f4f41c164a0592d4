"""The drawn cars, each in any paint: `/drawings/gt-coupe.svg?paint=6a1522`."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, abort, request, url_for

from exodrive.blueprints.static_files import Asset, send

drawings = Blueprint("drawings", __name__)

FOLDER = Path(__file__).parent.parent / "static" / "cars"
# As an image the body takes its colour from this attribute of the root element.
_ROOT_COLOUR = re.compile(r'(<svg\b[^>]*\bcolor=")[^"]*(")')
_PAINT = re.compile(r"[0-9a-f]{6}")


class Drawing(NamedTuple):
    svg: str
    version: str


def drawing_url(body: str, paint: str) -> str:
    """The address of a car's drawing; `paint` is six hex digits, with or without `#`."""
    return url_for("drawings.car", body=body, paint=paint.lstrip("#").lower(), v=_drawings()[body].version)


def bodies() -> tuple[str, ...]:
    """The names of the drawn bodies."""
    return tuple(_drawings())


@drawings.get("/drawings/<body>.svg")
def car(body: str) -> Response:
    """Answers 404 for a body that nobody drew and 400 for what is no paint."""
    if body not in _drawings():
        abort(404)
    paint = request.args.get("paint", "")
    if paint and not _PAINT.fullmatch(paint):
        abort(400)
    return send(_painted(body, paint))


@lru_cache(maxsize=256)  # more paints than a fleet has; strangers may ask for any
def _painted(body: str, paint: str) -> Asset:
    drawing = _drawings()[body]
    svg = _ROOT_COLOUR.sub(rf"\g<1>#{paint}\g<2>", drawing.svg, count=1) if paint else drawing.svg
    return Asset(svg.encode(), gzip.compress(svg.encode(), mtime=0), drawing.version, "image/svg+xml")


@cache
def _drawings() -> dict[str, Drawing]:
    texts = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.svg"))}
    return {
        name: Drawing(text, hashlib.sha256(text.encode()).hexdigest()[:12]) for name, text in texts.items()
    }
