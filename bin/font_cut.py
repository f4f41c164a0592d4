"""Cuts a variable font to the letters, weights and widths that pages use: less than half of it is left.

What is cut away is still there in the full files, which browsers fetch only for letters beyond Latin 1 and
which PDF files use.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# Latin 1 without its control characters, and the typography of our own texts.
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100)] + [ord(sign) for sign in "ıŒœ–—‘’“”•…€−"]


class Cut(NamedTuple):
    """`axes` maps an axis to the range that stylesheets use; `features` are the OpenType features kept."""

    source: str
    target: str
    axes: dict[str, tuple[int, int]]
    features: tuple[str, ...]


CUTS = (
    Cut(
        "@fontsource-variable/archivo/files/archivo-latin-wdth-normal.woff2",
        "fonts/archivo.woff2",
        {"wght": (560, 700), "wdth": (104, 125)},
        ("kern", "tnum", "lnum", "ccmp"),
    ),
    Cut(
        "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
        "fonts/inter.woff2",
        {"wght": (400, 600)},
        ("kern", "tnum", "calt", "ccmp", "cv11", "ss03"),
    ),
)


def make(cut: Cut, *, modules: Path, vendor: Path) -> Path:
    """Write the cut font, unless it is newer than what it is made from."""
    source, target = modules / cut.source, vendor / cut.target
    made_from = max(source.stat().st_mtime, Path(__file__).stat().st_mtime)
    if not target.exists() or target.stat().st_mtime < made_from:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_cut(source, cut))
    return target


def _cut(source: Path, cut: Cut) -> bytes:
    options = subset.Options()
    options.layout_features = list(cut.features)
    options.hinting = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    font = TTFont(source, lazy=False)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(_read_again(font), cut.axes)
    font.flavor = "woff2"
    return _bytes(font)


def _read_again(font: TTFont) -> TTFont:
    """The instancer needs the tables as they lie in a file, not as the subsetter leaves them in memory."""
    font.flavor = None
    return TTFont(BytesIO(_bytes(font)), lazy=False)


def _bytes(font: TTFont) -> bytes:
    out = BytesIO()
    font.save(out)
    return out.getvalue()
