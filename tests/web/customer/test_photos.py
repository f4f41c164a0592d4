"""Photos on customers' pages: every size in the newest format, no file but those, one query for a list."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.blueprints import pictures
from exodrive.fleet import photos
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.fleet.photo_models import PhotoRendition
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.storage import files
from exodrive.storage.models import StoredFile
from tests import photographs
from tests.drain import drain
from tests.photographs import AGENT
from tests.picture_files import from_a_phone, picture
from tests.web.customer.browser import Browser
from tests.web.customer.test_catalog_queries import counted

SLUG = "aurelia-gt"
STAGE = re.compile(r'<div class="stage wide".*?</div>', re.DOTALL)
SOURCE = re.compile(r"<source([^>]*)>")
IMG = re.compile(r"<picture>.*?<img ([^>]*)>", re.DOTALL)


@pytest.fixture
def car(house: Flask) -> Car:
    with transaction():
        return fleet.any_car(SLUG)


SMALL, LARGE = (480, 400), (1800, 1200)


def pictured(car: Car, *, size: tuple[int, int] = SMALL, shade: int = 0) -> UUID:
    photo_id = photographs.add(car, picture(size=size, shade=shade))
    drain()
    return photo_id


def names(page: str) -> list[str]:
    return re.findall(r"/photos/([0-9a-f]{32}\.(?:avif|webp|jpg))", page)


@pytest.mark.parametrize("address", ["/", f"/cars/{SLUG}"])
def test_a_photo_without_words_promises_no_side_of_the_car(car: Car, browser: Browser, address: str) -> None:
    """The drawing shows the left one; what somebody uploads may be the cabin."""
    assert 'alt="Aurelia GT in Bordeaux, ' in browser.get(address)
    pictured(car)
    page = browser.get(address)
    assert 'alt="Aurelia GT in Bordeaux"' in page
    assert 'alt="Aurelia GT in Bordeaux, ' not in page


def test_the_stage_shows_the_cover_in_every_size(car: Car, browser: Browser) -> None:
    drawn = browser.get(f"/cars/{SLUG}")
    assert "data-photo" not in drawn
    pictured(car, size=LARGE)
    stage = STAGE.search(browser.get(f"/cars/{SLUG}"))
    assert stage is not None
    assert "data-photo" in stage[0]
    assert "/drawings/" not in stage[0].replace("/drawings/light.css", "")
    sources = SOURCE.findall(stage[0])
    assert [re.search(r'type="([^"]+)"', each)[1] for each in sources] == [  # type: ignore[index]
        "image/avif", "image/webp", "image/avif", "image/webp",
    ]  # fmt: skip
    assert all('media="(width < 600px)"' in unescape(each) for each in sources[:2])
    assert [re.findall(r" (\d+)w", each) for each in sources] == [["480", "960", "1440"]] * 2 + [
        ["960", "1600"]
    ] * 2
    assert all("sizes=" in each for each in sources)
    img = IMG.search(stage[0])
    assert img is not None
    assert 'width="1600" height="727"' in img[1]
    assert 'fetchpriority="high"' in img[1]
    assert "loading" not in img[1]
    assert 'src="data:image/webp;base64,' in stage[0]
    assert "style=" not in stage[0]


def test_a_card_loads_lazily_and_the_gallery_has_them_all(car: Car, browser: Browser) -> None:
    for shade in range(3):
        pictured(car, shade=shade)
    card = browser.get("/fleet").partition("Aurelia GT")[0].rpartition("<article")[2]
    assert 'loading="lazy"' in card or 'fetchpriority="high"' in card
    page = browser.get(f"/cars/{SLUG}")
    assert page.count("data-reel=") == 3
    large = re.search(r'<a href="/photos/([^"]+)" data-reel="1"', page)
    assert large is not None
    assert large[1].endswith(".jpg")
    assert "2 of 3" in page


def test_words_are_the_house_s_and_never_markup(car: Car, browser: Browser) -> None:
    photo_id = pictured(car)
    with transaction():
        photos.describe(car, photo_id, alt='At "the" <quay>', by=AGENT, at=clock.now())
    page = browser.get(f"/cars/{SLUG}")
    assert "At &#34;the&#34; &lt;quay&gt;" in page
    assert "<quay>" not in page


def test_a_photo_that_waits_or_failed_is_shown_to_nobody(car: Car, browser: Browser) -> None:
    photographs.add(car)
    photographs.add(car, picture(quality=95)[:4000])
    assert "data-photo" not in browser.get(f"/cars/{SLUG}")


def test_a_rendition_is_public_clean_and_kept_for_good(car: Car, browser: Browser) -> None:
    photographs.add(car, from_a_phone(size=SMALL))
    drain()
    found = names(browser.get(f"/cars/{SLUG}"))
    assert {name.rpartition(".")[2] for name in found} == {"avif", "webp", "jpg"}
    for name in found:
        answer = browser.client.get(f"/photos/{name}")
        assert answer.status_code == 200
        assert answer.mimetype == {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}[name[33:]]
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        assert b"Phone of somebody" not in answer.data
        again = browser.client.get(f"/photos/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_nothing_else_that_is_kept_can_be_had_there(car: Car, browser: Browser) -> None:
    """Neither the original nor any other file, by id, key, hash or a name made up from them."""
    photo_id = pictured(car)
    with transaction():
        secret = files.keep(
            picture(shade=7),
            folder="condition/x",
            name="licence.jpg",
            media_type="image/jpeg",
            at=clock.now(),
        )
        original = photographs.photo_queries.of_car(car, photo_id).original_id
        kept = [session().get_one(StoredFile, file_id) for file_id in (secret.id, original)]
        made = session().scalars(select(PhotoRendition)).first()
        assert made is not None
        own_file = session().get_one(StoredFile, made.file_id)
    for row in (*kept, own_file):
        for name in (
            str(row.id), row.id.hex, f"{row.id.hex}.jpg", row.name, row.key, row.key.replace("/", "%2f"),
            row.sha256.hex(), f"{row.sha256.hex()[:32]}.jpg", f"..%2f{row.key}",
        ):  # fmt: skip
            if name != made.name:
                assert browser.client.get(f"/photos/{name}").status_code in (308, 404), name


def test_what_was_removed_is_gone_for_everybody(car: Car, browser: Browser) -> None:
    photo_id = pictured(car)
    found = names(browser.get(f"/cars/{SLUG}"))
    with transaction():
        photos.remove(car, photo_id, by=AGENT, at=clock.now())
    assert names(browser.get(f"/cars/{SLUG}")) == []
    assert {browser.client.get(f"/photos/{name}").status_code for name in found} == {404}


def test_a_list_of_cars_asks_for_their_covers_once(house: Flask, car: Car, browser: Browser) -> None:
    pictured(car)
    browser.get("/fleet")
    with counted() as one:
        browser.get("/fleet")
    with transaction():
        others = [each for each in fleet.all_cars(limit=10) if each.id != car.id]
    for each in others[:4]:
        pictured(each)
    with counted() as many:
        page = browser.get("/fleet")
    assert page.count("data-photo") == 5
    assert len(many) == len(one)
    assert sum("car_photos" in statement for statement in many) == 1


def test_a_page_asks_once_for_the_light_of_all_its_cars(house: Flask, browser: Browser) -> None:
    page = browser.get("/fleet")
    links = re.findall(r'href="(/drawings/light\.css[^"]+)"', page)
    assert len(links) == 1
    paints = set(re.findall(r'data-light="([0-9a-f]{6})"', page))
    assert len(paints) > 5
    answer = browser.client.get(unescape(links[0]))
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    for paint in paints:
        assert f'.stage[data-light="{paint}"]{{--paint:#{paint}}}' in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "paints=red",
        "paints=6A1522",
        "paints=6a1522,}}*{{",
        "size=100%",
        "size=9cqi;}",
        "paints=" + "6a1522," * 201,
    ],
)
def test_what_is_no_light_is_refused(browser: Browser, house: Flask, query: str) -> None:
    assert browser.client.get(f"/drawings/light.css?{query}").status_code == 400


def test_a_name_of_another_shape_is_not_even_looked_for(house: Flask, browser: Browser) -> None:
    assert pictures.NAME.fullmatch("0" * 32 + ".avif")
    for name in ("0" * 31 + ".avif", "0" * 32 + ".svg", "0" * 32, "0" * 5000, "0" * 32 + ".jpg%0a"):
        with counted() as statements:
            assert browser.client.get(f"/photos/{name}").status_code == 404
        assert not any("photo_renditions" in statement for statement in statements)
