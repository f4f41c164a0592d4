"""What a customer says against a charge, and what the house answers: once each, and for good.

An objection to a charge that is still open keeps the deposit where it is until it is answered. One to a
charge that was settled already is answered with a bill that asks for less, and money that goes back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from exodrive.bookings import attention, transitions
from exodrive.bookings.after_return import late_charges, lowering
from exodrive.bookings.after_return.lowering import NotLess
from exodrive.bookings.charge import charges
from exodrive.bookings.charge.charge_models import Answer, ChargeObjection
from exodrive.bookings.charge_states import OPEN, ChargeState
from exodrive.bookings.models import Attention, Booking, Charge
from exodrive.kernel import outbox
from exodrive.kernel.actors import CUSTOMER, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound, Refused
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money

OBJECTED = "charge.objected"
ANSWERED = "booking.objection_answered"
LONGEST = 2000


class ObjectionMade(Conflict):
    """The customer has objected to this charge before, or it was dropped: there is nothing to add."""

    code = "objection_made"


class ObjectionUnusable(Refused):
    """Nothing was written, or a novel."""

    code = "objection_unusable"


class ObjectionNotFound(NotFound):
    """Nobody objected to this charge, or it is answered."""

    code = "objection_not_found"


def of_charges(rows: Collection[Charge]) -> dict[UUID, ChargeObjection]:
    """The objections to these charges, by charge."""
    ids = [row.id for row in rows]
    if not ids:
        return {}
    found = session().scalars(select(ChargeObjection).where(ChargeObjection.charge_id.in_(ids)))
    return {row.charge_id: row for row in found}


def possible(charge: Charge, objection: ChargeObjection | None) -> bool:
    return objection is None and charge.state != ChargeState.DROPPED


def make(booking_id: UUID, charge_id: UUID, *, text: str, at: datetime) -> ChargeObjection:
    """The customer objects: somebody must look. Raises ChargeNotFound, ObjectionMade, ObjectionUnusable."""
    text = text.replace("\x00", "").strip()
    if not 0 < len(text) <= LONGEST:
        raise ObjectionUnusable
    booking = transitions.lock(booking_id)
    charge = charges.one(booking, charge_id)
    if not possible(charge, of_charges([charge]).get(charge.id)):
        raise ObjectionMade
    made = ChargeObjection(
        id=new_id(), charge_id=charge.id, text=text, made_at=at, amount_before=charge.amount
    )
    session().add(made)
    if booking.attention is None:
        attention.call_for(booking, Attention.CHARGE_OBJECTED)
    transitions.note(
        booking, OBJECTED, by=CUSTOMER, at=at, charge=charge.kind, amount=charge.amount,
        currency=booking.currency, why=text[:300],
    )  # fmt: skip
    return made


def answer(
    booking_id: UUID,
    charge_id: UUID,
    *,
    outcome: Answer,
    words: str,
    amount: Money | None = None,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> ChargeObjection:
    """Keep the charge, reduce it to `amount` or drop it, in words that the customer reads.

    Of a charge that was settled the difference is taken off its bill, or given back of the deposit. Raises
    ObjectionNotFound, ObjectionUnusable, NotLess, AlreadyBilled, AlreadySettling, Stale and what a refund
    raises.
    """
    words = words.replace("\x00", "").strip()
    if not 0 < len(words) <= LONGEST:
        raise ObjectionUnusable
    booking = transitions.lock(booking_id, version=version)
    late_charges.check_not_settling(booking)
    charge = charges.one(booking, charge_id)
    made = of_charges([charge]).get(charge.id)
    if made is None or made.answered_at is not None:
        raise ObjectionNotFound
    now = _amount(charge, outcome, amount, booking.currency)
    made.outcome, made.answer, made.answered_at, made.answered_by = outcome, words, at, by.name
    _apply(booking, charge, outcome, now, words=words, by=by, at=at)
    if booking.attention == Attention.CHARGE_OBJECTED and not _unanswered(booking):
        booking.attention = None
    transitions.note(
        booking, f"charge.objection_{outcome}", by=by, at=at, reason=words[:300], charge=charge.kind,
        before=made.amount_before, amount=now.amount, currency=booking.currency,
    )  # fmt: skip
    outbox.emit(
        ANSWERED, subject_id=booking.id, booking_id=str(booking.id), wanted=str(made.id),
        charges=[str(charge.id)],
    )  # fmt: skip
    return made


def _amount(charge: Charge, outcome: Answer, amount: Money | None, currency: str) -> Money:
    """What the charge comes to by this answer."""
    if outcome is Answer.KEPT:
        return charge.left(currency)
    if outcome is Answer.DROPPED:
        return Money.zero(currency)
    if amount is None or amount.currency != currency or not 0 < amount.amount < charge.left(currency).amount:
        raise NotLess
    return amount


def _apply(
    booking: Booking, charge: Charge, outcome: Answer, now: Money, *, words: str, by: Actor, at: datetime
) -> None:
    if outcome is Answer.KEPT:
        return
    if charge.state not in OPEN:
        lowering.take_off(booking, charge, charge.left(booking.currency) - now, reason=words, by=by, at=at)
    elif outcome is Answer.DROPPED:
        charges.drop(booking, charge, reason=words)
    else:
        charges.change(charge, now)


def _unanswered(booking: Booking) -> bool:
    rows = charges.all_of(booking.id)
    return any(row.answered_at is None for row in of_charges(rows).values())
