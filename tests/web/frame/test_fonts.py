"""The cut fonts: each file has just the letters that its rule promises, and what stands in is as wide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

FACE = re.compile(r"@font-face \{(.*?)\n\}", re.DOTALL)
RANGE = re.compile(r"U\+([0-9A-F]{4})(?:-([0-9A-F]{4}))?")
# What our own texts are written with; each further file costs a visitor a request.
OURS = "Keep the key for a weekend, 12×3 – “it’s” $5,000.00 − 11 % · 20 °C … €"


@pytest.fixture(scope="module")
def static(checkout: Path) -> Path:
    return checkout / "exodrive" / "static"


@pytest.fixture(scope="module")
def faces(static: Path) -> dict[str, set[int]]:
    """The letters that a stylesheet sends a browser to each file for."""
    text = (static / "css" / "fonts.css").read_text()
    found = {}
    for face in FACE.findall(text):
        name = re.search(r'url\("vendor/fonts/([\w-]+)\.woff2"\)', face)
        if name:
            ranges = RANGE.findall(face.partition("unicode-range")[2])
            found[name[1]] = {n for a, b in ranges for n in range(int(a, 16), int(b or a, 16) + 1)}
    return found


def test_each_file_has_what_its_rule_promises(faces: dict[str, set[int]], static: Path) -> None:
    assert len(faces) == 4
    folder = static / "vendor" / "fonts"
    for name, letters in faces.items():
        has = set(TTFont(folder / f"{name}.woff2").getBestCmap())
        assert letters - has <= {0x00AD}, name  # a hyphen that may be: nothing is drawn for it
        assert has <= letters, name


def test_our_own_texts_need_one_file_of_each_family(faces: dict[str, set[int]]) -> None:
    for family in ("archivo", "inter"):
        assert {ord(sign) for sign in OURS} <= faces[family]
        assert not faces[family] & faces[f"{family}-latin"]
