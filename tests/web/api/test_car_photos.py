"""Photos of cars over the API: the cover in lists, all of them with one car."""

from __future__ import annotations

from flask import Flask

from exodrive.fleet import photos
from exodrive.fleet import queries as fleet
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from tests import photographs
from tests.web.api.program import Program


def test_a_car_has_its_cover_in_lists_and_all_photos_by_itself(house: Flask, program: Program) -> None:
    bare = program.get("/cars/aurelia-gt").get_json()
    assert (bare["cover"], bare["photos"]) == (None, [])
    with transaction():
        car = fleet.any_car("aurelia-gt")
    cover, _ = photographs.add(car, shade=1), photographs.add(car, shade=2)
    with transaction():
        photos.describe(car, cover, alt="At the quay", by=photographs.AGENT, at=clock.now())
    photographs.resize_all()
    shown = program.get("/cars/aurelia-gt").get_json()
    assert [each["alt"] for each in shown["photos"]] == ["At the quay", ""]
    assert shown["cover"] == shown["photos"][0]
    listed = next(each for each in program.get("/cars").get_json()["items"] if each["slug"] == car.slug)
    assert listed["cover"] == shown["cover"]
    assert "photos" not in listed
    files = shown["cover"]["files"]
    assert {each["type"] for each in files} == {"image/avif", "image/webp", "image/jpeg"}
    assert {(each["width"], each["height"]) for each in files} == {photographs.SMALL}
    name = files[0]["url"].partition("/photos/")[2]
    assert house.test_client().get(f"/photos/{name}").mimetype == files[0]["type"]
