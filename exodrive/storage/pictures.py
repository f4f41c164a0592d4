"""Photos as they are kept: checked by their content, turned upright, made smaller, without their metadata.

A phone's photo says where and when it was taken and by which phone; a file called `.jpg` may be anything.
What is kept is drawn anew from the pixels, so that nothing else of the file survives.
"""

from __future__ import annotations

import io
import threading
import warnings

from PIL import Image, UnidentifiedImageError

from exodrive.kernel.errors import Refused

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_FILE = 15 * 1024 * 1024  # bytes
LARGEST_AREA = 80_000_000  # pixels; a phone's best has 50 million
# Pixels that are read into memory, 4 bytes each and that several times. A large JPEG is read at a fraction of
# its size; a PNG or WebP cannot be, and 300 kB of it can be a gigabyte.
LARGEST_READ = 25_000_000
LONGEST_SIDE = 2400  # enough to see a scratch, a tenth of the bytes
QUALITY = 85
MEDIA_TYPE = "image/jpeg"
ORIENTATION = 0x0112  # of EXIF: how the camera was held
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# In each process one at a time, so that many who send at once do not fill its memory.
_easel = threading.Lock()


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
            with _easel:
                return _drawn_anew(content)
    except Image.DecompressionBombError as error:
        raise PictureTooLarge from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise NotAPicture from error


def _drawn_anew(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > LARGEST_AREA:
            raise PictureTooLarge
        share = LONGEST_SIDE / max(picture.size)
        picture.draft("RGB", (max(1, round(picture.width * share)), max(1, round(picture.height * share))))
        if picture.width * picture.height > LARGEST_READ:
            raise PictureTooLarge
        small = upright(picture).convert("RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh = Image.new("RGB", small.size)
    fresh.paste(small)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def upright(picture: Image.Image) -> Image.Image:
    """The picture as it stands upright.

    Not Pillow's own `exif_transpose`: it writes what the phone says anew, and fails at tags that are broken.
    """
    turn = TURNS.get(picture.getexif().get(ORIENTATION, 1))
    return picture if turn is None else picture.transpose(turn)


def smaller(content: bytes, *, longest: int) -> bytes:
    """A kept photo with at most so many pixels on its longest side."""
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
        picture.draft("RGB", (longest, longest))
        small = picture.convert("RGB")
    small.thumbnail((longest, longest))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
