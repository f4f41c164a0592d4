"""The live house for races: customers with browsers of their own, and the books of both sides."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.live import LiveHouse
from tests.races.books import Books
from tests.races.customer import Customer

_numbers = itertools.count()


@pytest.fixture
def house(live_house: LiveHouse) -> Iterator[LiveHouse]:
    """The live house; whatever a test has stopped runs again afterwards, also where it failed."""
    live_house.start_missing()
    yield live_house
    live_house.start_missing()


@pytest.fixture
def customer(house: LiveHouse) -> Callable[[], Customer]:
    """Call it for a customer whom nobody has seen before."""
    return lambda: Customer(house.url, next(_numbers))


@pytest.fixture
def books(house: LiveHouse) -> Iterator[Books]:
    found = Books.of(house)
    yield found
    found.database.close()
