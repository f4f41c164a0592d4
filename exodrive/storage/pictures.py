"""Photos as they are kept: checked by their content, turned upright, made smaller, without their metadata.

A phone's photo says where and when it was taken and by which phone; a file called `.jpg` may be anything.
What is kept is drawn anew from the pixels, so that nothing else of the file survives.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from exodrive.kernel.errors import Refused

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_FILE = 15 * 1024 * 1024  # bytes
LARGEST_AREA = 80_000_000  # pixels; a phone's best has 50 million
LONGEST_SIDE = 2400  # enough to see a scratch, a tenth of the bytes
QUALITY = 85
MEDIA_TYPE = "image/jpeg"


class NotAPicture(Refused):
    """The content is no JPEG, PNG or WebP that could be read."""

    code = "not_a_picture"


class PictureTooLarge(Refused):
    """More bytes or more pixels than a photo has."""

    code = "picture_too_large"


def clean(content: bytes) -> bytes:
    """The photo as a JPEG of ours. Raises NotAPicture or PictureTooLarge."""
    if len(content) > LARGEST_FILE:
        raise PictureTooLarge
    try:
        with warnings.catch_warnings():
            # Pillow warns of bombs before it refuses them; our own limit is lower.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _drawn_anew(content)
    except Image.DecompressionBombError as error:
        raise PictureTooLarge from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise NotAPicture from error


def _drawn_anew(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > LARGEST_AREA:
            raise PictureTooLarge
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # reads a large JPEG at a fraction of its size
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh = Image.new("RGB", upright.size)
    fresh.paste(upright)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
