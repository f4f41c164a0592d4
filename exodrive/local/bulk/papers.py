"""The files that bookings which are made up point to: one page and one picture, shared by all."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exodrive.storage import files

WORDS = "This booking was made up to show a house at work. No document was made for it."
PICTURE = (160, 120)  # pixels
GREY = 0x8B


@dataclass(frozen=True, slots=True)
class Papers:
    """The ids of the stored files."""

    document: UUID
    photo: UUID


def keep(at: datetime) -> Papers:
    """Store both."""
    document = files.keep(
        page(WORDS), folder="demo", name="demo-booking.pdf", media_type="application/pdf", at=at
    )
    photo = files.keep(picture(), folder="demo", name="demo-booking.png", media_type="image/png", at=at)
    return Papers(document.id, photo.id)


def page(words: str) -> bytes:
    """A PDF of one line. `words` are ASCII, without brackets or backslashes."""
    text = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def picture() -> bytes:
    """A grey PNG."""
    width, height = PICTURE
    lines = (b"\0" + bytes([GREY]) * width) * height
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            _chunk(b"IDAT", zlib.compress(lines)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
