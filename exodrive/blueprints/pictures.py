"""The photos of cars on pages: found for all cars of a page at once, told to browsers in every size.

Macros ask for one car at a time. The first to ask brings the covers of every car that the request has loaded,
so that a list of cars costs one query, whoever wrote the list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, request, url_for

from exodrive.blueprints.static_files import A_YEAR
from exodrive.fleet import photo_queries
from exodrive.fleet.models import Car
from exodrive.fleet.photo_models import CarPhoto, PhotoRendition
from exodrive.kernel.db import db, session, transaction
from exodrive.storage import files, renditions

pictures = Blueprint("pictures", __name__)

Found = TypeVar("Found")

NAME = re.compile(r"[0-9a-f]{32}\.(avif|webp|jpg)")
# A picture runs nothing and is no page.
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
NEWEST_FIRST = ("avif", "webp")


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo in one crop as `<picture>` has it. `sources` are media type and `srcset`; sizes in pixels."""

    sources: tuple[tuple[str, str], ...]
    src: str
    width: int
    height: int
    blur: str


def init_app(app: Flask) -> None:
    app.register_blueprint(pictures)
    app.jinja_env.globals.update(cover_of=cover_of, photos_of=photos_of, shot_of=shot_of)


@pictures.get("/photos/<name>")
def show(name: str) -> Response:
    """A rendition by its name; anything else that is kept has no name here. Kept by browsers for good."""
    if not NAME.fullmatch(name):
        abort(404)
    with transaction():
        found = photo_queries.published(name)
        if found is None:
            abort(404)
        rendition, file = found
        known = rendition.name in request.if_none_match
        content = b"" if known else files.read(file.id)[1]
    response = Response(content, content_type=file.media_type)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response.set_etag(rendition.name)
    if known:
        response.status_code = 304
    return response


def of_request(name: str, empty: Found) -> Found:
    """What this very request has found so far; it forgets with its answer."""
    found: Found = request.environ.setdefault(f"exodrive.{name}", empty)
    return found


def cars_of_page() -> list[Car]:
    """The cars that this request has loaded so far."""
    if not db.session.registry.has():
        return []
    return [each for each in session().identity_map.values() if isinstance(each, Car)]


def cover_of(car: Any) -> CarPhoto | None:
    """A car's cover; None where it has no photo, or is drawn from words alone."""
    if not isinstance(car, Car):
        return None
    known: dict[UUID, CarPhoto | None] = of_request("covers", {})
    if car.id not in known:
        ids = {car.id, *(each.id for each in cars_of_page())} - known.keys()
        found = photo_queries.covers(ids)
        known.update({car_id: found.get(car_id) for car_id in ids})
    return known[car.id]


def photos_of(car: Any) -> list[CarPhoto]:
    """All photos of a car to show, in the house's order."""
    if not isinstance(car, Car) or cover_of(car) is None:
        return []
    known: dict[UUID, list[CarPhoto]] = of_request("albums", {})
    if car.id not in known:
        known[car.id] = photo_queries.shown(car.id)
    return known[car.id]


def shot_of(photo: CarPhoto, crop: str) -> Shot:
    """A photo in a crop: card (16:10), wide (11:5) or whole."""
    made = [rendition for rendition in photo.renditions if rendition.crop == crop]
    fallback = next(each for each in made if each.format == "jpeg")
    return Shot(
        sources=tuple((renditions.MEDIA_TYPES[name], _srcset(made, name)) for name in NEWEST_FIRST),
        src=address(fallback),
        width=fallback.width,
        height=fallback.height,
        blur=f"data:image/webp;base64,{photo.blurs[crop]}",
    )


def address(rendition: PhotoRendition, *, external: bool = False) -> str:
    """Where everybody may read a rendition."""
    return url_for("pictures.show", name=rendition.name, _external=external)


def _srcset(made: list[PhotoRendition], name: str) -> str:
    return ", ".join(f"{address(each)} {each.width}w" for each in made if each.format == name)
