"""Letting a deposit go before the rental is settled: by hand once the car was looked over, or by its date.

What staff charge stays: that much is taken of it, or not given back. A charge that is still being assessed
keeps the whole deposit where it is; then staff are told before the last day, and again on it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from exodrive.bookings import attention, transitions
from exodrive.bookings.by_hand.purse import MoneyUnderWay
from exodrive.bookings.charge import charges
from exodrive.bookings.charge_states import OPEN
from exodrive.bookings.deposit import deposit_keeping
from exodrive.bookings.deposit.deposit_terms import WARNING
from exodrive.bookings.models import Attention, Booking, Charge
from exodrive.bookings.money import settlement, takings
from exodrive.bookings.money.settlement import AlreadySettling, ChargesContested
from exodrive.bookings.states import State
from exodrive.kernel import outbox
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict
from exodrive.kernel.money import Money
from exodrive.payments import operations, tree, wishes
from exodrive.payments.models import Payment
from exodrive.payments.receipt_models import For
from exodrive.payments.states import Purpose

RELEASED = "deposit.released"
BLOCKED = "deposit.release_blocked"


class NothingToRelease(Conflict):
    """No car came back whose deposit could be let go, or it has been already."""

    code = "nothing_to_release"


def schedule(booking: Booking) -> None:
    """The car is back: from now on the deposit has a last day."""
    if booking.deposit:
        booking.deposit_release_at = deposit_keeping.release_at(booking)


def due(*, at: datetime, limit: int = 50) -> list[UUID]:
    """Bookings whose last day has come, and those near it that nobody was told about."""
    last_day = Booking.deposit_release_at <= at
    near = (Booking.deposit_release_at <= at + WARNING) & Booking.deposit_warned_at.is_(None) & _charged()
    return list(
        session().scalars(
            select(Booking.id)
            .where(Booking.deposit_release_at.is_not(None), last_day | near)
            .order_by(Booking.deposit_release_at)
            .limit(limit)
        )
    )


def _charged() -> ColumnElement[bool]:
    """Something is charged that could be a claim still under assessment."""
    return exists().where(Charge.booking_id == Booking.id, Charge.state.in_(OPEN))


def keep_to_date(booking_id: UUID, *, at: datetime) -> None:
    """Release on the last day what nobody has claimed; before it, tell staff of a claim in its way."""
    booking = transitions.lock(booking_id)
    last_day = booking.deposit_release_at
    if last_day is None or at < last_day - WARNING:
        return
    if booking.state != State.RETURNED or booking.settling_at is not None:
        booking.deposit_release_at = None
    elif charges.contested(booking.charges):
        _tell_staff(booking, last_day, at=at)
    elif at >= last_day:
        _by_date(booking, at=at)


def release(booking_id: UUID, *, reason: str, by: Actor, at: datetime, version: int | None = None) -> Booking:
    """Let go of what no charge claims, before the settlement: the inspection is clean.

    Raises NothingToRelease, AlreadySettling, ChargesContested, MoneyUnderWay, Stale.
    """
    booking = transitions.lock(booking_id, version=version)
    if booking.settling_at is not None:
        raise AlreadySettling
    if not releasable(booking):
        raise NothingToRelease
    if charges.contested(booking.charges):
        raise ChargesContested
    _let_go(booking, reason=reason, by=by, at=at)
    return booking


def releasable(booking: Booking) -> bool:
    """Whether the booking has a deposit that waits for the settlement, or for its last day."""
    waits = booking.state == State.RETURNED and booking.settling_at is None
    return waits and booking.deposit_released_at is None and bool(_secured(booking))


def go_on(booking: Booking, *, at: datetime) -> None:
    """Something has come of a released deposit's money: ask for what is left to be done."""
    if booking.deposit_released_at is not None and booking.state == State.RETURNED:
        deposit = tree.lock_one(booking.id, Purpose.DEPOSIT)
        if booking.settling_at is None and deposit is not None and not operations.money_moves(deposit):
            _move(booking, deposit, at=at)


def _by_date(booking: Booking, *, at: datetime) -> None:
    if not _secured(booking):
        booking.deposit_release_at = None
        return
    try:
        _let_go(booking, reason=None, by=SYSTEM, at=at)
    except MoneyUnderWay:
        return  # the next look comes within a minute


def _let_go(booking: Booking, *, reason: str | None, by: Actor, at: datetime) -> None:
    deposit = tree.lock_one(booking.id, Purpose.DEPOSIT)
    if deposit is not None and operations.money_moves(deposit):
        raise MoneyUnderWay
    secured = _secured(booking)
    claimed = min(_claimed(booking), secured)
    booking.deposit_release_at = None
    booking.deposit_released_at = at
    if deposit is not None:
        _move(booking, deposit, at=at)
    at_desk = takings.standing(booking, For.DEPOSIT)
    booking.hand_back = max(at_desk - claimed, Money.zero(booking.currency)).amount
    transitions.note(
        booking,
        RELEASED,
        by=by,
        at=at,
        reason=reason,
        amount=(secured - claimed).amount,
        kept=claimed.amount,
        currency=booking.currency,
    )
    outbox.emit(RELEASED, subject_id=booking.id, booking_id=str(booking.id))


def _move(booking: Booking, deposit: Payment, *, at: datetime) -> None:
    """Take of PayPal's part what charges claim beyond the desk's; void or give back the rest."""
    at_desk = takings.standing(booking, For.DEPOSIT)
    keep = max(_claimed(booking) - at_desk, Money.zero(booking.currency))
    missing = keep - settlement.kept(deposit)
    held = tree.live_authorization(deposit)
    if held is not None and missing.amount > 0:
        wishes.capture(deposit, amount=min(missing, tree.left(held)), at=at)
    elif held is not None:
        wishes.release(deposit, at=at)
    elif missing.amount < 0:
        wishes.refund_towards(deposit, amount=-missing, at=at)


def _claimed(booking: Booking) -> Money:
    return settlement.charged(booking)


def _secured(booking: Booking) -> Money:
    return settlement.secured(booking, tree.of_booking(booking.id).get(Purpose.DEPOSIT))


def _tell_staff(booking: Booking, last_day: datetime, *, at: datetime) -> None:
    """Once before the last day, and once on it."""
    told = booking.deposit_warned_at
    if told is not None and (told >= last_day or at < last_day):
        return
    booking.deposit_warned_at = at
    attention.call_for(booking, Attention.DEPOSIT_DUE)
    transitions.note(booking, BLOCKED, by=SYSTEM, at=at, last_day=last_day.isoformat())
