"""What the head of an open page says of it: its one address, whether it is to be found, its picture."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from flask import Response, current_app, g, request, url_for

from exodrive.blueprints import pictures
from exodrive.blueprints.static_files import static_url
from exodrive.blueprints.wire import open_page
from exodrive.fleet import link_pictures
from exodrive.fleet.models import Car

KIND = "category"  # the one part of the fleet's address that makes a page of its own
# These may be kept in an index beside the open pages, or mean nothing to one.
FOR_ALL = ("static", "drawings", "pictures", "window")
WIDE = 1200  # pixels; what links show
SHARED = "vendor/share.jpg"  # until the house's own picture is drawn


class Picture(NamedTuple):
    """What a link to a page shows; `address` is whole, sizes in pixels."""

    address: str
    width: int
    height: int


class Seen(NamedTuple):
    """How a page is seen from outside. `canonical` is empty where it is not to be found."""

    address: str
    canonical: str
    picture: Picture


def whole(path: str) -> str:
    """An address as the world knows it, whatever name this process was asked by."""
    return f"{current_app.config['SETTINGS'].public_url}{path}"


def seen(car: Any = None) -> Seen:
    """How the page of this request is seen; `car` is the one that it is about."""
    address = whole(_own_path())
    return Seen(address, "" if _is_a_question() else address, picture(car))


def picture(car: Any = None) -> Picture:
    """A car's cover, or the house's own picture."""
    cover = pictures.cover_of(car) if isinstance(car, Car) else None
    if cover is not None:
        made = [each for each in cover.renditions if each.crop == "wide" and each.format == "jpeg"]
        if made:
            best = min(made, key=lambda each: (abs(each.width - WIDE), each.width))
            return Picture(whole(pictures.address(best)), best.width, best.height)
    drawn = _drawn(car) if isinstance(car, Car) else None
    return Picture(drawn or whole(static_url(SHARED)), WIDE, 630)


def _drawn(car: Car) -> str | None:
    """Where the car's own drawn picture is, once there is one. Asked for twice on its page, read once."""
    known: dict[UUID, str | None] = g.setdefault("link_pictures", {})
    if car.id not in known:
        known[car.id] = link_pictures.newest(car.id)
    name = known[car.id]
    return whole(url_for("window.shared", name=name)) if name else None


def keep_out(response: Response) -> Response:
    """Ask robots to leave alone what is not in the window."""
    if request.blueprint not in FOR_ALL and request.endpoint != "static" and not open_page():
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    elif open_page() and _is_a_question():
        response.headers.setdefault("X-Robots-Tag", "noindex")
    return response


def _own_path() -> str:
    kind = request.args.get(KIND, "") if request.endpoint == "catalog.fleet" else ""
    if kind:
        return url_for("catalog.fleet", category=kind)
    return request.path


def _is_a_question() -> bool:
    """Whether this is a view that somebody put together: by dates, filters, order, or a page further on."""
    return request.endpoint == "catalog.fleet" and not set(request.args) <= {KIND}
