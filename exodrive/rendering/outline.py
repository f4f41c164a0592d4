"""A car's drawing as an outline, for paper: the silhouette, glass, lamps, shut lines and wheels, no fills.

The drawings (`exodrive/static/cars/`) are layered paint; which layer is which shows in its colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

FOLDER = Path(__file__).parent.parent / "static" / "cars"
SVG = "{http://www.w3.org/2000/svg}"
INK = "#14171a"
PAINT = "var(--paint,currentColor)"
GLASS, CHROME, LAMPS = "url(#gl)", "url(#ch)", ("url(#hl)", "url(#tl)")
FINEST_SHADE = 2.0  # a black stroke thinner than this is a shut line; a thicker one is shading


@cache
def of(body: str) -> str:
    """The outline of a body as SVG text. Raises FileNotFoundError for one that nobody drew."""
    root = ElementTree.parse(FOLDER / f"{body}.svg").getroot()  # noqa: S314  our own file
    drawn = "".join(_drawn(root))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{root.get("viewBox")}" fill="none" '
        f'stroke="{INK}" stroke-linejoin="round" stroke-linecap="round">{drawn}</svg>'
    )


def _drawn(root: Element) -> Iterator[str]:
    paths = list(_visible(root))
    # The body is the longest path in the car's paint; mirrors and covers are painted too.
    body = max((path for path in paths if path.get("fill") == PAINT), key=lambda path: len(path.get("d", "")))
    for path in paths:
        fill, width = path.get("fill"), 0.0
        if path is body:
            width = 5.0
        elif fill == GLASS:
            width = 3.0
        elif fill in LAMPS or path.get("stroke") == CHROME or _shut_line(path):
            width = 2.0
        if width:
            yield f'<path d="{path.get("d")}" stroke-width="{width}"/>'
    for wheel in root.iter(f"{SVG}g"):
        if wheel.get("transform", "").startswith("translate") and wheel.find(f"{SVG}circle") is not None:
            yield _wheel(wheel)


def _visible(element: Element) -> Iterator[Element]:
    """Paths in the order of painting, but for definitions and what is blurred."""
    for child in element:
        if child.tag == f"{SVG}defs" or child.get("filter"):
            continue
        if child.tag == f"{SVG}path":
            yield child
        else:
            yield from _visible(child)


def _shut_line(path: Element) -> bool:
    return path.get("stroke") == "#000" and float(path.get("stroke-width", "1")) < FINEST_SHADE


def _wheel(group: Element) -> str:
    """Tyre and rim; the tyre is filled white, since it stands before the body."""
    radii = [float(circle.get("r", "0")) for circle in group.findall(f"{SVG}circle")]
    tyre = max(radii)
    circles = "".join(
        f'<circle r="{radius:.1f}" stroke-width="{width}"/>'
        for radius, width in ((tyre * 0.82, 2.0), (tyre * 0.16, 2.0))
    )
    return (
        f'<g transform="{group.get("transform")}">'
        f'<circle r="{tyre:.1f}" fill="#fff" stroke-width="5"/>{circles}</g>'
    )
