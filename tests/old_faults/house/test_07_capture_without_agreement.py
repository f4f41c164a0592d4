"""7: a rental that stood without a signed agreement."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from exodrive.bookings import transitions
from exodrive.bookings.states import NEXT, Move, State
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.payments import tree, wishes
from exodrive.payments.states import Purpose
from tests import paper, rental
from tests.domain.bookings.test_handover import hand_over

pytestmark = pytest.mark.usefixtures("house")


@pytest.mark.parametrize("reached", [paper.awaiting_signature, paper.confirmed])
def test_a_capture_moves_money_and_no_booking(reached: Callable[[], UUID]) -> None:
    """Taking the money made a booking upcoming, signed or not."""
    booking_id = reached()
    before = rental.state(booking_id)
    with transaction():
        transitions.lock(booking_id)
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        wishes.capture(payment, amount=payment.money, at=clock.now())
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
    assert rental.state(booking_id) == before


def test_only_a_signature_confirms() -> None:
    """No other row of the table leads there."""
    assert [key for key, state in NEXT.items() if state is State.CONFIRMED] == [
        (State.AWAITING_SIGNATURE, Move.SIGN)
    ]


def test_no_keys_without_a_signed_agreement() -> None:
    booking_id = paper.awaiting_signature()
    with pytest.raises(transitions.MoveImpossible):
        hand_over(booking_id)
