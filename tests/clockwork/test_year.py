"""Two houses with five hundred rentals each: every payment plan is kept to, whatever guests and banks do.

`make clock` lives through ten thousand.
"""

from __future__ import annotations

import pytest

from exodrive.bookings.states import State
from tests.audited import assert_no_breach
from tests.clockwork import houses, year
from tests.clockwork.branches import Branch
from tests.servers import Servers

RENTALS = 500
RARE = 3  # branches that so few guests go that a house may see none of them


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_no_money_is_late_or_unexplained_after_half_a_year(
    servers: Servers, worker_number: int, seed: int
) -> None:
    with houses.empty(servers, database=f"clockwork_{worker_number}", worker=worker_number) as app:
        lived = year.lived(RENTALS, seed=seed, say=print)
        print("\n".join(lived.in_words()))
        assert lived.faults == []
        assert_no_breach(app)
    # Otherwise nothing was proved.
    assert lived.states[State.CLOSED] > RENTALS / 2
    assert lived.branches[Branch.RENEWED]
    assert lived.branches[Branch.REFUNDED]
    assert len(lived.not_taken) <= RARE
