"""Settings: what is refused, what is named, and what the sandbox fills in."""

from __future__ import annotations

import pytest

from exodrive import config

SANDBOX = {
    "EXODRIVE_SANDBOX": "1",
    "DATABASE_URL": "postgres://db.example/exodrive",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
LIVE = {
    "DATABASE_URL": "postgresql://db.example/exodrive",
    "REDIS_URL": "rediss://cache.example:6380/0",
    "PUBLIC_URL": "https://rent.example.com/",
    "SECRET_KEY": "k" * 64,
    "PAYPAL_CLIENT_ID": "live-client",
    "PAYPAL_CLIENT_SECRET": "live-secret",
    "PAYPAL_WEBHOOK_ID": "1AB23456CD789012E",
    "DOCUSEAL_API_KEY": "live-docuseal",
    "DOCUSEAL_WEBHOOK_SECRET": "whsec_live",
    "DOCUSEAL_TEMPLATE_ID": "7",
    "RESEND_API_KEY": "re_live",
    "RESEND_WEBHOOK_SECRET": "whsec_bGl2ZQ==",
    "MAIL_FROM": "House <bookings@example.com>",
}


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(config.BadSettings) as caught:
        config.load(environ)
    return caught.value.problems


def test_the_sandbox_needs_only_its_servers() -> None:
    settings = config.load({**SANDBOX, "PORT": "8123"})
    assert settings.database_url == "postgresql+psycopg://db.example/exodrive"
    assert settings.paypal.base_url == "http://127.0.0.1:8100/paypal"
    assert settings.public_url == "http://localhost:8123"
    assert settings.docuseal.template_id == 1
    assert not settings.secure_cookies


def test_a_live_house_with_all_its_keys() -> None:
    settings = config.load(LIVE)
    assert not settings.sandbox
    assert settings.simulators_url is None
    assert settings.paypal.base_url == "https://api-m.paypal.com"
    assert settings.public_url == "https://rent.example.com"
    assert settings.secure_cookies


def test_everything_that_is_missing_is_named_at_once() -> None:
    found = "\n".join(problems({}))
    for name in LIVE:
        assert f"{name} is not set" in found


@pytest.mark.parametrize("name", LIVE)
def test_each_missing_value_stops_the_start(name: str) -> None:
    environ = {**LIVE, name: "  "}
    assert [line.split()[0] for line in problems(environ)] == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("DATABASE_URL", "sqlite:///house.db"),
        ("DATABASE_URL", "postgresql://host:port/name"),
        ("REDIS_URL", "localhost:6379"),
        ("STORAGE_URL", "ftp://files"),
        ("PUBLIC_URL", "http://rent.example.com"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", config.SANDBOX_DEFAULTS["SECRET_KEY"]),
        ("LOG_LEVEL", "loud"),
        ("EXODRIVE_SANDBOX", "perhaps"),
        ("DOCUSEAL_TEMPLATE_ID", "agreement"),
        ("TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str) -> None:
    assert {line.split()[0] for line in problems({**LIVE, name: value})} == {name}


@pytest.mark.parametrize(("name", "address"), config.LIVE_DEFAULTS.items())
def test_a_real_provider_in_the_sandbox_is_refused(name: str, address: str) -> None:
    [line] = problems({**SANDBOX, name: address})
    assert line.startswith(f"{name} is a real provider's")


def test_the_sandbox_may_look_at_another_stand_in() -> None:
    settings = config.load({**SANDBOX, "PAYPAL_BASE_URL": "http://127.0.0.1:9000/checked/"})
    assert settings.paypal.base_url == "http://127.0.0.1:9000/checked"


@pytest.mark.parametrize("name", config.PROVIDER_KEYS)
def test_a_simulated_key_in_a_live_house_is_refused(name: str) -> None:
    [line] = problems({**LIVE, name: config.SANDBOX_DEFAULTS[name]})
    assert line.startswith(f"{name} is the simulators'")


def test_a_simulated_address_in_a_live_house_is_refused() -> None:
    [line] = problems({**LIVE, "PAYPAL_BASE_URL": "http://127.0.0.1:8100/paypal"})
    assert line.startswith("PAYPAL_BASE_URL is the simulators'")


def test_secrets_stay_out_of_what_is_printed() -> None:
    printed = repr(config.load(LIVE))
    for name in ("SECRET_KEY", "PAYPAL_CLIENT_SECRET", "DOCUSEAL_API_KEY", "RESEND_API_KEY", "DATABASE_URL"):
        assert LIVE[name] not in printed
