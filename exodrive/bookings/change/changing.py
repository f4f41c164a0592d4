"""Changing a booking: shown first, then applied whole or not at all.

What costs no more is applied at once. What costs more waits for the customer's approval at PayPal, with the
place that it wants kept beside the booking's own; it is applied when the money is authorized, and comes to
nothing when that does not happen in time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from exodrive.availability import occupancies
from exodrive.availability.rules import gaps
from exodrive.bookings import attention, changes, queries, transitions
from exodrive.bookings.by_hand import purse
from exodrive.bookings.change import applying, change_rules, change_tokens, impact
from exodrive.bookings.change.change_tokens import Shown, StaleChange
from exodrive.bookings.change.impact import Impact
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_models import Change
from exodrive.bookings.change_states import ChangeMove, ChangeState, Fault
from exodrive.bookings.changes import ChangeOpen, ChangeSettled
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.reservation import expiry
from exodrive.bookings.reservation.ordering import PriceChanged
from exodrive.bookings.transitions import BookingNotFound
from exodrive.house import queries as houses
from exodrive.kernel import outbox
from exodrive.kernel.actors import SYSTEM, Actor, ActorKind
from exodrive.kernel.db import session
from exodrive.payments import opening, tree, wishes
from exodrive.payments.opening import PAYABLE

ASKED = "booking.change_asked"
PAID = "booking.change_paid"
ENDED = "booking.change_ended"
RELEASED = "booking.money_released"


def preview(
    booking_id: UUID, wanted: Wanted, *, at: datetime, fault: Fault = Fault.CUSTOMER, by_staff: bool = False
) -> Impact:
    """What a change would do. Writes nothing. Raises ChangeOpen, and what `impact.of` raises."""
    booking = queries.by_id(booking_id)
    if changes.waiting(booking_id) is not None:
        raise ChangeOpen
    return impact.of(booking, wanted, at=at, fault=fault, by_staff=by_staff)


def agree(
    booking_id: UUID,
    token: str,
    *,
    secret: str,
    by: Actor,
    at: datetime,
    by_staff: bool = False,
    reason: str | None = None,
) -> Change:
    """Say yes to what was shown. Normal twice: a yes that is sent again finds its change.

    Staff, and programs of theirs, give a reason. Raises StaleChange, ChangeForged, PriceChanged,
    ChangeUnexplained, ChangeOpen, MoneyUnderWay, CarTaken, CarBusy, and what `impact.of` raises.
    """
    shown = change_tokens.read(token, secret=secret, at=at)
    by_staff = by_staff or by.kind is ActorKind.STAFF
    if shown.booking_id != booking_id or shown.by_staff != by_staff:
        raise change_tokens.ChangeForged
    if by_staff and not (reason or "").strip():
        raise change_rules.ChangeUnexplained
    booking = lock(booking_id, car_id=shown.wanted.car_id)
    last = changes.latest(booking_id)
    if last is not None and last.impact.get("seal") == shown.seal:
        return last
    if booking.version != shown.version:
        raise StaleChange
    if changes.waiting(booking_id) is not None:
        raise ChangeOpen
    found = impact.of(booking, shown.wanted, at=at, fault=shown.fault, by_staff=by_staff)
    if (found.after.total.amount, found.deposit.amount) != (shown.total, shown.deposit):
        raise PriceChanged(found.after.total)
    for payment in changes.paid_by(booking_id):
        purse.check_quiet(booking, payment)
    expiry.clear(found.car.id, found.place, at=at)
    return _take(booking, found, shown, by=by, reason=reason, at=at)


def withdraw(booking_id: UUID, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Let a change go that waits for its payment; normal twice. Raises ChangeSettled once it is paid."""
    booking = transitions.lock(booking_id)
    found = changes.waiting(booking_id)
    if found is None:
        return
    change = changes.lock(found.id)
    payment = tree.lock(change.payment_id) if change.payment_id else None
    if payment is not None and payment.state not in {*PAYABLE, "ordered"}:
        raise ChangeSettled  # approved: what comes of it decides
    changes.settle(change, ChangeMove.WITHDRAW, at=at)
    transitions.note(booking, "booking.change_withdrawn", by=by, at=at, reason=reason, number=change.number)


def pay(booking_id: UUID, *, at: datetime) -> None:
    """Have a new order made for a change that waits for its payment. Raises ChangeSettled, AlreadyPaid."""
    transitions.lock(booking_id)
    found = changes.waiting(booking_id)
    if found is None or found.payment_id is None or (found.expires_at and found.expires_at <= at):
        raise ChangeSettled
    opening.want_order(tree.lock(found.payment_id), at=at)


