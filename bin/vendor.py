#!/usr/bin/env python3
"""Copies what pages need from `node_modules` to `exodrive/static/vendor`, cuts Tabler's stylesheet
down to what they use, and draws the sprite of icons.

Icons get into the sprite by being named: in a Jinja expression of a template (`icon("clock")`), in a string
of the blueprints' Python (`Look("wait", "clock", ...)`), or after `icons.svg#` in a script. A name that is no
outline icon of Tabler is no icon.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import font_cut
import marks
import tabler_parts

from exodrive.rendering import link_pictures
from exodrive.rendering.link_pictures import Card

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
PACKAGE = ROOT / "exodrive"
VENDOR = PACKAGE / "static" / "vendor"
OUTLINES = MODULES / "@tabler" / "icons" / "icons" / "outline"
TABLER = MODULES / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"
TABLER_CLASSES = PACKAGE / "static" / "tabler-classes.txt"
FONTS = "@fontsource-variable"
SHARED = Card(
    "Exotic cars by the day", "One price, a reason for every line", "", body="gt-coupe", paint="6a1522"
)

# File in node_modules: file in static/vendor.
COPIES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    **{
        f"{FONTS}/{family}/files/{family}-{letters}-{axes}-normal.woff2": None
        for family, axes in (("archivo", "wdth"), ("inter", "wght"))
        for letters in ("latin", "latin-ext")
    },
    f"{FONTS}/archivo/LICENSE": None,
    f"{FONTS}/inter/LICENSE": None,
    "@tabler/icons/LICENSE": None,
    "htmx.org/LICENSE": None,
}
# What only the desk shows, or nobody: the navigation in `frame.py` with icons is the desk's, and the words of
# headers and rules are no icons.
DESK_FOLDERS = frozenset({"staff", "api", "mail", "pdf", "window"})
DESK_FILE = re.compile(r"_?desk|phone\.html|condition\.html|(frame|access|security_headers)\.py")
EXPRESSION = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
QUOTED = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
SPRITE_REFERENCE = re.compile(r"icons\.svg#([a-z0-9-]+)")
SVG = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
# The background box that every drawing of Tabler begins with draws nothing.
EMPTY_BOX = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


def main() -> int:
    VENDOR.mkdir(parents=True, exist_ok=True)
    kept = {copy(source, target) for source, target in COPIES.items()}
    kept |= {font_cut.make(cut, modules=MODULES, vendor=VENDOR) for cut in font_cut.CUTS}
    kept |= marks.make(PACKAGE / "static" / "mark.svg", vendor=VENDOR)
    kept.add(share(VENDOR / "share.jpg"))
    style = tabler_parts.cut(TABLER.read_text(), TABLER_CLASSES.read_text().split())
    kept.add(write(VENDOR / "tabler.css", style))
    kept.add(write(VENDOR / "icons.svg", sprite(sorted(icons(house=True)))))
    kept.add(write(VENDOR / "desk-icons.svg", sprite(sorted(icons(house=False)))))
    for file in VENDOR.rglob("*"):
        if file.is_file() and file not in kept:
            file.unlink()
    return 0


def copy(source: str, target: str | None) -> Path:
    """Copy one file; without a target it keeps its path below node_modules."""
    file = VENDOR / (target or source)
    if not file.exists() or file.read_bytes() != (MODULES / source).read_bytes():
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, file)
    return file


def write(file: Path, text: str) -> Path:
    """Write a file unless it says the same already: its address carries its time or hash."""
    if not file.exists() or file.read_text() != text:
        file.write_text(text)
    return file


def share(file: Path) -> Path:
    """Draw what a link to us shows until the house's own picture is drawn."""
    if not file.exists() or file.stat().st_mtime < Path(link_pictures.__file__).stat().st_mtime:
        file.write_bytes(link_pictures.draw(SHARED))
    return file


def icons(*, house: bool) -> set[str]:
    """The names of the outline icons in use: with `house` those that customers' pages may show, else all."""
    return {outline.stem for outline in OUTLINES.glob("*.svg")}.intersection(named(house=house))


def is_the_desks(file: Path) -> bool:
    """Whether no customer's page shows what this file names."""
    return bool(DESK_FOLDERS.intersection(file.parts)) or DESK_FILE.match(file.name) is not None


def named(*, house: bool) -> Iterator[str]:
    """Every word that might name an icon."""
    for template in (PACKAGE / "templates").rglob("*.*"):
        if house and is_the_desks(template):
            continue
        text = template.read_text()
        yield from SPRITE_REFERENCE.findall(text)
        for expression in EXPRESSION.findall(text):
            yield from QUOTED.findall(expression)
    for module in (PACKAGE / "blueprints").rglob("*.py"):
        if house and is_the_desks(module):
            continue
        yield from (
            node.value
            for node in ast.walk(ast.parse(module.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
    for script in (PACKAGE / "static").rglob("*.js"):
        if VENDOR not in script.parents:
            yield from SPRITE_REFERENCE.findall(script.read_text())


def sprite(names: list[str]) -> str:
    symbols = "".join(f'<symbol id="{name}" viewBox="0 0 24 24">{drawing(name)}</symbol>\n' for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'


def drawing(name: str) -> str:
    """The lines of one icon; colour and width come from the page."""
    found = SVG.search((OUTLINES / f"{name}.svg").read_text())
    if found is None:
        raise ValueError(f"{name}.svg is no drawing")
    return " ".join(EMPTY_BOX.sub("", found.group(1)).split())


if __name__ == "__main__":
    sys.exit(main())
