"""The picture that a message shows for a link to us: the car in its light, its name, and the house.

Links are shown at 1200 × 630 pixels (https://ogp.me/), mostly small and on a ground that nobody knows: hence
one dark picture with few and large words.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import NamedTuple

import resvg_py
from PIL import Image, ImageColor, ImageDraw, ImageFont

STATIC = Path(__file__).parent.parent / "static"
FONTS = STATIC / "vendor" / "@fontsource-variable"
# The full files: a name may have letters that our own texts do without.
DISPLAY = FONTS / "archivo" / "files" / "archivo-latin-wdth-normal.woff2"
TEXT = FONTS / "inter" / "files" / "inter-latin-wght-normal.woff2"
STYLE = 1  # counts with each change of what is drawn here: a picture of another style is drawn anew
SIZE = WIDTH, HEIGHT = 1200, 630
MEDIA_TYPE = "image/jpeg"

# The look's dark theme: ground, ink, quieter ink, and the letters that stand behind a car.
GROUND, INK, INK_2, LETTER = "#0c0e10", "#f0f2f1", "#b4bbc0", "#1d2125"
MARGIN, HORIZON, CAR_WIDTH, CAR_TOP = 64, 400, 1000, 124
PAINT = "var(--paint,currentColor)"

ROOM = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630">
<defs>
<radialGradient id="lamp" cx="600" cy="330" r="640" gradientUnits="userSpaceOnUse"
 gradientTransform="matrix(1 0 0 .55 0 148)"><stop offset="0" stop-color="{lamp}"/>
<stop offset="1" stop-color="{ground}"/></radialGradient>
<linearGradient id="floor" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stop-color="{floor}"/>
<stop offset="1" stop-color="{ground}"/></linearGradient>
</defs>
<rect width="1200" height="630" fill="url(#lamp)"/>
<rect y="{horizon}" width="1200" height="{depth}" fill="url(#floor)"/>
</svg>"""


class Card(NamedTuple):
    """What is on the picture. `word` stands large behind the car; `body` names a drawing, `paint` is hex."""

    title: str
    line: str
    brand: str
    word: str = ""
    body: str = ""
    paint: str = "3a4046"


def draw(card: Card) -> bytes:
    """The picture as a JPEG. Raises FileNotFoundError for a body that nobody drew."""
    picture = _room(card.paint)
    if card.word:
        _word(picture, card.word, card.paint)
    if card.body:
        car = _car(card.body, card.paint)
        picture.alpha_composite(car, ((WIDTH - car.width) // 2, CAR_TOP))
    _words(picture, card)
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=86, optimize=True, progressive=True)
    return out.getvalue()


def _room(paint: str) -> Image.Image:
    svg = ROOM.format(
        lamp=_mixed(paint, "#22272c", 0.4),
        floor=_mixed(paint, "#1c2024", 0.12),
        ground=GROUND,
        horizon=HORIZON,
        depth=HEIGHT - HORIZON,
    )
    return _rasterised(svg, WIDTH)


def _car(body: str, paint: str) -> Image.Image:
    svg = (STATIC / "cars" / f"{body}.svg").read_text()
    return _rasterised(svg.replace(PAINT, f"#{paint}"), CAR_WIDTH)


def _word(picture: Image.Image, word: str, paint: str) -> None:
    """The word as large as the picture is wide, and never larger than what stands in front of it."""
    size = 300
    while size > 60 and _display(size, 700, 125).getlength(word) > WIDTH - 2 * MARGIN:
        size -= 10
    ImageDraw.Draw(picture).text(
        (WIDTH / 2, 270), word, font=_display(size, 700, 125), fill=_mixed(paint, LETTER, 0.45), anchor="mm"
    )


def _words(picture: Image.Image, card: Card) -> None:
    pen = ImageDraw.Draw(picture)
    pen.text((MARGIN, 52), card.brand, font=_display(28, 640, 125), fill=INK)
    pen.text((MARGIN, 538), _fitting(card.title), font=_display(60, 560, 118), fill=INK, anchor="ls")
    pen.text((MARGIN, 588), card.line, font=_text(28, 400), fill=INK_2, anchor="ls")


def _fitting(title: str) -> str:
    """A title that is too long ends in an ellipsis."""
    font, room = _display(60, 560, 118), WIDTH - 2 * MARGIN
    if font.getlength(title) <= room:
        return title
    while title and font.getlength(f"{title}…") > room:
        title = title[:-1].rstrip()
    return f"{title}…"


def _rasterised(svg: str, width: int) -> Image.Image:
    return Image.open(io.BytesIO(resvg_py.svg_to_bytes(svg_string=svg, width=width))).convert("RGBA")


def _mixed(paint: str, other: str, share: float) -> str:
    """So much of the paint in another colour."""
    pairs = zip(ImageColor.getrgb(f"#{paint}"), ImageColor.getrgb(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


@cache
def _display(size: int, weight: int, width: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(DISPLAY, size)
    font.set_variation_by_axes([weight, width])
    return font


@cache
def _text(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(TEXT, size)
    font.set_variation_by_axes([weight])
    return font
