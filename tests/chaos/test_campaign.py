"""The short form of `make chaos`: eight rentals while processes die at the points that matter most."""

from __future__ import annotations

import random

import pytest

from tests import audited
from tests.chaos import points
from tests.chaos.opening import opened
from tests.servers import Servers

pytestmark = pytest.mark.race


def test_every_rental_comes_to_its_end_whoever_is_killed(
    servers: Servers, worker_number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said: list[str] = []
    with opened(
        servers,
        tmp_path_factory.mktemp("chaos"),
        name=f"chaos_{worker_number}",
        chance=random.Random(1),
        say=said.append,
    ) as campaign:
        left = campaign.round(points.SHORT)
        assert left == set(), said
        assert sorted(campaign.watch.struck) == sorted(points.SHORT)
        audited.assert_no_breach(campaign.house)
