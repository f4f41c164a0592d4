"""Cuts a variable font to the letters, weights and widths that pages use: a third of it is left.

What is cut away is still there in other files, which browsers fetch only where a page has such a letter: the
rest of Latin 1 cut like the first, all beyond it as the font has it. PDF files use the full ones.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# What an English text is written with, its typography included; and the rest of Latin 1, which comes with
# names and is a file of its own.
ENGLISH = [*range(0x20, 0x7F), *(ord(sign) for sign in "\N{NO-BREAK SPACE}§©®°·×–—‘’“”•…€−")]
LATIN = sorted({*range(0xA0, 0x100), *(ord(sign) for sign in "ıŒœ")}.difference(ENGLISH))


class Cut(NamedTuple):
    """`axes` maps an axis to what is kept of it, a range or one value; `features` are OpenType's."""

    source: str
    target: str
    axes: dict[str, int | tuple[int, int]]
    features: tuple[str, ...]
    letters: list[int]


ARCHIVO = "@fontsource-variable/archivo/files/archivo-latin-wdth-normal.woff2"
# One weight in the middle of those in use: widths are what tells headings, figures and names apart, and a
# second axis is as heavy as all letters of the first.
ARCHIVO_AXES = {"wght": 600, "wdth": (104, 125)}
ARCHIVO_FEATURES = ("kern", "tnum", "lnum", "ccmp")
INTER = "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"
INTER_AXES = {"wght": (400, 600)}
INTER_FEATURES = ("kern", "tnum", "ccmp", "cv11", "ss03")

CUTS = (
    Cut(ARCHIVO, "fonts/archivo.woff2", ARCHIVO_AXES, ARCHIVO_FEATURES, ENGLISH),
    Cut(ARCHIVO, "fonts/archivo-latin.woff2", ARCHIVO_AXES, ARCHIVO_FEATURES, LATIN),
    Cut(INTER, "fonts/inter.woff2", INTER_AXES, INTER_FEATURES, ENGLISH),
    Cut(INTER, "fonts/inter-latin.woff2", INTER_AXES, INTER_FEATURES, LATIN),
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
    subsetter.populate(unicodes=cut.letters)
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
