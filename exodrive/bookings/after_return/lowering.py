"""A charge that was settled comes to less: its bill asks for less, and the deposit's money goes back.

What is not paid of its bill is taken off first; beyond that as much goes back as came from the deposit. Each
part has its credit note. What was paid on the bill itself is given back at PayPal by hand.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.billing import crediting, operations
from exodrive.bookings import transitions
from exodrive.bookings.after_return import late_charges
from exodrive.bookings.by_hand import correcting, refunding
from exodrive.bookings.by_hand.correcting import ReasonWanted
from exodrive.bookings.charge import charges
from exodrive.bookings.charge.charges import ChargeClosed
from exodrive.bookings.charge_states import ChargeMove, ChargeState
from exodrive.bookings.models import Booking, Charge
from exodrive.invoicing import issuing
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Conflict, Refused
from exodrive.kernel.money import Money
from exodrive.payments.states import Purpose

LOWERED = "charge.lowered"


class NotLess(Refused):
    """A lowered charge is less than before, and not less than nothing."""

    code = "charge_not_less"


class AlreadyBilled(Conflict):
    """So much of the charge was paid on its bill that the rest cannot come from anywhere else."""

    code = "charge_billed"


def lower(
    booking_id: UUID,
    charge_id: UUID,
    *,
    amount: Money,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Charge:
    """A settled charge comes to `amount`, nothing included, for a reason that its credit note shows.

    Raises ChargeNotFound, ChargeClosed where it is not settled, NotLess, AlreadyBilled, ReasonWanted, Stale
    and what a refund or a credit note raises.
    """
    booking = transitions.lock(booking_id, version=version)
    late_charges.check_not_settling(booking)
    charge = charges.one(booking, charge_id)
    if charge.state != ChargeState.SETTLED:
        raise ChargeClosed(ChargeState(charge.state), ChargeMove.SETTLE)
    if not reason.strip():
        raise ReasonWanted
    before = charge.left(booking.currency)
    if amount.currency != booking.currency or not 0 <= amount.amount < before.amount:
        raise NotLess
    take_off(booking, charge, before - amount, reason=reason, by=by, at=at)
    transitions.note(
        booking, LOWERED, by=by, at=at, reason=reason, charge=charge.kind, before=before.amount,
        amount=amount.amount, currency=booking.currency,
    )  # fmt: skip
    return charge


def take_off(booking: Booking, charge: Charge, back: Money, *, reason: str, by: Actor, at: datetime) -> None:
    """Take `back` off a settled charge of a locked booking. Raises AlreadyBilled and what a refund raises."""
    from_bill = min(back, _unpaid(booking, charge))
    from_deposit = back - from_bill
    if from_deposit.amount > charge.from_deposit - charge.given_back:
        raise AlreadyBilled
    if from_deposit:
        refunding.refund(
            booking.id, purpose=Purpose.DEPOSIT, amount=from_deposit, reason=reason, by=by, at=at
        )
        charge.given_back += from_deposit.amount
    if from_bill:
        correcting.credit(
            booking.id, number=_document(charge), amount=from_bill, first=charge.bill_id, reason=reason,
            by=by, at=at,
        )  # fmt: skip
        charge.credited += from_bill.amount


def _unpaid(booking: Booking, charge: Charge) -> Money:
    """What of the charge still stands on its bill, and is not paid."""
    if charge.bill_id is None:
        return Money.zero(booking.currency)
    billed = Money(charge.amount - charge.from_deposit - charge.credited, booking.currency)
    return min(billed, crediting.creditable(operations.lock(charge.bill_id)))


def _document(charge: Charge) -> str | None:
    """The number of the invoice that a late charge stands on; None for the rental's own."""
    return issuing.invoice(charge.invoice_id).number if charge.invoice_id else None
