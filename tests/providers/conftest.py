"""What the provider tests share: a faulty server, and the simulators over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers import faulty


@pytest.fixture
def server() -> Iterator[faulty.Faulty]:
    with faulty.running() as running:
        yield running
