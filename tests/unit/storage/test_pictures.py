"""Photos are judged by their content, and kept without what a phone adds."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from exodrive.storage import pictures
from exodrive.storage.pictures import NotAPicture, PictureTooLarge
from tests.picture_files import from_a_careless_phone

ORIENTATION, MAKER = 0x0112, 0x010F


def _file(kind: str, *, size: tuple[int, int] = (40, 20), exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    extra = {} if exif is None else {"exif": exif}
    Image.new("RGB", size, "#6a1522").save(out, kind, **extra)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photos_become_jpegs_of_ours(kind: str) -> None:
    with Image.open(io.BytesIO(pictures.clean(_file(kind)))) as kept:
        assert (kept.format, kept.size) == ("JPEG", (40, 20))


def test_what_the_phone_says_is_dropped_and_the_photo_stands_upright() -> None:
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "Phone of somebody", 6
    kept = pictures.clean(_file("JPEG", exif=exif))
    assert b"Phone of somebody" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (20, 40)
        assert not picture.getexif()


def test_what_a_phone_says_wrongly_does_no_harm() -> None:
    with Image.open(io.BytesIO(pictures.clean(from_a_careless_phone()))) as kept:
        assert kept.height > kept.width


def test_large_photos_become_smaller() -> None:
    with Image.open(io.BytesIO(pictures.clean(_file("JPEG", size=(5000, 2500))))) as kept:
        assert max(kept.size) == pictures.LONGEST_SIDE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        b"GIF89a" + bytes(40),
        b"\xff\xd8\xff\xe0 cut",
        _file("JPEG")[:200],
        _file("TIFF"),
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        pictures.clean(content)


def test_too_many_bytes_and_too_many_pixels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PictureTooLarge):
        pictures.clean(bytes(pictures.LARGEST_FILE + 1))
    monkeypatch.setattr(pictures, "LARGEST_AREA", 100)
    with pytest.raises(PictureTooLarge):
        pictures.clean(_file("PNG"))


@pytest.mark.parametrize(("kind", "taken"), [("JPEG", True), ("PNG", False), ("WEBP", False)])
def test_what_cannot_be_read_at_a_fraction_has_fewer_pixels(kind: str, taken: bool) -> None:
    """Some kilobytes of one colour would fill a gigabyte of memory."""
    large = _file(kind, size=(6000, 4200))
    if taken:
        pictures.clean(large)
    else:
        with pytest.raises(PictureTooLarge):
            pictures.clean(large)


def test_what_hides_behind_a_photo_is_gone() -> None:
    """A file that is a photo for one reader and a page, a script or an archive for another."""
    for hidden in (
        b"<script>alert(1)</script>",
        b"<?php system('id'); ?>",
        b"PK\x03\x04 evil.sh",
        b"%PDF-1.7",
    ):
        for photo in (_file("JPEG") + hidden, _file("PNG") + hidden):
            assert hidden not in pictures.clean(photo)
    comment = io.BytesIO()
    Image.new("RGB", (40, 20)).save(comment, "JPEG", comment=b"<script>alert(1)</script>")
    assert b"<script>" not in pictures.clean(comment.getvalue())


def test_a_small_file_with_a_huge_picture_is_refused_before_it_is_drawn() -> None:
    """Two kilobytes that say they are 60,000 by 60,000 pixels: ten gigabytes once decoded."""
    width = (60_000).to_bytes(4, "big")
    head = b"IHDR" + width + width + b"\x08\x02\x00\x00\x00"
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + (13).to_bytes(4, "big") + head + zlib.crc32(head).to_bytes(4, "big")
        + _chunk(b"IDAT", zlib.compress(bytes(2_000_000)))
        + _chunk(b"IEND", b"")
    )  # fmt: skip
    with pytest.raises(PictureTooLarge):
        pictures.clean(bomb)


def test_a_drawing_is_no_photo_whatever_it_is_called() -> None:
    for drawing in (b"<svg/>", b"<?xml version='1.0'?><svg/>", b"\xef\xbb\xbf<svg/>", b"\x1f\x8b\x08 svgz"):
        with pytest.raises(NotAPicture):
            pictures.clean(drawing)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
