"""Addresses that are not for people: what robots may read, the map of the site, what home screens show."""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from exodrive.blueprints import static_files
from exodrive.blueprints.appearance import GROUND
from exodrive.blueprints.window import sitemap
from exodrive.blueprints.window.heads import whole
from exodrive.fleet import link_pictures
from exodrive.house import queries as house
from exodrive.kernel.db import transaction
from exodrive.storage import files

window = Blueprint("window", __name__)

# What holds somebody's secret, or is for the staff, for programs, or for one visitor alone.
CLOSED = ("/b/", "/desk", "/api/", "/my-booking", "/files/", "/webhooks/")
A_DAY = 24 * 3600
XML = "application/xml"


@window.get("/robots.txt")
def robots() -> Response:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), f"Sitemap: {whole('/sitemap.xml')}"]
    return _for_a_day(Response("\n".join(lines) + "\n", mimetype="text/plain"))


@window.get("/sitemap.xml")
def site_map() -> ResponseReturnValue:
    """The map, or where it is too large for one file the list of its sheets."""
    with transaction():
        sheets = sitemap.sheets()
    if len(sheets) == 1:
        return _xml(render_template("window/sitemap.xml", places=sheets[0]))
    addresses = [whole(url_for("window.sheet", number=number)) for number in range(1, len(sheets) + 1)]
    return _xml(render_template("window/sitemaps.xml", addresses=addresses))


@window.get("/sitemap-<int:number>.xml")
def sheet(number: int) -> ResponseReturnValue:
    """One sheet, counted from 1. Answers 404 for one that is not there."""
    with transaction():
        sheets = sitemap.sheets()
    if not 1 <= number <= len(sheets):
        abort(404)
    return _xml(render_template("window/sitemap.xml", places=sheets[number - 1]))


@window.get("/site.webmanifest")
def manifest() -> Response:
    """What a phone shows of the house on its home screen: https://www.w3.org/TR/appmanifest/"""
    with transaction():
        name = house.house().name
    marks = [
        {
            "src": static_files.static_url(f"vendor/mark-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
        }
        for size in (192, 512)
    ]
    response = Response(
        json.dumps(
            {
                "name": name,
                "short_name": name,
                "start_url": "/",
                "scope": "/",
                "display": "minimal-ui",
                "background_color": GROUND["dark"],
                "theme_color": GROUND["dark"],
                "icons": [
                    *marks,
                    {"src": static_files.static_url("mark.svg"), "sizes": "any", "type": "image/svg+xml"},
                ],
            }
        ),
        mimetype="application/manifest+json",
    )
    return _for_a_day(response)


@window.get("/shared/<name>")
def shared(name: str) -> Response:
    """The picture of a link to a car; kept for good, since its name is made from it."""
    with transaction():
        found = link_pictures.find(name)
        if found is None:
            abort(404)
        file, content = files.read(found.file_id)
    response = Response(content, content_type=file.media_type)
    response.cache_control.public = True
    response.cache_control.max_age = static_files.A_YEAR
    response.cache_control.immutable = True
    # Those who make previews fetch it from elsewhere, and show it there.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@window.get("/favicon.ico")
def icon() -> Response:
    """For whoever asks without reading a page first."""
    return static_files.serve("vendor/favicon.ico")


def _xml(text: str) -> Response:
    return _for_a_day(Response(text, mimetype=XML))


def _for_a_day(response: Response) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = A_DAY
    return response
