"""One booking's life, told step by step as the house does it.

A step is told if its moment has come and the fate goes that far. What the steps leave is what the use cases
of `exodrive.bookings` leave; `tests/domain/test_demo_bookings.py` compares the two.
"""

from __future__ import annotations

from exodrive.bookings.states import State
from exodrive.local.bulk import keys, settling
from exodrive.local.bulk.tale import Tale


def tell(tale: Tale) -> None:
    """Fill the batch of a tale."""
    tale.hold()
    if tale.goes(State.AWAITING_PAYMENT, tale.when.ordered_at):
        tale.order()
    if tale.goes(State.AWAITING_SIGNATURE, tale.when.authorized_at):
        tale.authorize()
    if tale.goes(State.CONFIRMED, tale.when.signed_at):
        tale.sign()
        tale.capture()
        keys.ask_for_deposit(tale)
    if tale.goes(State.ON_RENT, tale.pickup_at):
        keys.hand_over(tale)
    if tale.goes(State.RETURNED, tale.return_at):
        keys.take_back(tale)
    if tale.goes(State.CLOSED, tale.closed_at):
        settling.close(tale, at=tale.closed_at)
    if tale.fate.ends_as is not None:
        settling.end(tale, tale.fate.ends_as)
    tale.write()
