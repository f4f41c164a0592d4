"""Tokens shared through a real Valkey, and what is left when it goes away."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from exodrive.providers.paypal import MemoryTokens, PayPal, RedisTokens, TokenStore
from tests.providers import stoppable
from tests.providers.faulty import Connection, Faulty, answer
from tests.providers.stoppable import Stoppable
from tests.races.patience import until


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Stoppable]:
    with stoppable.running(tmp_path / "valkey") as running:
        yield running


@pytest.fixture
def valkey(store: Stoppable) -> str:
    return store.url


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
        check_store(tokens)
        tokens.put("a", "T-1", seconds=1000)
        assert tokens.get("a") == "T-1"


class Issuer:
    """PayPal's tokens, and one call that takes the newest of them only."""

    def __init__(self, server: Faulty) -> None:
        self.issued = 0
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self._lock = threading.Lock()
        server.says(self._answer)

    def revoke(self) -> None:
        """The newest token is not taken any more, before its time."""
        self.issued += 1

    def _answer(self, connection: Connection) -> None:
        if "oauth2" in connection.path:
            self.asked.set()
            self.go_on.wait(30)
            with self._lock:
                self.issued += 1
                body = {"access_token": f"T-{self.issued}", "expires_in": 30000}
        elif connection.headers["Authorization"] != f"Bearer T-{self.issued}":
            answer(401, '{"error": "invalid_token"}')(connection)
            return
        else:
            body = AUTHORIZATION
        answer(200, json.dumps(body))(connection)


AUTHORIZATION = {
    "id": "1A",
    "status": "CREATED",
    "amount": {"currency_code": "USD", "value": "5.00"},
    "create_time": "2026-01-03T10:00:00Z",
    "expiration_time": "2026-02-01T10:00:00Z",
}

WORKER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from exodrive.providers.paypal import PayPal, RedisTokens
paypal = PayPal(sys.argv[1], client_id="id", client_secret="secret", tokens=RedisTokens.at(sys.argv[2]))
with ThreadPoolExecutor(4) as threads:
    list(threads.map(lambda _: paypal.show_authorization("1A"), range(4)))
"""


def workers(server: Faulty, url: str, *, count: int = 2) -> list[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", WORKER, server.url, url]
    return [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(count)]


def ended(processes: list[subprocess.Popen[bytes]]) -> list[int]:
    return [process.wait(60) for process in processes]


def claims(client: redis.Redis) -> int:
    """How often somebody has tried to be the one who asks."""
    return int(client.info("commandstats").get("cmdstat_set", {}).get("calls", 0))


def tokens_asked_for(server: Faulty) -> int:
    return [each.path for each in server.received].count("/v1/oauth2/token")


def test_two_processes_at_once_ask_once(server: Faulty, valkey: str) -> None:
    issuer = Issuer(server)
    issuer.go_on.clear()
    processes = workers(server, valkey)
    assert issuer.asked.wait(60)
    with redis.Redis.from_url(valkey) as client:
        # One holds the claim, the other process has tried for it more than once.
        until(lambda: claims(client) > 2, what="the other process to come")
    issuer.go_on.set()
    assert ended(processes) == [0, 0]
    assert tokens_asked_for(server) == 1


def test_a_revoked_token_is_renewed_once_and_not_by_everybody(server: Faulty, valkey: str) -> None:
    issuer = Issuer(server)
    assert ended(workers(server, valkey, count=1)) == [0]
    issuer.revoke()
    assert ended(workers(server, valkey, count=3)) == [0, 0, 0]
    assert tokens_asked_for(server) == 2


def test_valkey_that_goes_while_somebody_asks_stops_nobody(server: Faulty, store: Stoppable) -> None:
    issuer = Issuer(server)
    issuer.go_on.clear()
    paypal = PayPal(server.url, client_id="id", client_secret="secret", tokens=RedisTokens.at(store.url))
    found: list[str] = []
    asking = threading.Thread(target=lambda: found.append(paypal.show_authorization("1A").status))
    asking.start()
    assert issuer.asked.wait(30)
    store.stop()
    issuer.go_on.set()
    asking.join()
    assert [*found, paypal.show_authorization("1A").status] == ["CREATED", "CREATED"]
    assert tokens_asked_for(server) == 1  # it is kept in memory beside
