"""Photos of cars: judged by their content, cut around what matters, and rid of what a phone adds."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image, ImageCms

from exodrive.storage import renditions
from exodrive.storage.pictures import NotAPicture, PictureTooLarge
from exodrive.storage.renditions import Drawn, Photo, PhotoTooLarge, PictureIsHeic, PictureTooSmall
from tests.picture_files import SIZE, bomb, from_a_careless_phone, from_a_phone, picture

MIDDLE = (50, 50)
RED, BLUE = (200, 0, 10), (10, 0, 200)


def drawn(content: bytes, crop: str = "whole", focus: tuple[int, int] = MIDDLE) -> list[Drawn]:
    return list(Photo(content).draw(crop, focus=focus))


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_each_format_becomes_all_of_ours(kind: str) -> None:
    files = drawn(picture(kind))
    assert [(each.format, each.width) for each in files] == [
        ("avif", 480), ("webp", 480), ("avif", 960), ("webp", 960), ("jpeg", 960),
    ]  # fmt: skip
    for each in files:
        with Image.open(io.BytesIO(each.content)) as made:
            assert (made.format or "").lower() == each.format
            assert made.size == (each.width, each.height)


def test_what_would_fill_the_memory_is_refused_by_its_head() -> None:
    """A panorama is a JPEG, and read at a fraction; a PNG of as many pixels cannot be."""
    wide = (16_000, 3_000)
    assert Photo(picture(size=wide)).draw("wide", focus=MIDDLE)
    for judge in (renditions.look, Photo):
        with pytest.raises(PhotoTooLarge):
            judge(picture("PNG", size=wide))


def test_nothing_is_made_larger_than_it_is() -> None:
    small = drawn(picture(size=(450, 420)), "card")
    assert {(each.width, each.height) for each in small} == {(450, 281)}
    large = drawn(picture(size=(2600, 1200)), "wide")
    assert {each.width for each in large} == {960, 1600, 2400}
    assert [each.width for each in large if each.format == "jpeg"] == [1600]


def test_what_the_phone_says_is_dropped_and_the_photo_stands_upright() -> None:
    content = from_a_phone(orientation=6)
    assert renditions.look(content)[:2] == SIZE[::-1]
    for each in drawn(content):
        assert b"Phone of somebody" not in each.content
        with Image.open(io.BytesIO(each.content)) as made:
            assert made.height > made.width
            assert not made.getexif()
            assert not {"exif", "icc_profile", "xmp", "comment"} & made.info.keys()
            assert near(made.convert("RGB").getpixel((10, 10)), RED)  # type: ignore[arg-type]


def test_what_a_phone_says_wrongly_does_no_harm() -> None:
    made = opened(drawn(from_a_careless_phone())[0].content)
    assert made.height > made.width


def test_an_avif_that_is_damaged_is_no_picture() -> None:
    content = picture("AVIF")
    with pytest.raises(NotAPicture):
        Photo(content[:-60] + bytes(60))


def test_what_hides_behind_a_photo_is_gone() -> None:
    for hidden in (b"<script>alert(1)</script>", b"<?php system('id'); ?>", b"PK\x03\x04 evil.sh"):
        for content in (picture() + hidden, picture("PNG") + hidden, picture(comment=hidden)):
            assert all(hidden not in each.content for each in drawn(content))


def test_colours_of_another_space_are_turned_to_srgb() -> None:
    """Red in a space whose red and blue have changed places is blue on everybody's screen."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"****").replace(b"bXYZ", b"rXYZ").replace(b"****", b"bXYZ")
    content = picture("PNG", icc_profile=swapped)
    assert near(opened(drawn(content)[0].content).getpixel((5, 5)), BLUE)  # type: ignore[arg-type]


def test_a_broken_profile_and_transparent_parts_do_no_harm() -> None:
    assert drawn(picture(icc_profile=b"no profile at all"))
    out = io.BytesIO()
    Image.new("RGBA", (500, 500), (0, 0, 0, 0)).save(out, "PNG")
    assert near(opened(drawn(out.getvalue())[0].content).getpixel((5, 5)), (255, 255, 255))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "shape", "focus", "box"),
    [
        ((1200, 800), (16, 10), (50, 50), (0, 25, 1200, 775)),
        ((1200, 800), (16, 10), (0, 0), (0, 0, 1200, 750)),
        ((1200, 800), (16, 10), (100, 100), (0, 50, 1200, 800)),
        ((3000, 800), (16, 10), (20, 50), (0, 0, 1280, 800)),
        ((3000, 800), (16, 10), (50, 50), (860, 0, 2140, 800)),
        ((800, 1600), (11, 5), (50, 75), (0, 1018, 800, 1382)),
    ],
)
def test_a_crop_lies_around_the_focus_and_never_outside(
    size: tuple[int, int], shape: tuple[int, int], focus: tuple[int, int], box: tuple[int, ...]
) -> None:
    assert renditions.box(size, shape, focus) == box


def test_the_focus_decides_what_is_seen() -> None:
    broad = picture(size=(3000, 600))
    left, right = (opened(drawn(broad, "card", (x, 50))[0].content) for x in (10, 90))
    assert near(left.getpixel((5, 5)), RED)  # type: ignore[arg-type]
    assert near(right.getpixel((5, 5)), BLUE)  # type: ignore[arg-type]


def test_the_blur_is_a_few_bytes() -> None:
    blur = base64.b64decode(Photo(picture()).blur("card", focus=MIDDLE))
    assert len(blur) < 200
    with Image.open(io.BytesIO(blur)) as made:
        assert (made.format, made.size) == ("WEBP", (12, 8))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        b"<!doctype html><img src=x onerror=alert(1)>",
        b"GIF89a" + bytes(40),
        b"\xff\xd8\xff\xe0 cut",
        picture("TIFF", size=(500, 500)),
    ],
)
def test_what_is_no_photo_is_refused_at_once(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        renditions.look(content)


def test_a_photo_that_breaks_off_is_refused_as_it_is_drawn() -> None:
    cut = picture(quality=95)[:4000]
    assert renditions.look(cut)
    with pytest.raises(NotAPicture):
        Photo(cut)


def test_a_bomb_is_refused_before_it_is_drawn() -> None:
    with pytest.raises(PictureTooLarge):
        renditions.look(bomb())
    with pytest.raises(PictureTooLarge):
        renditions.look(bytes(renditions.LARGEST_FILE + 1))


def test_a_phone_s_own_format_and_a_stamp_are_told_apart() -> None:
    with pytest.raises(PictureIsHeic):
        renditions.look(b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic" + bytes(40))
    with pytest.raises(PictureTooSmall):
        renditions.look(picture(size=(640, 399)))
