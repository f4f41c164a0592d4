"""Bookings without payment in advance: a manager decides, and the reason stays in the record.

What is owed is paid at the counter, or at PayPal by the link on the booking's page, before the keys go out.
Until then its request is an open step of the payment's plan, so that nobody forgets it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from exodrive.availability import occupancies
from exodrive.availability.rules import OccupancyKind
from exodrive.bookings import owing, transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.money import asking_again
from exodrive.bookings.reservation import expiry
from exodrive.bookings.states import Move, State
from exodrive.house import queries as house
from exodrive.kernel import outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Refused
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.payments import opening, operations, tree
from exodrive.payments.states import Purpose

ASKED = "booking.payment_asked"
# The states in which a rental that was not paid in advance may still be paid.
OPEN = frozenset({State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED})


class NothingOwed(Refused):
    """Nothing is to be asked for at PayPal: it was paid, or the counter has begun to take it."""

    code = "nothing_owed"


class WaiverUnexplained(Refused):
    """Whoever lets a rental stand unpaid says why."""

    code = "waiver_unexplained"


def waive(booking_id: UUID, *, reason: str, by: Actor, at: datetime, version: int | None = None) -> Booking:
    """Let an ordered booking stand without a payment; it goes on to its agreement.

    Raises MoveImpossible, AlreadyPaid where the payer has approved meanwhile, Stale.
    """
    booking = transitions.lock(booking_id, version=version)
    if not transitions.allowed(booking, Move.WAIVE) or expiry.due(booking, at=at):
        raise transitions.MoveImpossible(State(booking.state), Move.WAIVE)
    payment = opening.ensure(booking.id, purpose=Purpose.RENTAL, amount=booking.total_money, at=at)
    if payment.state not in opening.PAYABLE or operations.money_moves(payment):
        raise opening.AlreadyPaid
    rules = house.rulebook_of(booking.policies).booking
    occupancies.change(booking.id, kind=OccupancyKind.BOOKING)
    booking.prepayment_waiver = reason
    booking.payment_delayed = False
    booking.expires_at = min(at + timedelta(hours=rules.signature_hours), booking.pickup_at)
    transitions.apply(
        booking, Move.WAIVE, by=by, at=at, reason=reason, total=booking.total, currency=booking.currency
    )
    asking_again.wait_for(payment, cause=asking_again.AT_COUNTER, due_at=booking.pickup_at, at=at)
    return booking


def owed(booking: Booking) -> Money:
    """What is still to be paid of a rental that was not paid in advance."""
    if booking.prepayment_waiver is None or booking.state not in OPEN:
        return Money.zero(booking.currency)
    return owing.for_rental(booking)


def keys_first(booking: Booking) -> bool:
    """Whether the rules let the keys of a booking without payment in advance go before the money comes."""
    waived = booking.prepayment_waiver is not None
    return waived and house.rulebook_of(booking.policies).booking.keys_before_payment


def ask(booking_id: UUID, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Mail the way to pay at PayPal, and show it on the booking's page again. Raises NothingOwed, Stale."""
    booking = transitions.lock(booking_id, version=version)
    found = tree.of_booking(booking.id).get(Purpose.RENTAL)
    if found is None or not owed(booking) or not (amount := owing.askable(booking, found)):
        raise NothingOwed
    payment = tree.lock(found.id)
    if asking_again.asked(payment) is None:
        due_at = max(at + asking_again.SHORTEST, booking.pickup_at)
        asking_again.wait_for(payment, cause=asking_again.AT_COUNTER, due_at=due_at, at=at)
    transitions.note(booking, ASKED, by=by, at=at, amount=amount.amount, currency=booking.currency)
    outbox.emit(ASKED, subject_id=booking.id, booking_id=str(booking.id), wanted=str(new_id()))
