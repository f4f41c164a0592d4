"""A photo as pages show it: cut around what matters, in the widths that screens ask for, in sRGB.

Every rendition is drawn anew from the pixels, so that nothing else of the file survives: no place where it
was taken, no maker of the phone, no comment, and no second file hidden behind the first.
"""

from __future__ import annotations

import base64
import contextlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from PIL import Image, ImageCms, UnidentifiedImageError

from exodrive.kernel.errors import Refused
from exodrive.storage.pictures import LARGEST_AREA, ORIENTATION, NotAPicture, PictureTooLarge, upright

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
LARGEST_FILE = 30 * 1024 * 1024  # bytes; a full-frame camera's best JPEG
SMALLEST_SIDE = 400  # pixels; less is no picture of a car
# Brands in the file type box of what iPhones write where nobody told them otherwise.
HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
ON_ITS_SIDE = (5, 6, 7, 8)  # of EXIF's orientation
BLUR_WIDTH = 12  # pixels: colours and where they lie, in some hundred bytes
LONGEST_SIDE = 2400
# Pixels that are read into memory: a worker of one gigabyte survives them. A JPEG is read at a fraction.
LARGEST_READ = 40_000_000

SAVED: dict[str, dict[str, Any]] = {
    # Measured on photos of cars: slower settings save few bytes and cost seconds for each photo.
    "avif": {"quality": 58, "speed": 8, "subsampling": "4:2:0", "max_threads": 1},
    "webp": {"quality": 78, "method": 4},
    "jpeg": {"quality": 82, "optimize": True, "progressive": True},
}
MEDIA_TYPES = {name: f"image/{name}" for name in SAVED}
ENDINGS = {"avif": "avif", "webp": "webp", "jpeg": "jpg"}
FALLBACK = 1600  # pixels: the one width of the JPEG, for programs that know nothing newer


@dataclass(frozen=True, slots=True)
class Crop:
    """A shape, as width by height (None: the photo's own), in which pages show photos, and its widths."""

    shape: tuple[int, int] | None
    widths: tuple[int, ...]


CROPS: dict[str, Crop] = {
    "card": Crop((16, 10), (480, 960, 1440)),
    "wide": Crop((11, 5), (960, 1600, 2400)),
    "whole": Crop(None, (480, 960, 1600, 2400)),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One file of a crop."""

    format: str
    width: int
    height: int
    content: bytes


class PictureIsHeic(Refused):
    """A photo in Apple's own format."""

    code = "picture_is_heic"


class PhotoTooLarge(PictureTooLarge):
    """More bytes than LARGEST_FILE, or more pixels than LARGEST_AREA, or LARGEST_READ where it is no JPEG."""

    code = "photo_too_large"


class PictureTooSmall(Refused):
    """Fewer pixels than a page shows of a car."""

    code = "picture_too_small"


class Seen(NamedTuple):
    """What the head of a photo says; width and height as it stands upright."""

    width: int
    height: int
    media_type: str


def look(content: bytes) -> Seen:
    """Read the head of a photo, without drawing it.

    Raises NotAPicture, PictureIsHeic, PhotoTooLarge or PictureTooSmall. The name of a file says nothing.
    """
    if len(content) > LARGEST_FILE:
        raise PhotoTooLarge
    if content[4:8] == b"ftyp" and content[8:12] in HEIC and b"avif" not in content[:64]:
        raise PictureIsHeic
    with _opened(content) as picture:
        width, height = picture.size
        if picture.getexif().get(ORIENTATION) in ON_ITS_SIDE:
            width, height = height, width
        media_type = Image.MIME[picture.format or ""]
        _read_smaller(picture)
    if min(width, height) < SMALLEST_SIDE:
        raise PictureTooSmall
    return Seen(width, height, media_type)


class Photo:
    """A photo decoded once, to be drawn in several crops. Raises NotAPicture or PhotoTooLarge."""

    def __init__(self, content: bytes) -> None:
        with _opened(content) as picture:
            _read_smaller(picture)
            self._picture = _in_srgb(upright(picture))

    def draw(self, crop: str, *, focus: tuple[int, int]) -> Iterator[Drawn]:
        """Every file of a crop around the focus, in percent. Nothing is made larger than it is."""
        cut = self._cut(crop, focus)
        widths = [width for width in CROPS[crop].widths if width <= cut.width] or [cut.width]
        fallback = max((width for width in widths if width <= FALLBACK), default=widths[0])
        for width in widths:
            height = max(1, round(cut.height * width / cut.width))
            smaller = cut.resize((width, height), Image.Resampling.LANCZOS)
            for name in SAVED:
                if name != "jpeg" or width == fallback:
                    yield Drawn(name, width, height, _saved(smaller, name))

    def blur(self, crop: str, *, focus: tuple[int, int]) -> str:
        """A few pixels of a crop as WebP in base64: what stands in its place until it is there."""
        cut = self._cut(crop, focus)
        height = max(1, round(cut.height * BLUR_WIDTH / cut.width))
        out = io.BytesIO()
        cut.resize((BLUR_WIDTH, height), Image.Resampling.BOX).save(out, "WEBP", quality=30, method=6)
        return base64.b64encode(out.getvalue()).decode()

    def _cut(self, crop: str, focus: tuple[int, int]) -> Image.Image:
        shape = CROPS[crop].shape
        return self._picture if shape is None else self._picture.crop(box(self._picture.size, shape, focus))


def box(size: tuple[int, int], shape: tuple[int, int], focus: tuple[int, int]) -> tuple[int, int, int, int]:
    """The largest part of that shape which lies inside and has the focus as near its middle as can be."""
    width, height = size
    across = min(width, round(height * shape[0] / shape[1]))
    down = min(height, round(width * shape[1] / shape[0]))
    left = min(max(0, round(width * focus[0] / 100 - across / 2)), width - across)
    top = min(max(0, round(height * focus[1] / 100 - down / 2)), height - down)
    return left, top, left + across, top + down


@contextlib.contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    """A picture in one of our formats and of a bearable area. What fails inside is NotAPicture."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of bombs before it refuses them; our own limit is lower.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
        with picture:
            if picture.width * picture.height > LARGEST_AREA:
                raise PhotoTooLarge
            yield picture
    except Image.DecompressionBombError as error:
        raise PhotoTooLarge from error
    # AVIF's decoder fails by a RuntimeError.
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, RuntimeError) as error:
        raise NotAPicture from error


def _read_smaller(picture: Image.Image) -> None:
    """Have a large JPEG read at a fraction of its size. Raises PhotoTooLarge for what is too much even so."""
    enough = (LONGEST_SIDE, LONGEST_SIDE)
    if picture.width * picture.height > LARGEST_READ:  # a panorama, too: its short side would ask for all
        enough = (picture.width // 2, picture.height // 2)
    picture.draft(None, enough)
    if picture.width * picture.height > LARGEST_READ:
        raise PhotoTooLarge


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The pixels as RGB as every screen reads it; transparent parts are white."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            found = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            picture = found or picture
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile: the colours as they are written are the best guess
    fresh = Image.new("RGB", picture.size, "#ffffff")
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        fresh.paste(layered, mask=layered)
    else:
        fresh.paste(picture.convert("RGB"))
    return fresh


def _saved(picture: Image.Image, name: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, name.upper(), **SAVED[name])
    return out.getvalue()
