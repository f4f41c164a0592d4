"""Photos are judged by their content, and kept without what a phone adds."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from exodrive.storage import pictures
from exodrive.storage.pictures import NotAPicture, PictureTooLarge

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
