"""What went wrong, whole, as a fragment, and as JSON."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from exodrive.blueprints.error_texts import STATUS
from tests.web.frame.html import Page

HTMX = {"HX-Request": "true"}
EXPECTED = [
    ("missing", 404, "There is nothing here"),
    ("forbidden", 403, "This is not yours to open"),
    ("stale", 409, "Somebody else changed this just now"),
    ("taken", 409, "The car was taken a moment ago"),
    ("refused", 422, "That cannot be done"),
    ("busy", 429, "Too many attempts"),
    ("crash", 500, "The fault is ours"),
    ("database", 503, "We are back in a moment"),
]


@pytest.mark.parametrize(("fault", "status", "words"), EXPECTED)
def test_as_a_page(client: FlaskClient, fault: str, status: int, words: str) -> None:
    answer = client.get(f"/fault/{fault}")
    page = Page(answer.text)
    assert answer.status_code == status
    assert words in answer.text
    assert page.faults == []
    assert len(page.all("h1")) == 1
    assert "secret detail" not in answer.text
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(("fault", "status", "words"), EXPECTED)
def test_as_a_fragment(client: FlaskClient, fault: str, status: int, words: str) -> None:
    answer = client.get(f"/fault/{fault}", headers=HTMX)
    assert answer.status_code == status
    assert words in answer.text
    assert "<html" not in answer.text
    assert answer.headers["HX-Retarget"] == "#problem"


@pytest.mark.parametrize(("fault", "status", "words"), EXPECTED)
def test_as_json(client: FlaskClient, fault: str, status: int, words: str) -> None:
    answer = client.get(f"/api/fault/{fault}")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    assert answer.json["title"] == words
    if fault == "taken":
        assert answer.json["code"] == "car_taken"


def test_an_unknown_address(client: FlaskClient) -> None:
    assert client.get("/nowhere").status_code == 404
    assert client.get("/api/nowhere").mimetype == "application/problem+json"


def test_says_when_to_try_again(client: FlaskClient) -> None:
    assert client.get("/fault/database").headers["Retry-After"] == "10"
    assert client.get("/fault/busy").headers["Retry-After"] == "30"


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.get("/appearance")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_each_status_has_words() -> None:
    assert {403, 404, 409, 422, 429, 500, 503} <= STATUS.keys()
