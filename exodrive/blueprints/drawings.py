"""The drawn cars, each in any paint, `/drawings/gt-coupe.svg?paint=6a1522`; and the light that it throws.

The light is a rule for each paint, since the content policy allows no style attributes. A page asks for the
rules of all its cars at once, `/drawings/light.css?paints=0f4c4a,6a1522`: the address says all that is in the
answer, so that browsers keep it for good, and no table of paints has to be asked.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, request, url_for
from markupsafe import Markup

from exodrive.blueprints import pictures
from exodrive.blueprints.static_files import Asset, send

drawings = Blueprint("drawings", __name__)

FOLDER = Path(__file__).parent.parent / "static" / "cars"
MOST_PAINTS = 200  # in one address; a page shows far fewer cars
# As an image the body takes its colour from this attribute of the root element.
_ROOT_COLOUR = re.compile(r'(<svg\b[^>]*\bcolor=")[^"]*(")')
# One element drawn with a line, and how wide that is; in a small picture a finer one is half a pixel.
_LINE = re.compile(r'<(?:path|circle|ellipse)\b[^>]*?stroke-width="(?P<width>[\d.]+)"[^>]*/>')
FINEST_SMALL = 1.7
_PAINT = re.compile(r"[0-9a-f]{6}")
_SIZE = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?cqi")  # a share of the stage's width


class Drawing(NamedTuple):
    svg: str
    version: str


def drawing_url(body: str, paint: str, *, small: bool = False) -> str:
    """The address of a car's drawing; `paint` is six hex digits, with or without `#`.

    A `small` one goes without the lines that nobody sees at a third of its size.
    """
    return url_for(
        "drawings.car",
        body=body,
        paint=paint.lstrip("#").lower(),
        small=1 if small else None,
        v=_drawings()[body].version,
    )


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
    return send(_painted(body, paint, small="small" in request.args))


def paint_of(car: Any) -> str:
    """A car's paint as addresses and rules have it: six small hex digits."""
    return str(car.paint).lstrip("#").lower()


def light_link(car: Any, size: str | None = None) -> Markup:
    """The stylesheet with the light of a car, once for a page: all cars that the page has loaded are in it.

    `size` is that of a name behind the car. Empty where the page has the rules already.
    """
    lit: set[str] = pictures.of_request("lit", set())
    paints = {paint_of(each) for each in (car, *pictures.cars_of_page())}
    missing = sorted((paints if paint_of(car) not in lit else set()) - lit)
    if size in lit:
        size = None
    if not missing and not size:
        return Markup("")
    lit.update(missing, [size] if size else [])
    words = ",".join(missing)
    address = url_for("drawings.light_rule", paints=words or None, size=size, v=_lit(missing, size).version)
    return Markup('<link rel="stylesheet" href="{}">').format(address)


@drawings.get("/drawings/light.css")
def light_rule() -> Response:
    """One rule for each paint, and one for a size. Answers 400 for what is none of them, or too many."""
    paints = [paint for paint in request.args.get("paints", "").split(",") if paint]
    size = request.args.get("size", "")
    if len(paints) > MOST_PAINTS or not all(map(_PAINT.fullmatch, paints)):
        abort(400)
    if size and not _SIZE.fullmatch(size):
        abort(400)
    return send(_lit(paints, size or None))


def _lit(paints: Iterable[str], size: str | None) -> Asset:
    rules = [f'.stage[data-light="{paint}"]{{--paint:#{paint}}}\n' for paint in paints]
    if size:
        rules.append(f'.stage[data-size="{size}"]{{--name-size:{size}}}\n')
    text = "".join(rules).encode()
    return Asset(text, gzip.compress(text, mtime=0), hashlib.sha256(text).hexdigest()[:12], "text/css")


@lru_cache(maxsize=256)  # more paints than a fleet has; strangers may ask for any
def _painted(body: str, paint: str, *, small: bool) -> Asset:
    drawing = _drawings()[body]
    svg = _ROOT_COLOUR.sub(rf"\g<1>#{paint}\g<2>", drawing.svg, count=1) if paint else drawing.svg
    if small:
        svg = _LINE.sub(lambda line: "" if float(line["width"]) < FINEST_SMALL else line[0], svg)
    return Asset(svg.encode(), gzip.compress(svg.encode(), mtime=0), drawing.version, "image/svg+xml")


@cache
def _drawings() -> dict[str, Drawing]:
    texts = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.svg"))}
    return {
        name: Drawing(text, hashlib.sha256(text.encode()).hexdigest()[:12]) for name, text in texts.items()
    }
