"""One function for every page: the whole page for a browser, the named block for htmx."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, get_flashed_messages, make_response, render_template, request
from jinja2_fragments.flask import render_block

_FIRST_TAG = re.compile(r"<(?P<tag>[a-z][\w-]*)")
# A browser drops these outside a table; htmx finds them when they lie in a template.
_TABLE_PARTS = {"tr", "td", "th", "tbody", "thead", "tfoot"}


def page(template: str, block: str, *also: str, status: int = 200, **context: Any) -> Response:
    """Answer with `template` whole, or with its block `block` where htmx asks for a fragment.

    A block is one element whose id is the block's name. The blocks in `also`, and the toasts where something
    was flashed, are swapped into their own places beside it. A fragment that reports a problem (status 4xx)
    names its block as target, so that it lands there wherever the request came from.
    """
    if not wants_fragment():
        response = make_response(render_template(template, **context), status)
    else:
        parts = [render_block(template, block, **context)]
        parts += [_out_of_band(render_block(template, name, **context)) for name in also]
        if get_flashed_messages():
            parts.append(render_template("layout/_toasts.html", fragment=True))
        response = make_response("\n".join(parts), status)
        if status >= 400:
            response.headers["HX-Retarget"] = f"#{block}"
            response.headers["HX-Reswap"] = "outerHTML"
    response.vary.add("HX-Request")
    return response


def wants_fragment() -> bool:
    """True where htmx swaps a part of the page; boosted links and history restores want all of it."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def _out_of_band(html: str) -> str:
    """Mark a block's element for the place that has its id."""
    first = _FIRST_TAG.search(html)
    if first is None:
        return html
    marked = f'{html[: first.end()]} hx-swap-oob="true"{html[first.end() :]}'
    if first["tag"] in _TABLE_PARTS:
        return f"<template>{marked}</template>"
    return marked
