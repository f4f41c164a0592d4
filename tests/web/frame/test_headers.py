"""Security headers on every answer."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.web.frame.html import Page


def test_only_our_own_scripts_run(client: FlaskClient) -> None:
    answer = client.get("/list")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    nonce = re.search(r"'nonce-([^']+)'", policy["script-src"])
    assert nonce is not None
    assert policy["script-src"] == f"'self' 'nonce-{nonce[1]}'"
    assert not any("unsafe" in value for value in policy.values())
    assert policy["frame-ancestors"] == "'none'"
    scripts = Page(answer.text).all("script")
    assert scripts
    assert all(script["nonce"] == nonce[1] and script["src"] for script in scripts)


def test_a_nonce_serves_one_answer(client: FlaskClient) -> None:
    first, second = (client.get("/list").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


def test_https_stays_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/list").headers
    assert (
        "max-age="
        in client.get("/list", base_url="https://house.example").headers["Strict-Transport-Security"]
    )


def test_pages_are_not_kept_by_others(client: FlaskClient) -> None:
    headers = client.get("/list").headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
