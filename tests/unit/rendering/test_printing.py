"""Printing reaches nothing but our own fonts, and says of a paper what it is."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from exodrive.rendering import outline, printing
from exodrive.rendering.printing import Content, NotOurs
from exodrive.storage import pictures
from exodrive.storage.pictures import NotAPicture
from tests.picture_files import picture

FOREIGN = [
    "http://127.0.0.1:9/picture.png",
    "file:///etc/passwd",
    "house:/../../css/base.css",
    "house:/inter/files/no-such-font.woff2",
]


@pytest.mark.parametrize("address", FOREIGN)
def test_a_foreign_address_stops_the_printing(address: str) -> None:
    with pytest.raises(NotOurs):
        printing.render(Content(f'<img src="{address}">', "0" * 64))


def test_who_has_printed_still_sees_that_a_photo_breaks_off() -> None:
    printing.render(Content("<p>A paper</p>", "0" * 64))
    with pytest.raises(NotAPicture):
        pictures.clean(picture(quality=95)[:4000])


@pytest.mark.parametrize("body", sorted(path.stem for path in outline.FOLDER.glob("*.svg")))
def test_every_body_has_an_outline(body: str) -> None:
    drawn = ElementTree.fromstring(outline.of(body))
    wheels = [circle for circle in drawn.iter(f"{outline.SVG}circle") if circle.get("fill") == "#fff"]
    assert len(wheels) == 2
    assert len(list(drawn.iter(f"{outline.SVG}path"))) >= 4
    assert {part.get("fill") for part in drawn.iter()} <= {None, "none", "#fff"}


def test_a_body_that_nobody_drew() -> None:
    with pytest.raises(FileNotFoundError):
        outline.of("submarine")
