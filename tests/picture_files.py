"""Photos made up for tests: files as cameras, careless people and bad ones send them."""

from __future__ import annotations

import io
import zlib
from typing import Any

from PIL import Image

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
SIZE = (1200, 800)


def picture(kind: str = "JPEG", *, size: tuple[int, int] = SIZE, shade: int = 0, **saved: Any) -> bytes:
    """Left half red, right half blue, so that one sees how a picture stands; `shade` makes files differ."""
    image = Image.new("RGB", size, (200, shade % 256, 10))
    image.paste((10, shade % 256, 200), (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    image.save(out, kind, **saved)
    return out.getvalue()


def from_a_phone(*, size: tuple[int, int] = SIZE, orientation: int = 1) -> bytes:
    """With its maker and the place where it was taken."""
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "Phone of somebody", orientation
    exif[GPS] = {1: "N", 2: (39.0, 5.0, 2.0), 3: "W", 4: (77.0, 9.0, 10.0)}
    return picture(size=size, exif=exif)


def from_a_careless_phone() -> bytes:
    """On its side, and with a letter where it says its latitude: Pillow can read that, and not write it."""
    letter = b"\x00\x02\x00\x00\x00\x02N\x00"
    content = from_a_phone(orientation=6)
    if content.count(b"\x00\x01" + letter) != 1:
        raise AssertionError("the tag is written otherwise now")
    return content.replace(b"\x00\x01" + letter, b"\x00\x02" + letter)


def bomb() -> bytes:
    """Two kilobytes that say they are 60,000 by 60,000 pixels: ten gigabytes once decoded."""
    side = (60_000).to_bytes(4, "big")
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", side + side + b"\x08\x02\x00\x00\x00")
        + chunk(b"IDAT", zlib.compress(bytes(2_000_000)))
        + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    """One part of a PNG."""
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
