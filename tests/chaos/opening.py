"""A house of the campaign's own, whose processes are armed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import live
from tests.chaos.armoury import Armoury
from tests.chaos.campaign import Campaign
from tests.servers import Servers


@contextmanager
def opened(
    servers: Servers, folder: Path, *, name: str, chance: random.Random, say: Callable[[str], None]
) -> Iterator[Campaign]:
    """A furnished and armed house for as long as the block lasts; `name` is its database's."""
    armoury = Armoury.at(folder / "failpoints")
    with live.house(servers, folder, database=name, **armoury.settings) as house:
        campaign = Campaign(house, armoury, say, chance)
        try:
            yield campaign
        finally:
            campaign.books.database.close()
