"""The live house for races: customers with browsers of their own, and the books of both sides."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests import live
from tests.audited import assert_no_breach
from tests.live import LiveHouse
from tests.races import slow_line
from tests.races.books import Books
from tests.races.customer import Customer
from tests.races.slow_line import SlowLine
from tests.servers import Servers

_numbers = itertools.count()


@pytest.fixture(scope="session")
def racecourse(
    servers: Servers, worker_number: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveHouse]:
    """A house of their own: the races name cars and weeks, which in another a journey may have taken."""
    folder = tmp_path_factory.mktemp("racecourse")
    with live.house(servers, folder, database=f"racecourse_{worker_number}") as house:
        yield house


@pytest.fixture
def house(racecourse: LiveHouse) -> Iterator[LiveHouse]:
    """The house of the races; whatever a test has stopped runs again afterwards, also where it failed.

    At whatever moment a test leaves the house, no promise is broken.
    """
    racecourse.start_missing()
    yield racecourse
    racecourse.start_missing()
    assert_no_breach(racecourse)


@pytest.fixture
def customer(house: LiveHouse) -> Callable[[], Customer]:
    """Call it for a customer whom nobody has seen before."""
    return lambda: Customer(house.url, next(_numbers))


@pytest.fixture
def books(house: LiveHouse) -> Iterator[Books]:
    found = Books.of(house)
    yield found
    found.database.close()


@pytest.fixture
def line(house: LiveHouse) -> Iterator[SlowLine]:
    """The worker's way to the providers, from its next start on."""
    plain = house.programs["worker"]
    with slow_line.running() as line:
        environment = {**plain.environment, "http_proxy": line.url, "no_proxy": ""}
        house.programs["worker"] = replace(plain, environment=environment)
        yield line
        house.programs["worker"] = plain
        if "worker" in house.processes:
            house.kill("worker")


@pytest.fixture
def twin(house: LiveHouse) -> Iterator[Callable[[str], None]]:
    """Call it to have a second process of a kind, beside the first, for as long as the test lasts."""
    twins: list[str] = []

    def start(name: str) -> None:
        twins.append(f"second {name}")
        house.programs[twins[-1]] = house.programs[name]
        house.start(twins[-1])

    yield start
    for name in twins:
        house.stop(name)
        del house.programs[name]
