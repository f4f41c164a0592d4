"""Pages of others call the API only where the house names them, and never with cookies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from exodrive.app import create_app
from exodrive.config import BadSettings, Settings, load
from exodrive.kernel.db import db

SHOP = "https://shop.example"


@pytest.fixture
def open_house(house: Flask, settings: Settings) -> Iterator[Flask]:
    app = create_app(replace(settings, cors_origins=(SHOP,)))
    yield app
    with app.app_context():
        db.engine.dispose()


def preflight(app: Flask, path: str, origin: str) -> dict[str, str]:
    with app.test_client() as client:
        answer = client.options(
            path,
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization, idempotency-key, content-type",
            },
        )
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control")}


def test_it_is_off_by_itself(house: Flask) -> None:
    assert preflight(house, "/api/v1/bookings", SHOP) == {}


def test_a_named_origin_may(open_house: Flask) -> None:
    allowed = preflight(open_house, "/api/v1/bookings", SHOP)
    assert allowed["Access-Control-Allow-Origin"] == SHOP
    assert "POST" in allowed["Access-Control-Allow-Methods"]
    assert "Idempotency-Key".lower() in allowed["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in allowed
    with open_house.test_client() as client:
        answer = client.get("/api/v1/cars", headers={"Origin": SHOP})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


def test_others_may_not_and_nowhere_else(open_house: Flask) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(
        open_house, "/api/v1/bookings", "https://evil.example"
    )
    for path in ("/", "/my-booking", "/desk", "/webhooks/paypal"):
        assert "Access-Control-Allow-Origin" not in preflight(open_house, path, SHOP)


@pytest.mark.parametrize(
    "origins", ["*", "shop.example", "https://shop.example/path", "https://a.example,ftp://b"]
)
def test_an_origin_is_scheme_host_and_port(origins: str) -> None:
    with pytest.raises(BadSettings) as found:
        load(
            {
                "EXODRIVE_SANDBOX": "1",
                "DATABASE_URL": "postgresql://x/y",
                "REDIS_URL": "redis://x",
                "CORS_ORIGINS": origins,
            }
        )
    assert any("CORS_ORIGINS" in problem for problem in found.value.problems)
