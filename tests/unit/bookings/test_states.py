"""The life of a booking: every pair of state and move, and nothing besides."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from exodrive.bookings import transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.states import EVENTS, FINAL, NEXT, OCCUPYING, Move, State, possible
from exodrive.kernel.actors import SYSTEM
from exodrive.tasks.routes import ROUTES

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)

# Written out by hand beside the code's table: a slip in either shows.
ALLOWED = {
    ("held", "order"): "awaiting_payment",
    ("held", "expire"): "expired",
    ("awaiting_payment", "authorize"): "awaiting_signature",
    ("awaiting_payment", "waive"): "awaiting_signature",
    ("awaiting_payment", "expire"): "expired",
    ("awaiting_payment", "cancel"): "cancelled",
    ("awaiting_signature", "sign"): "confirmed",
    ("awaiting_signature", "expire"): "expired",
    ("awaiting_signature", "cancel"): "cancelled",
    ("confirmed", "hand_over"): "on_rent",
    ("confirmed", "cancel"): "cancelled",
    ("confirmed", "miss"): "no_show",
    ("on_rent", "take_back"): "returned",
    ("returned", "settle"): "closed",
}
PAIRS = list(itertools.product(State, Move))
FORBIDDEN = [(state, move) for state, move in PAIRS if (state, move) not in ALLOWED]


def test_the_table_has_these_rows_and_no_other() -> None:
    written = {(state, move): after for (state, move), after in NEXT.items() if state is not None}
    assert written == ALLOWED
    assert {move: after for (state, move), after in NEXT.items() if state is None} == {"hold": "held"}


@pytest.mark.parametrize(("state", "move"), FORBIDDEN)
def test_every_other_move_is_impossible_and_changes_nothing(state: State, move: Move) -> None:
    booking = Booking(state=state, version=3)
    assert not transitions.allowed(booking, move)
    with pytest.raises(transitions.MoveImpossible) as raised:
        transitions.apply(booking, move, by=SYSTEM, at=NOON)
    assert (raised.value.state, raised.value.move) == (state, move)
    assert (booking.state, booking.version) == (state, 3)


@pytest.mark.parametrize("state", State)
def test_what_is_possible_is_what_the_table_says(state: State) -> None:
    assert possible(state) == {move for before, move in ALLOWED if before == state}


def test_an_end_is_an_end() -> None:
    assert {state for state in State if not possible(state)} == FINAL


def test_no_state_is_out_of_reach() -> None:
    reached: set[State] = set()
    wave = {NEXT[None, Move.HOLD]}
    while wave:
        reached |= wave
        wave = {NEXT[state, move] for state in wave for move in possible(state)} - reached
    assert reached == set(State)


def test_a_car_is_never_taken_up_again_once_given_up() -> None:
    for (before, _), after in NEXT.items():
        assert before is None or before in OCCUPYING or after not in OCCUPYING


def test_every_move_has_an_event_that_is_routed() -> None:
    assert set(EVENTS) == set(Move)
    assert set(EVENTS.values()) <= set(ROUTES)