def expire(change_id: UUID, *, at: datetime) -> None:
    """End a change that was not paid for in time: everything stays as it was."""
    booking = transitions.lock(changes.one(change_id).booking_id)
    change = changes.lock(change_id)
    if change.state != ChangeState.AWAITING_PAYMENT or change.expires_at is None or change.expires_at > at:
        return
    changes.settle(change, ChangeMove.EXPIRE, at=at)
    transitions.note(booking, "booking.change_expired", by=SYSTEM, at=at, number=change.number)
    outbox.emit(ENDED, subject_id=booking.id, booking_id=str(booking.id), change_id=str(change.id))


def finish(change_id: UUID, *, at: datetime) -> None:
    """Apply a change whose money is authorized; where that is impossible by now, the money goes back.

    Not done where the money is recorded: it takes the cars' turns, which come before the booking's lock.
    """
    read = changes.one(change_id)
    booking = lock(read.booking_id, car_id=Wanted.from_json(read.wanted).car_id)
    change = changes.lock(change_id)
    if change.state != ChangeState.AWAITING_PAYMENT or change.payment_id is None:
        return
    if _still_fits(booking, change):
        changes.settle(change, ChangeMove.APPLY, at=at)
        applying.apply(booking, change, by=SYSTEM, at=at)
        return
    changes.settle(change, ChangeMove.REFUSE, at=at)
    payment = tree.lock(change.payment_id)
    wishes.release(payment, at=at, reason="change_refused")
    attention.call_for(booking, Attention.MONEY_WITHOUT_PLACE)
    transitions.note(booking, "booking.change_refused", by=SYSTEM, at=at, number=change.number)
    outbox.emit(RELEASED, subject_id=booking.id, booking_id=str(booking.id), payment_id=str(payment.id))


def _still_fits(booking: Booking, change: Change) -> bool:
    """The booking is what the change was worked out from, and still stands where it can be changed so."""
    if impact.basis(booking) != change.impact["basis"]:
        return False
    try:
        change_rules.check_possible(booking, Wanted.from_json(change.wanted))
    except change_rules.ChangeImpossible:
        return False
    return True


def _take(
    booking: Booking, found: Impact, shown: Shown, *, by: Actor, reason: str | None, at: datetime
) -> Change:
    wait = bool(found.to_pay)
    change = changes.begin(
        booking.id,
        ChangeMove.ASK if wait else ChangeMove.APPLY,
        wanted=found.wanted.to_json(),
        impact={**found.kept(), "seal": shown.seal},
        fault=found.fault,
        by=by,
        reason=reason,
        at=at,
    )
    if wait:
        _ask(booking, change, found, by=by, at=at)
    else:
        applying.apply(booking, change, by=by, at=at)
    return change


def _ask(booking: Booking, change: Change, found: Impact, *, by: Actor, at: datetime) -> None:
    """Keep the place that is wanted, and have the difference approved."""
    _keep_place(booking, change, found, at=at)
    rules = houses.rulebook_of(booking.policies).booking
    payment = opening.for_change(booking.id, amount=found.to_pay, at=at)
    change.payment_id = payment.id
    change.expires_at = at + timedelta(minutes=rules.payment_minutes)
    opening.want_order(payment, at=at)
    transitions.note(booking, ASKED, by=by, at=at, reason=change.reason, number=change.number, **told(found))
    outbox.emit(ASKED, subject_id=booking.id, booking_id=str(booking.id), change_id=str(change.id))


def _keep_place(booking: Booking, change: Change, found: Impact, *, at: datetime) -> None:
    own = occupancies.place_of(booking.id)
    if own is None:
        raise occupancies.PlaceLost(booking.id)
    same_car = found.car.id == booking.car_id
    wanted = gaps([own.period], found.place) if same_car else [found.place]
    occupancies.keep(booking.id, change_id=change.id, car_id=found.car.id, periods=wanted, at=at)


def told(found: Impact) -> dict[str, Any]:
    """What the audit trail keeps of a change that waits."""
    return {
        "changed": sorted(found.wanted.named),
        "total": [found.before.total.amount, found.after.total.amount],
        "currency": found.after.currency,
        "beyond_policy": list(found.beyond_policy),
    }


def lock(booking_id: UUID, *, car_id: UUID | None) -> Booking:
    """The booking under the turns of its car and of the one it may get. Raises BookingNotFound, CarBusy."""
    own = session().scalar(select(Booking.car_id).where(Booking.id == booking_id))
    if own is None:
        raise BookingNotFound(str(booking_id))
    occupancies.queue_for(own, *filter(None, [car_id]))
    return transitions.lock(booking_id)
