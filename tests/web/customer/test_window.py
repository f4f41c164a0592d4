"""How the house is found and shared: robots, the map of the site, heads of pages, linked data."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import update

from exodrive.blueprints.window import sitemap
from exodrive.blueprints.window.views import CLOSED
from exodrive.fleet.models import Car
from exodrive.kernel.db import session, transaction
from exodrive.tasks import link_pictures
from tests.web.customer.booking import WEEKEND, held
from tests.web.customer.browser import Browser
from tests.web.frame.html import Page

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PLACES = ("/", "/fleet", "/fleet?category=luxury-sedan", "/cars/aurelia-gt", "/terms", "/about", "/contact")


def whole(house: Flask, path: str) -> str:
    return f"{house.config['SETTINGS'].public_url}{path}"


def head(text: str) -> dict[str, str]:
    """What the metas and links of a page say, by name, property or relation."""
    page = Page(text)
    said = {
        meta.get("name") or meta.get("property") or "": meta.get("content") or "" for meta in page.all("meta")
    }
    return said | {link["rel"] or "": link["href"] or "" for link in page.all("link")}


def linked(text: str) -> dict[str, dict[str, Any]]:
    """The linked data of a page, each thing by its kind."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    graph = json.loads(found[1])
    assert graph["@context"] == "https://schema.org"
    kinds = (
        (thing["@type"] if isinstance(thing["@type"], str) else thing["@type"][0], thing)
        for thing in graph["@graph"]
    )
    return dict(kinds)


def test_every_place_has_words_of_its_own(browser: Browser) -> None:
    titles, descriptions = set(), set()
    for address in PLACES:
        text = browser.get(address)
        title = re.search(r"<title>(.*?)</title>", text)
        assert title is not None
        titles.add(title[1])
        said = head(text)["description"]
        descriptions.add(said)
        assert 50 <= len(said) <= 200, (address, said)
    # A kind of car has the fleet's own words: it is the fleet, seen through a filter.
    assert len(titles) >= len(PLACES) - 1
    assert len(descriptions) >= len(PLACES) - 1


@pytest.mark.parametrize("address", PLACES)
def test_a_place_names_its_one_address(house: Flask, browser: Browser, address: str) -> None:
    answer = browser.client.get(address)
    said = head(answer.text)
    assert said["canonical"] == said["og:url"] == whole(house, address)
    assert "X-Robots-Tag" not in answer.headers
    assert said["og:title"]
    assert said["og:description"] == said["description"]
    assert said["twitter:card"] == "summary_large_image"


def test_dates_in_an_address_do_not_make_another_car(house: Flask, browser: Browser) -> None:
    answer = browser.client.get(f"/cars/aurelia-gt?{WEEKEND}&month=2027-01")
    assert head(answer.text)["canonical"] == whole(house, "/cars/aurelia-gt")
    assert "X-Robots-Tag" not in answer.headers


@pytest.mark.parametrize("query", [WEEKEND, "category=luxury-sedan&sort=power", "min=500", "after=x"])
def test_a_question_to_the_fleet_is_no_place(browser: Browser, query: str) -> None:
    answer = browser.client.get(f"/fleet?{query}")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "canonical" not in head(answer.text)


