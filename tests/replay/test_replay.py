"""The log of all kinds of rentals, shuffled and repeated, leads to the same end, here or in a fresh house."""

from __future__ import annotations

import os
import random

import pytest
from sqlalchemy import select

from exodrive.config import Settings
from exodrive.kernel.db import session, transaction
from exodrive.kernel.inbox import InboxMessage
from tests import audited, digest
from tests.drain import drain, troubles
from tests.replay import hearing, houses
from tests.replay.conftest import Heard
from tests.replay.hearing import Ear
from tests.servers import Servers

pytestmark = pytest.mark.slow
SEEDS = range(int(os.environ.get("REPLAY_SEEDS", "1")))


def states() -> dict[str, str]:
    """Each message's state by its provider's id."""
    with transaction():
        rows = session().execute(select(InboxMessage.event_key, InboxMessage.state))
        return {row.event_key: row.state for row in rows}


@pytest.mark.parametrize("seed", SEEDS)
def test_replayed_in_the_same_house_the_log_changes_nothing(heard: Heard, seed: int) -> None:
    luck, before = random.Random(seed), states()
    assert set(before.values()) == {"processed", "ignored"}
    for share in (1.0, luck.random() / 2):
        assert hearing.again(luck, share=share)
        drain()
    assert troubles() == []
    assert states() == before
    assert "\n".join(digest.difference(digest.taken(), heard.end)) == ""
    audited.assert_no_breach(heard.house)


@pytest.mark.parametrize("seed", SEEDS)
def test_replayed_in_a_fresh_house_the_log_leads_to_the_same_end(
    heard: Heard, seed: int, servers: Servers, settings: Settings, worker_number: int
) -> None:
    """A house as it was before it heard anything, the providers as they are now."""
    luck = random.Random(seed)
    lines = [*heard.lines]
    with houses.opened(servers, settings, f"fresh_{worker_number}", template=heard.brink) as house:
        ear = Ear(heard.ear.postbox, heard=len(heard.ear.postbox.received))
        hearing.tell_anyhow(lines, settings=settings, luck=luck)
        hearing.come_to_rest(ear, settings=settings)
        assert troubles() == []
        assert set(states().values()) == {"processed", "ignored"}
        found = digest.taken(leaving_out=digest.CALLS)
        audited.assert_no_breach(house)
    assert "\n".join(digest.difference(found, heard.end, leaving_out=digest.CALLS)) == ""
