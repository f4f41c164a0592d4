"""One circuit for all workers, kept in a real Valkey; and what is left of it when that goes away."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import structlog

from exodrive.kernel import circuits, clock
from exodrive.kernel.circuits import CircuitState
from exodrive.providers import circuit_store
from exodrive.providers.breaker import FAILURES, Breaker, CircuitOpen
from exodrive.providers.credentials import Bearer
from exodrive.providers.http import Http
from tests import circuits as kept
from tests.providers import asking, faulty, stoppable
from tests.providers.asking import ask
from tests.providers.faulty import Connection, Faulty, Step, answer
from tests.providers.stoppable import Stoppable

GOOD = answer(200, '{"id": "x"}')
BROKEN = answer(503)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Stoppable]:
    with stoppable.running(tmp_path / "valkey") as running, kept.answers_within():
        circuits.use_redis(running.url)
        yield running


@pytest.fixture
def http(store: Stoppable, server: Faulty) -> Http:
    return asking.client(store.url, server.url)


def asked(http: Http, times: int) -> list[str]:
    return [ask(http) for _ in range(times)]


def opened(http: Http, server: Faulty) -> None:
    """Let the provider fail until nobody asks it any more."""
    server.says(BROKEN)
    assert asked(http, FAILURES) == ["NoAnswer"] * FAILURES
    assert ask(http) == "CircuitOpen"


def shown(provider: str = "paypal") -> circuits.Circuit:
    found = circuits.read()
    assert found is not None
    return found[provider]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(BROKEN, id="503"),
        pytest.param(answer(500, '{"code": "BROKEN"}'), id="500 in its own words"),
        pytest.param(faulty.hang_up, id="hung up"),
        pytest.param(faulty.cut_short, id="cut short"),
        pytest.param(answer(200, '{"id": '), id="half an answer"),
        pytest.param(answer(201), id="an empty one"),
        pytest.param(answer(200, "<html>Please sign in to the hotel</html>"), id="another's page"),
        pytest.param(answer(404, "<html>Not found</html>"), id="another's refusal"),
    ],
)
def test_failures_in_a_row_open_it(http: Http, server: Faulty, step: Step) -> None:
    server.says(step)
    assert asked(http, FAILURES) == ["NoAnswer"] * FAILURES
    assert asked(http, 3) == ["CircuitOpen"] * 3
    assert len(server.received) == FAILURES  # nothing was sent any more


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (answer(401, '{"code": "WHO"}'), "Unauthorized"),
        (answer(422, '{"code": "NO"}'), "GatewayRejected"),
        (answer(429), "Busy"),
        (answer(408), "Busy"),
    ],
)
def test_an_answer_is_a_sign_of_life_however_it_sounds(
    http: Http, server: Faulty, step: Step, error: str
) -> None:
    server.says(*[BROKEN] * (FAILURES - 1), step, BROKEN)
    before = asked(http, FAILURES)
    assert before == ["NoAnswer"] * (FAILURES - 1) + [error]
    assert asked(http, FAILURES) == ["NoAnswer"] * FAILURES
    assert ask(http) == "CircuitOpen"


def test_nobody_there_opens_it_too(store: Stoppable) -> None:
    http = asking.client(store.url, faulty.dead_address())
    assert asked(http, FAILURES + 1) == ["NoAnswer"] * FAILURES + ["CircuitOpen"]


def test_an_open_circuit_says_how_long_and_that_nothing_was_sent(http: Http, server: Faulty) -> None:
    opened(http, server)
    with pytest.raises(CircuitOpen) as caught:
        http.call("POST", "/things", auth=Bearer("token"))
    assert caught.value.outcome_unknown is False
    assert caught.value.retry_after is not None
    assert timedelta() < caught.value.retry_after <= circuits.OPEN_TIME
    seen = shown()
    assert (seen.state, seen.is_open, seen.openings) == (CircuitState.OPEN, True, 1)
    assert seen.since is not None
    assert seen.until is not None
    assert seen.since <= clock.real_now() < seen.until
    assert not shown("docuseal").is_open  # one provider's trouble is not another's


def test_its_opening_and_its_end_are_logged_once(http: Http, server: Faulty, store: Stoppable) -> None:
    with structlog.testing.capture_logs() as lines:
        opened(http, server)
        for _ in range(3):  # trials that fail, as an outage goes on
            kept.pass_open_time(store.url)
            assert asked(http, 2) == ["NoAnswer", "CircuitOpen"]
        server.says(GOOD)
        kept.pass_open_time(store.url)
        assert asked(http, 3) == ["answered"] * 3
    told = [each["event"] for each in lines if str(each["event"]).startswith("provider.circuit")]
    assert told == ["provider.circuit_opened", "provider.circuit_closed"]
    seen = shown()
    assert (seen.state, seen.since, seen.openings) == (CircuitState.CLOSED, None, 1)


def test_one_call_tries_while_the_others_wait(http: Http, server: Faulty, store: Stoppable) -> None:
    opened(http, server)
    kept.pass_open_time(store.url)
    arrived, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        arrived.set()
        go_on.wait(20)
        GOOD(connection)

    server.says(slow, GOOD)
    ends: list[str] = []
    trial = threading.Thread(target=lambda: ends.append(ask(http)))
    trial.start()
    assert arrived.wait(20)
    elsewhere = asking.client(store.url, server.url)
    assert asked(http, 2) + asked(elsewhere, 2) == ["CircuitOpen"] * 4
    assert shown().state is CircuitState.HALF_OPEN
    go_on.set()
    trial.join()
    assert ends == ["answered"]
    assert asked(elsewhere, 2) == ["answered"] * 2


def test_a_trial_whose_process_died_is_taken_over(http: Http, server: Faulty, store: Stoppable) -> None:
    opened(http, server)
    with store.client() as client:
        client.set("circuit:paypal:pybreaker:state", "half-open")
        client.set("circuit:paypal:trial", b"of somebody who is gone", px=60_000)
        server.says(GOOD)
        assert ask(http) == "CircuitOpen"
        client.delete("circuit:paypal:trial")  # as its lease ends
    assert asked(http, 2) == ["answered"] * 2


def test_threads_do_not_wait_for_each_other(http: Http, server: Faulty) -> None:
    """pybreaker's own `call` would let them in one by one."""
    together = threading.Barrier(4, timeout=60)

    def meet(connection: Connection) -> None:
        together.wait()
        GOOD(connection)

    server.says(meet)
    ends: list[str] = []
    threads = [threading.Thread(target=lambda: ends.append(ask(http))) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert ends == ["answered"] * 4


def test_processes_share_one_circuit(http: Http, server: Faulty, store: Stoppable) -> None:
    """Two processes count together, find it open together, and one trial serves both."""
    server.says(BROKEN)

    def others(calls: int) -> list[str]:
        command = [sys.executable, "-m", "tests.providers.asking", store.url, server.url, str(calls), "4"]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return said.splitlines()[-1].split()

    assert others(3) == ["NoAnswer"] * 3
    assert asked(http, 3) == ["NoAnswer"] * 2 + ["CircuitOpen"]
    assert others(2) == ["CircuitOpen"] * 2
    kept.pass_open_time(store.url)
    server.says(GOOD)
    assert "answered" in others(1)
    assert asked(http, 2) == ["answered"] * 2


def test_valkey_away_leaves_each_process_its_own(http: Http, server: Faulty, store: Stoppable) -> None:
    store.stop()
    opened(http, server)
    assert circuits.read() is None
    fresh = asking.client(store.url, server.url)  # also where it was never there
    opened(fresh, server)


def test_valkey_that_goes_while_it_is_open_leaves_it_open(
    http: Http, server: Faulty, store: Stoppable
) -> None:
    opened(http, server)
    store.stop()
    assert asked(http, 2) == ["CircuitOpen"] * 2


def test_valkey_that_goes_in_the_middle_of_a_call_fails_no_call(
    http: Http, server: Faulty, store: Stoppable
) -> None:
    def meanwhile(connection: Connection) -> None:
        store.stop()
        GOOD(connection)

    server.says(BROKEN, meanwhile, GOOD)
    assert asked(http, 3) == ["NoAnswer", "answered", "answered"]
    store.start()
    server.says(BROKEN)
    assert "CircuitOpen" in asked(http, FAILURES * 2)


def test_valkey_that_takes_connections_and_says_nothing_holds_up_no_call(
    server: Faulty, store: Stoppable
) -> None:
    server.says(GOOD)
    with kept.answers_within(kept.AS_THE_HOUSE):
        http = asking.client(store.url, server.url)
    assert ask(http) == "answered"
    started = time.monotonic()
    with store.hanging(), structlog.testing.capture_logs() as lines:
        assert asked(http, 20) == ["answered"] * 20
    # It was asked once, and then left alone for a while: most calls did not wait for it at all.
    spells = 1 + (time.monotonic() - started) / circuit_store.ANEW_AFTER
    assert 1 <= [each["event"] for each in lines].count("provider.circuit_not_shared") <= spells


def test_an_emptied_valkey_begins_anew(http: Http, server: Faulty, store: Stoppable) -> None:
    opened(http, server)
    with store.client() as client:
        client.flushall()
    server.says(GOOD)
    assert asked(http, 3) == ["answered"] * 3
    opened(http, server)


GARBAGE = {
    "a state that is none": ("pybreaker:state", b"ajar"),
    "a state in no letters": ("pybreaker:state", b"\xff\xfe"),
    "a count that is none": ("pybreaker:fail_counter", b"many"),
    "a time that is none": ("pybreaker:opened_at", b"noon"),
    "a time far ahead": ("pybreaker:opened_at", b"9999999999"),
    "a time beyond all calendars": ("pybreaker:opened_at", b"9" * 30),
    "a beginning that is none": ("since", b"long ago"),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_in_its_keys_is_thrown_away(http: Http, server: Faulty, store: Stoppable, name: str) -> None:
    opened(http, server)
    key, value = GARBAGE[name]
    with store.client() as client:
        client.set(f"circuit:paypal:{key}", value)
        shown()  # can be looked at
        server.says(GOOD)
        made = asked(http, 2)
        kept.pass_open_time(store.url)
        made += asked(http, 2)
    assert made[-2:] == ["answered"] * 2
    assert not shown().is_open
    opened(http, server)


@pytest.mark.parametrize(
    "key", ["pybreaker:state", "pybreaker:fail_counter", "pybreaker:opened_at", "trial", "since", "told"]
)
def test_another_kind_of_value_in_its_keys_is_thrown_away(
    http: Http, server: Faulty, store: Stoppable, key: str
) -> None:
    opened(http, server)
    with store.client() as client:
        client.delete(f"circuit:paypal:{key}")
        client.rpush(f"circuit:paypal:{key}", "a", "list")
        shown()
    server.says(GOOD)
    ask(http)
    kept.pass_open_time(store.url)
    assert asked(http, 3)[-2:] == ["answered"] * 2
    opened(http, server)


def test_a_full_valkey_is_like_none(http: Http, server: Faulty, store: Stoppable) -> None:
    with store.client() as client:
        client.config_set("maxmemory", "1")
        opened(http, server)
        client.config_set("maxmemory", "0")


def test_the_length_of_the_open_time_can_be_chosen(store: Stoppable, server: Faulty) -> None:
    breaker = Breaker("resend", circuit_store.connect(store.url), failures=1, open_time=timedelta())
    http = Http("resend", server.url, asking._problem, timeout=(10.0, 10.0), breaker=breaker)
    server.says(BROKEN, GOOD)
    assert asked(http, 2) == ["NoAnswer", "answered"]


def test_redis_errors_are_told_apart(store: Stoppable) -> None:
    client = circuit_store.connect(store.url)
    client.rpush("a-list", "x")
    with pytest.raises(circuit_store.Garbled):
        client.get("a-list")
    store.stop()
    with pytest.raises(circuit_store.StoreAway):
        client.get("a-list")
    assert not issubclass(circuit_store.StoreAway, redis.RedisError)