def test_what_is_somebodys_is_not_to_be_found(browser: Browser) -> None:
    link = held(browser)
    for address in (link, "/desk/login", "/desk", "/my-booking", "/api/v1/cars", "/cars/nothing-there"):
        answer = browser.client.get(address)
        if answer.status_code < 400:
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow", address
            assert "og:url" not in answer.text
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_pictures_of_links_are_there(house: Flask, browser: Browser) -> None:
    for address in ("/", "/cars/aurelia-gt"):
        said = head(browser.get(address))
        path = urlsplit(said["og:image"])
        assert said["og:image"].startswith(whole(house, "/"))
        answer = browser.client.get(f"{path.path}?{path.query}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        picture = Image.open(io.BytesIO(answer.data))
        assert picture.size == (int(said["og:image:width"]), int(said["og:image:height"])) == (1200, 630)


def test_robots_are_told_what_to_leave_alone(house: Flask, browser: Browser) -> None:
    text = browser.client.get("/robots.txt").text
    assert f"Sitemap: {whole(house, '/sitemap.xml')}" in text
    for path in CLOSED:
        assert f"Disallow: {path}\n" in text
    assert not any(address.startswith(CLOSED) for address in (place.partition("?")[0] for place in PLACES))


def test_the_map_has_every_place_and_no_other(house: Flask, browser: Browser) -> None:
    with transaction():
        session().execute(update(Car).where(Car.slug == "aurelia-gt").values(visible=False))
    places = ElementTree.fromstring(browser.client.get("/sitemap.xml").data)
    addresses = [place.findtext(f"{NAMESPACE}loc") or "" for place in places]
    assert {whole(house, path) for path in PLACES} - set(addresses) == {whole(house, "/cars/aurelia-gt")}
    assert len(addresses) == len(set(addresses))
    for address in addresses:
        assert browser.client.get(address.removeprefix(whole(house, ""))).status_code == 200, address
    dated = [place for place in places if "/cars/" in (place.findtext(f"{NAMESPACE}loc") or "")]
    assert dated
    for place in dated:
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT[\d:]{8}Z", place.findtext(f"{NAMESPACE}lastmod") or "")


def test_a_large_map_comes_in_sheets(house: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_map = ElementTree.fromstring(browser.client.get("/sitemap.xml").data)
    monkeypatch.setattr(sitemap, "MOST", 10)
    index = ElementTree.fromstring(browser.client.get("/sitemap.xml").data)
    assert index.tag == f"{NAMESPACE}sitemapindex"
    sheets = [(each.findtext(f"{NAMESPACE}loc") or "").removeprefix(whole(house, "")) for each in index]
    found = [len(ElementTree.fromstring(browser.client.get(sheet).data)) for sheet in sheets]
    assert all(count <= 10 for count in found)
    assert sum(found) == len(whole_map)
    for missing in (0, len(sheets) + 1):
        assert browser.client.get(f"/sitemap-{missing}.xml").status_code == 404


def test_the_house_as_data(house: Flask, browser: Browser) -> None:
    things = linked(browser.get("/"))
    rental = things["AutoRental"]
    assert rental["url"] == whole(house, "/")
    assert rental["address"]["streetAddress"]
    assert {each["dayOfWeek"] for each in rental["openingHoursSpecification"]} >= {"Monday", "Saturday"}
    assert all(each["acceptedAnswer"]["text"] for each in things["FAQPage"]["mainEntity"])


def test_a_car_as_data(house: Flask, browser: Browser) -> None:
    things = linked(browser.get("/cars/aurelia-gt"))
    car, way = things["Product"], things["BreadcrumbList"]["itemListElement"]
    assert car["name"] == "Aurelia GT"
    assert (car["offers"]["price"], car["offers"]["priceCurrency"]) == ("895.00", "USD")
    assert car["offers"]["availability"] == "https://schema.org/InStock"
    assert [(step["position"], step["item"]) for step in way] == [
        (1, whole(house, "/")),
        (2, whole(house, "/fleet")),
        (3, whole(house, "/cars/aurelia-gt")),
    ]
    assert "aggregateRating" not in car or car["aggregateRating"]["reviewCount"] > 0


def test_no_word_ends_the_data(browser: Browser) -> None:
    evil = "</script><script>alert(1)</script><!--"
    with transaction():
        session().execute(update(Car).where(Car.slug == "aurelia-gt").values(description=evil))
    text = browser.get("/cars/aurelia-gt")
    assert "<script>alert" not in text
    assert linked(text)["Product"]["description"].endswith(evil)


def test_home_screens_get_a_mark_and_a_name(browser: Browser) -> None:
    answer = browser.client.get("/site.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    told = json.loads(answer.data)
    assert told["name"]
    for mark in told["icons"]:
        picture = browser.client.get(mark["src"])
        assert picture.status_code == 200
        if mark["type"] == "image/png":
            size = Image.open(io.BytesIO(picture.data)).size
            assert mark["sizes"] == f"{size[0]}x{size[1]}"
    icon = browser.client.get("/favicon.ico")
    assert Image.open(io.BytesIO(icon.data)).format == "ICO"
    said = head(browser.get("/"))
    assert browser.client.get(said["apple-touch-icon"]).status_code == 200
    assert said["manifest"] == "/site.webmanifest"


def test_the_browsers_frame_takes_the_pages_ground(browser: Browser) -> None:
    text = browser.get("/")
    assert text.count('name="theme-color"') == 2
    browser.client.post("/appearance", data={"theme": "dark"}, headers={"Origin": "http://localhost"})
    assert re.findall(r'name="theme-color" content="([^"]+)"', browser.get("/")) == ["#0c0e10"]


def test_a_car_gets_a_picture_of_its_own(house: Flask, browser: Browser) -> None:
    default = head(browser.get("/cars/aurelia-gt"))["og:image"]
    with transaction():
        session().execute(update(Car).where(Car.slug != "aurelia-gt").values(visible=False))
    assert link_pictures.draw_missing() == 1
    assert link_pictures.draw_missing() == 0, "it says all there is to say"
    own = head(browser.get("/cars/aurelia-gt"))["og:image"]
    assert own != default
    path = own.removeprefix(whole(house, ""))
    answer = browser.client.get(path)
    assert answer.mimetype == "image/jpeg"
    assert Image.open(io.BytesIO(answer.data)).size == (1200, 630)
    assert "immutable" in answer.headers["Cache-Control"]
    with transaction():
        session().execute(update(Car).where(Car.slug == "aurelia-gt").values(daily_price=99_900))
    assert link_pictures.draw_missing() == 1, "another price is another picture"
    assert head(browser.get("/cars/aurelia-gt"))["og:image"] != own
    assert browser.client.get(path).status_code == 200, "old messages keep theirs"
    assert browser.client.get("/shared/nothing.jpg").status_code == 404


def test_two_cars_that_are_alike_have_a_picture_each(house: Flask, browser: Browser) -> None:
    with transaction():
        one, other = session().query(Car).filter(Car.slug.in_(("aurelia-gt", "calder-brake"))).all()
        for name in ("make", "model", "year", "paint", "body", "daily_price", "currency", "stage_name"):
            setattr(other, name, getattr(one, name))
        slugs = [one.slug, other.slug]
        session().execute(update(Car).where(Car.slug.not_in(slugs)).values(visible=False))
    assert link_pictures.draw_missing() == 2
    assert link_pictures.draw_missing() == 0, "neither takes the other's away"
    assert len({head(browser.get(f"/cars/{slug}"))["og:image"] for slug in slugs}) == 2
