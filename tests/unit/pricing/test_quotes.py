"""Quotes: a price promised for a while, in a token that cannot be changed unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import URLSafeSerializer

from exodrive.pricing import quotes, rules
from exodrive.pricing.price import Price
from exodrive.pricing.quotes import Quote, QuoteExpired, QuoteForged
from exodrive.pricing.request import Trip
from tests.unit.pricing.examples import MARYLAND, SECOND_DRIVER, WEEKEND, book, request, usd

SECRET = "the house's own secret"
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


def quote() -> Quote:
    wanted = request(delivery=Trip("Bethesda", usd(150_00)), additional_drivers=1)
    rules_now = book(seasons=[WEEKEND], extras=[SECOND_DRIVER], taxes=[MARYLAND])
    return Quote(wanted, rules.price(wanted, rules_now), NOON)


def test_a_quote_comes_back_whole() -> None:
    token = quotes.sign(quote(), secret=SECRET)

    assert quotes.read(token, secret=SECRET, at=NOON + timedelta(minutes=29)) == quote()


def test_a_token_fits_into_an_address() -> None:
    token = quotes.sign(quote(), secret=SECRET)

    assert len(token) < 1000
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


@pytest.mark.parametrize(("life", "seconds"), [(30, 30 * 60), (30, 31 * 60), (5, 5 * 60)])
def test_a_quote_ends_with_its_life(life: int, seconds: int) -> None:
    token = quotes.sign(quote(), secret=SECRET)
    last = NOON + timedelta(seconds=seconds)

    assert quotes.read(
        token, secret=SECRET, at=NOON + timedelta(minutes=life, seconds=-1), life=minutes(life)
    )
    with pytest.raises(QuoteExpired):
        quotes.read(token, secret=SECRET, at=last, life=minutes(life))


def minutes(life: int) -> timedelta:
    return timedelta(minutes=life)


@pytest.mark.parametrize("position", [0, 10, 200, -3])
def test_a_changed_token_is_forged(position: int) -> None:
    token = quotes.sign(quote(), secret=SECRET)
    position %= len(token)
    changed = token[:position] + ("A" if token[position] != "A" else "Q") + token[position + 1 :]

    with pytest.raises(QuoteForged):
        quotes.read(changed, secret=SECRET, at=NOON)


@pytest.mark.parametrize("token", ["", ".", "no token", "a.b.c", "🏎️"])
def test_what_never_was_a_token_is_forged(token: str) -> None:
    with pytest.raises(QuoteForged):
        quotes.read(token, secret=SECRET, at=NOON)


def test_another_houses_token_is_forged() -> None:
    with pytest.raises(QuoteForged):
        quotes.read(quotes.sign(quote(), secret="another secret"), secret=SECRET, at=NOON)


def test_what_was_signed_for_another_purpose_is_forged() -> None:
    with pytest.raises(QuoteForged):
        quotes.read(str(URLSafeSerializer(SECRET, salt="sign-in").dumps([1, 0])), secret=SECRET, at=NOON)


def test_a_token_of_an_older_form_is_an_old_price() -> None:
    token = quotes._serializer(SECRET).dumps([0, int(NOON.timestamp()), "of an older form"])

    with pytest.raises(QuoteExpired):
        quotes.read(str(token), secret=SECRET, at=NOON)


def test_a_quote_is_honoured_although_the_rules_have_changed() -> None:
    token = quotes.sign(quote(), secret=SECRET)
    dearer = rules.price(quote().request, book(seasons=[replace(WEEKEND, rate_bp=9000)]))

    kept = quotes.read(token, secret=SECRET, at=NOON).price

    assert kept == quote().price
    assert kept.book != dearer.book


@pytest.mark.parametrize("damage", [{"total": 1}, {"lines": []}, {"form": 99}])
def test_a_damaged_snapshot_is_not_taken_for_a_price(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="snapshot"):
        Price.from_json(quote().price.to_json() | damage)
