"""One house that has heard of all its rentals, and what it heard; for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask

from exodrive.config import Settings
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.local import demo
from exodrive.providers import simulator_clock
from tests import digest, rental
from tests.conftest import Simulators
from tests.providers.faulty import Faulty
from tests.replay import brink, hearing, houses
from tests.replay.brink import Rental
from tests.replay.hearing import Ear
from tests.servers import Servers
from tests.tasks import pens


@dataclass(frozen=True, slots=True)
class Heard:
    """The house is open. `lines` is all that it was told, `end` where that led, `brink` how it was before."""

    house: Flask
    rentals: list[Rental]
    ear: Ear
    lines: tuple[str, ...]
    end: list[str]
    brink: str


@pytest.fixture(scope="module")
def heard(
    servers: Servers, settings: Settings, worker_number: int, simulators: Simulators, postbox: Faulty
) -> Iterator[Heard]:
    """Told in the order in which it happened, each message once."""
    name, kept = f"heard_{worker_number}", f"brink_{worker_number}"
    ear = Ear(postbox, heard=len(postbox.received))
    with houses.opened(servers, settings, name) as house:
        pen = pens.of(settings)
        with transaction():
            demo.furnish(at=clock.now())
            pen.hand_over_certificate()
        rentals = brink.all_of_them(simulators.url)
        houses.copied(servers, name, to=kept)
        for each in rentals:
            each.happens()
            if each.told is not None:
                ear.wait_for(*each.told)
        strange = list(hearing.strangers(pen))
        hearing.tell([*ear.listen(), *strange], settings=settings)
        hearing.come_to_rest(ear, settings=settings)
        lines = (*ear.lines, *strange)
        assert {each.story: rental.state(each.booking_id) for each in rentals} == {
            each.story: each.state for each in rentals
        }
        yield Heard(house, rentals, ear, lines, digest.taken(), kept)
    servers.postgres.drop_database(kept)
    clock.set_offset(timedelta())
    simulator_clock.move(simulators.url, offset_seconds=0)
