"""Keeping a deposit secured through rental and inspection: renewed once, or captured with the keys.

What it is depends on the dates, so it is looked at again whenever they or the hold change.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from exodrive.bookings import planning, transitions
from exodrive.bookings.deposit import deposit_terms
from exodrive.bookings.deposit.deposit_terms import Mode
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.house import queries as house
from exodrive.kernel.actors import SYSTEM
from exodrive.payments import operations, steps, tree, wishes
from exodrive.payments.models import Authorization, Payment
from exodrive.payments.states import Purpose

CAPTURED = "deposit.captured_for_rental"


def release_at(booking: Booking, *, return_at: datetime | None = None) -> datetime:
    """The beginning of the last day of the inspection, by the return that was promised or took place.

    With a `return_at`, as it would be if the car came back then.
    """
    rules = house.rulebook_of(booking.policies).deposit
    back = return_at or _returned_at(booking)
    return deposit_terms.release_at(back, zone=booking.return_place.zone, rules=rules)


def _returned_at(booking: Booking) -> datetime:
    """A car that goes out before its time is expected back as much earlier."""
    if booking.taken_back_at is not None:
        return booking.taken_back_at
    early = booking.pickup_at - (booking.handed_over_at or booking.pickup_at)
    return booking.return_at - max(early, timedelta())


def mode_of(
    booking: Booking, deposit: Payment, held: Authorization, *, return_at: datetime | None = None
) -> Mode:
    """Whether PayPal's hold lasts for this booking. A renewal dies with its original."""
    original = tree.original(deposit, held)
    return deposit_terms.mode(
        authorized_at=original.created_at,
        expires_at=original.expires_at,
        release_at=release_at(booking, return_at=return_at),
    )


def would_be_taken(booking: Booking, *, return_at: datetime) -> bool:
    """Whether what is held is captured, to be given back later, if the car that is out comes back then."""
    if booking.state != State.ON_RENT:
        return False
    deposit = tree.of_booking(booking.id).get(Purpose.DEPOSIT)
    held = tree.live_authorization(deposit) if deposit is not None else None
    if deposit is None or held is None:
        return False
    return mode_of(booking, deposit, held, return_at=return_at) is Mode.CAPTURE


def secure(booking: Booking, *, at: datetime) -> None:
    """Make the deposit of a rental under way last: see `look_after`. Safe to call whenever dates change."""
    deposit = tree.lock_one(booking.id, Purpose.DEPOSIT)
    if deposit is not None:
        look_after(booking, deposit, at=at)


def look_after(booking: Booking, deposit: Payment, *, at: datetime) -> None:
    """Plan the renewal of a locked deposit; capture it where the hold is too short and the car is out."""
    held = tree.live_authorization(deposit)
    if held is None or operations.money_moves(deposit):
        return
    if mode_of(booking, deposit, held) is Mode.HOLD:
        planning.keep_deposit(booking, deposit, cause="dates", at=at)
        return
    steps.rewrite(deposit, (), cause="beyond_life", at=at)
    left = tree.left(held)
    if booking.state == State.ON_RENT and wishes.capture(deposit, amount=left, at=at) is not None:
        transitions.note(booking, CAPTURED, by=SYSTEM, at=at, amount=left.amount, currency=left.currency)
