"""Stylesheets and scripts in one piece, hashed addresses, and the drawn cars."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from exodrive.blueprints import drawings
from exodrive.blueprints.static_files import static_url


@pytest.fixture
def house_css(app: Flask) -> str:
    with app.test_request_context():
        return static_url("house.css")


@pytest.mark.parametrize("name", ["house.css", "desk.css"])
def test_a_stylesheet_comes_in_one_piece(client: FlaskClient, name: str) -> None:
    text = client.get(f"/static/{name}").text
    assert "@import" not in text
    assert "@layer tokens {" in text
    assert text.count("{") == text.count("}")


def test_a_script_comes_in_one_piece(client: FlaskClient) -> None:
    text = client.get("/static/house.js").text
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert "held-out" in text


def test_colours_stand_in_the_tokens_alone(app: Flask) -> None:
    folder = Path(app.static_folder or "") / "css"
    for path in folder.rglob("*.css"):
        if path.name != "tokens.css":
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?!-)", re.sub(r"#[a-z]+", "", path.read_text())), path


def test_a_hashed_address_is_kept_for_good(client: FlaskClient, house_css: str) -> None:
    answer = client.get(house_css)
    assert re.search(r"\?v=[0-9a-f]{12}$", house_css)
    assert "immutable" in answer.headers["Cache-Control"]
    assert "no-cache" in client.get("/static/house.css").headers["Cache-Control"]
    assert "no-cache" in client.get("/static/house.css?v=000000000000").headers["Cache-Control"]


def test_text_is_sent_compressed_to_those_who_take_it(client: FlaskClient, house_css: str) -> None:
    answer = client.get(house_css, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert gzip.decompress(answer.data) == client.get(house_css).data
    assert "Content-Encoding" not in client.get(house_css, headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_browsers_get_it_by_brotli(client: FlaskClient, house_css: str) -> None:
    answer = client.get(house_css, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert answer.headers["Content-Encoding"] == "br"
    assert brotli.decompress(answer.data) == client.get(house_css).data
    zipped = client.get(house_css, headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) < len(zipped.data)
    assert len({each.headers["ETag"] for each in (answer, zipped, client.get(house_css))}) == 3


def test_what_is_compressed_by_itself_is_sent_as_it_is(client: FlaskClient) -> None:
    answer = client.get("/static/vendor/fonts/inter.woff2", headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in answer.headers


def test_licences_are_sent_and_remarks_are_not(client: FlaskClient) -> None:
    text = client.get("/static/house.css").text
    assert "/*!" in text
    assert not re.search(r"/\*(?!!)|\n[ \t]", text)


def test_what_is_known_is_not_sent_again(client: FlaskClient, house_css: str) -> None:
    etag = client.get(house_css).headers["ETag"]
    assert client.get(house_css, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("name", ["nothing.css", "../app.py", "css", "..%2f..%2fwsgi.py"])
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_a_car_in_its_paint(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context():
        address = drawings.drawing_url("gt-coupe", "#6A1522")
    answer = client.get(address)
    assert answer.mimetype == "image/svg+xml"
    assert 'color="#6a1522"' in answer.text.split(">")[0]
    assert "immutable" in answer.headers["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_small_picture_goes_without_the_finest_lines(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context():
        whole, small = (drawings.drawing_url("gt-coupe", "6a1522", small=small) for small in (False, True))
    assert whole != small
    drawn, less = client.get(whole).text, client.get(small).text
    assert len(less) < len(drawn)
    assert {float(width) for width in re.findall(r'stroke-width="([\d.]+)"', less)}.isdisjoint(
        {1.0, 1.2, 1.3}
    )
    assert less.count("url(#gl)") == drawn.count("url(#gl)"), "its glass stays"


def test_all_eight_are_drawn(client: FlaskClient) -> None:
    assert len(drawings.bodies()) == 8
    for body in drawings.bodies():
        assert client.get(f"/drawings/{body}.svg?paint=0f4c4a").status_code == 200


@pytest.mark.parametrize(
    "paint", ["red", "6a152", "6a15222", '"/><script>', "%23a1522", "6A1522", "6a1522\n"]
)
def test_what_is_no_paint_is_refused(client: FlaskClient, paint: str) -> None:
    assert client.get("/drawings/gt-coupe.svg", query_string={"paint": paint}).status_code == 400


def test_what_nobody_drew_is_not_there(client: FlaskClient) -> None:
    assert client.get("/drawings/submarine.svg?paint=6a1522").status_code == 404


def test_a_first_visit_weighs_little(client: FlaskClient) -> None:
    """All that a customer's page loads besides itself and its drawings, as sent over the wire."""
    files = (
        "house.css",
        "house.js",
        "vendor/htmx.js",
        "vendor/icons.svg",
        "vendor/fonts/archivo.woff2",
        "vendor/fonts/inter.woff2",
    )
    sizes = [len(client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}).data) for name in files]
    assert all(sizes)
    assert sum(sizes) < 80_000


def test_of_tabler_only_what_is_used_is_served(client: FlaskClient) -> None:
    text = client.get("/static/vendor/tabler.css").text
    assert "Licensed under MIT" in text
    assert ".form-control" in text
    assert ".navbar" not in text
