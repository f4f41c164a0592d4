"""Static files: parts joined into one file, addresses that carry the content's hash, compressed text.

`house.css` and its like only name their parts; the server sends them as one file, so that the parts stay
small to read and a page needs few requests. A hashed address never changes its content, hence `immutable`.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import brotli
from flask import Flask, Response, abort, current_app, request, url_for
from werkzeug.security import safe_join

A_YEAR = 365 * 24 * 3600
TEXT = {".css", ".js", ".svg"}

LONGEST_NAME = 200  # far beyond ours, and short of what a file system stumbles over
# `@import url("css/base.css") layer(base);` in a stylesheet, `import "./js/hold.js";` in a script
_CSS_PART = re.compile(r'@import url\("(?P<name>[^":]+)"\)(?: layer\((?P<layer>[\w.]+)\))?;\n?')
_JS_PART = re.compile(r'^import "\./(?P<name>[^"]+)";\n?', re.MULTILINE)
_CSS_URL = re.compile(r'url\("(?P<name>(?!data:|https?:|[#/])[^"?]+)"\)')
# What only its author reads; a licence, `/*! ... */`, stays.
_CSS_COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
_INDENT = re.compile(r"\n\s*")


class Asset(NamedTuple):
    """One file as it goes over the wire. `compressed` is by gzip, and empty where it would save nothing."""

    body: bytes
    compressed: bytes
    version: str
    mimetype: str


def init_app(app: Flask) -> None:
    app.view_functions["static"] = serve
    app.jinja_env.globals.update(static_url=static_url, icon_sheet=icon_sheet)


def static_url(name: str) -> str:
    """The address of a static file with its hash; a file that is not there gets a plain address."""
    asset = _asset(name)
    return url_for("static", filename=name, v=asset.version) if asset else url_for("static", filename=name)


def icon_sheet() -> str:
    """The address of the icons: the desk's have a file of their own, so that customers' stays small."""
    return static_url(f"vendor/{'desk-icons' if request.path.startswith('/desk') else 'icons'}.svg")


def serve(filename: str) -> Response:
    asset = _asset(filename)
    if asset is None:
        abort(404)
    return send(asset)


def send(asset: Asset) -> Response:
    """An asset, compressed where the asker takes it, kept for good where the address carries its version."""
    body, coding = _packed(asset)
    response = Response(body, mimetype=asset.mimetype)
    if coding:
        response.content_encoding = coding
    if asset.compressed:
        response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    if request.args.get("v") == asset.version:
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    response.set_etag("-".join(filter(None, (hashlib.sha256(asset.body).hexdigest()[:12], coding))))
    response.make_conditional(request)
    return response


def _packed(asset: Asset) -> tuple[bytes, str]:
    """The bytes to send and how they are coded. Brotli is a tenth smaller; browsers take it over HTTPS."""
    if not asset.compressed:
        return asset.body, ""
    taken = request.accept_encodings
    if taken["br"] > 0:
        return _brotli(asset.body), "br"
    if taken["gzip"] > 0:
        return asset.compressed, "gzip"
    return asset.body, ""


@lru_cache(maxsize=512)  # all our files, and a drawing in more paints than a fleet has
def _brotli(body: bytes) -> bytes:
    dense: bytes = brotli.compress(body, mode=brotli.MODE_TEXT)
    return dense


def _asset(name: str) -> Asset | None:
    root = current_app.static_folder
    path = safe_join(root, name) if root else None
    if root is None or path is None or len(name) > LONGEST_NAME or not Path(path).is_file():
        return None
    load = _load.__wrapped__ if current_app.debug else _load
    return load(Path(root), name)


@cache
def _load(root: Path, name: str) -> Asset:
    body = _joined(root, name)
    suffix = Path(name).suffix
    compressed = gzip.compress(body, mtime=0) if suffix in TEXT else b""
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(body, compressed, hashlib.sha256(body).hexdigest()[:12], mimetype)


def _joined(root: Path, name: str) -> bytes:
    """The file's bytes with its parts in place and the addresses inside it hashed."""
    content = (root / name).read_bytes()
    if name.startswith("vendor/"):
        return content
    if name.endswith(".css"):
        return _css(root, content.decode()).encode()
    if name.endswith(".js"):
        return _JS_PART.sub(lambda part: _script(root, part["name"]), content.decode()).encode()
    return content


def _css(root: Path, text: str) -> str:
    joined = _CSS_PART.sub(lambda part: _sheet(root, part["name"], part["layer"]), text)
    joined = _INDENT.sub("\n", _CSS_COMMENT.sub("", joined))
    return _CSS_URL.sub(lambda match: f'url("{_hashed(root, match["name"])}")', joined)


def _sheet(root: Path, name: str, layer: str | None) -> str:
    path = root / name
    text = path.read_text() if path.is_file() else f"/* {name} is not built yet */"
    return f"@layer {layer} {{\n{text}}}\n" if layer else text


def _script(root: Path, name: str) -> str:
    """A part in a block of its own, so that its names stay its own."""
    return f"{{\n{(root / name).read_text()}}}\n"


def _hashed(root: Path, name: str) -> str:
    path = root / name
    if not path.is_file():
        return name
    return f"{name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
