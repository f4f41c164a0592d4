"""Draws the house's mark for those who take no SVG: home screens, and whoever asks for /favicon.ico."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import resvg_py
from PIL import Image

SIZES = (180, 192, 512)  # Apple's home screen; Android's home screen and its splash
ICON = 32


def make(mark: Path, *, vendor: Path) -> set[Path]:
    """Write the files, unless they are newer than the mark; returns their names."""
    icon = vendor / "favicon.ico"
    files = {size: vendor / f"mark-{size}.png" for size in SIZES}
    made_from = max(mark.stat().st_mtime, Path(__file__).stat().st_mtime)
    kept = {icon, *files.values()}
    if any(not file.exists() or file.stat().st_mtime < made_from for file in kept):
        drawn = mark.read_text()
        for size, file in files.items():
            # A home screen cuts its own corners: below the round ones of ours lies the mark's ground.
            _drawing(drawn.replace('rx="4"', ""), size).save(file, optimize=True)
        _drawing(drawn, ICON).save(icon, sizes=[(ICON, ICON)])
    return kept


def _drawing(svg: str, size: int) -> Image.Image:
    return Image.open(BytesIO(resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size)))
