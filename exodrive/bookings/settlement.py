"""The end of a rental's money: capture the rental, take from the deposit or release it, invoice, close.

Staff decide once; workers do the calls; whenever something has come of one, `advance` looks whether all is
done. So it does not matter in which order PayPal answers, or whether somebody stops in between.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from exodrive.bookings import transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.states import Move, State
from exodrive.house import queries as house
from exodrive.invoicing import issuing
from exodrive.invoicing.issuing import InvoiceLine, Recipient
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money, total
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import tree, wishes
from exodrive.payments.models import Payment
from exodrive.payments.states import PaymentState, Purpose
from exodrive.pricing.price import LineKind

TAKEN = frozenset({PaymentState.CAPTURED, PaymentState.PARTIALLY_REFUNDED})
OVER = TAKEN | {
    PaymentState.VOIDED,
    PaymentState.EXPIRED,
    PaymentState.FAILED,
    PaymentState.OPENED,
    PaymentState.ORDERED,
    PaymentState.REFUNDED,
}


class BeyondDeposit(Refused):
    """More is to be charged than the deposit holds. `held` is what it holds."""

    code = "beyond_deposit"

    def __init__(self, held: Money) -> None:
        super().__init__(held.to_text())
        self.held = held


class AlreadySettling(Refused):
    code = "already_settling"


def charged(booking: Booking) -> Money:
    """All charges after the return."""
    return total((Money(row.amount, booking.currency) for row in booking.charges), currency=booking.currency)


def settle(
    booking_id: UUID,
    *,
    charge_ids: set[UUID],
    by: Actor,
    at: datetime,
    version: int | None = None,
    reason: str | None = None,
) -> Booking:
    """Settle a returned rental: the charges in `charge_ids` come from the deposit, the others are dropped.

    What was dropped is audited with the `reason`. Raises BeyondDeposit, AlreadySettling, MoveImpossible,
    Stale.
    """
    booking = transitions.lock(booking_id, version=version)
    if not transitions.allowed(booking, Move.SETTLE):
        raise transitions.MoveImpossible(State(booking.state), Move.SETTLE)
    if booking.settling_at is not None:
        raise AlreadySettling
    dropped = [row for row in booking.charges if row.id not in charge_ids]
    for row in dropped:
        booking.charges.remove(row)
        session().delete(row)
    take = charged(booking)
    held = _held_deposit(booking)
    if held < take:
        raise BeyondDeposit(held)
    booking.settling_at = at
    booking.deposit_take = take.amount
    transitions.note(
        booking,
        "booking.settling",
        by=by,
        at=at,
        reason=reason,
        take=take.amount,
        currency=take.currency,
        dropped=[[row.kind, row.amount] for row in dropped],
    )
    advance(booking, at=at)
    return booking


def advance(booking: Booking, *, at: datetime) -> None:
    """Ask for what is still to be done about a settling booking's money; close it when nothing is."""
    if booking.state != State.RETURNED or booking.settling_at is None:
        return
    payments = {row.purpose: tree.lock(row.id) for row in tree.of_booking(booking.id).values()}
    rental, deposit = payments.get(Purpose.RENTAL), payments.get(Purpose.DEPOSIT)
    done = [
        _rental_done(rental, at=at),
        _deposit_done(deposit, take=Money(booking.deposit_take or 0, booking.currency), at=at),
    ]
    if all(done):
        _close(booking, rental, deposit, at=at)


def unfinished(*, at: datetime, limit: int = 50) -> list[UUID]:
    """Settling bookings that wait for PayPal: the sweep looks after them."""
    return list(
        session().scalars(
            select(Booking.id)
            .where(Booking.state == State.RETURNED, Booking.settling_at <= at)
            .order_by(Booking.settling_at)
            .limit(limit)
        )
    )


def _held_deposit(booking: Booking) -> Money:
    deposit = tree.of_booking(booking.id).get(Purpose.DEPOSIT)
    held = tree.live_authorization(deposit) if deposit else None
    return Money(held.amount if held else 0, booking.currency)


def _rental_done(rental: Payment | None, *, at: datetime) -> bool:
    if rental is None or rental.state in OVER:
        return True
    if tree.live_authorization(rental) is not None:
        wishes.capture(rental, amount=rental.money, at=at)
    return False


def _deposit_done(deposit: Payment | None, *, take: Money, at: datetime) -> bool:
    if deposit is None or deposit.state in OVER:
        return True
    if tree.live_authorization(deposit) is not None:
        if take:
            wishes.capture(deposit, amount=take, at=at)
        else:
            wishes.release(deposit, at=at)
    return False


def _close(booking: Booking, rental: Payment | None, deposit: Payment | None, *, at: datetime) -> None:
    renter = booking.renter
    if renter is None:
        raise ValueError("a rental that ended has a renter")
    paid = total(
        (tree.captured(row) - tree.refunded(row) for row in (rental, deposit) if row is not None),
        currency=booking.currency,
    )
    lines = _invoice_lines(booking)
    due = total((line.amount for line in lines), currency=booking.currency)
    issuing.issue(
        booking.id,
        recipient=Recipient(renter.name, renter.address, renter.email),
        lines=lines,
        total=due,
        paid=paid,
        zone=ZoneInfo(house.house().time_zone),
        at=at,
    )
    _recognise(booking, due=due, paid=paid, at=at)
    booking.closed_at = at
    transitions.apply(booking, Move.SETTLE, by=SYSTEM, at=at)


def _invoice_lines(booking: Booking) -> list[InvoiceLine]:
    lines = [InvoiceLine(line.code, dict(line.params), line.amount) for line in booking.agreed.lines]
    return lines + [
        InvoiceLine(
            f"charge_{row.kind}", {**row.params, "note": row.note}, Money(row.amount, booking.currency)
        )
        for row in booking.charges
    ]


def _recognise(booking: Booking, *, due: Money, paid: Money, at: datetime) -> None:
    """What was taken in advance becomes revenue and tax; what is still owed becomes a receivable."""
    price = booking.agreed
    tax = total((line.amount for line in price.lines if line.kind is LineKind.TAX), currency=booking.currency)
    postings.post(
        "settlement",
        source=f"settlement:{booking.id}",
        booking_id=booking.id,
        sides={
            Account.PREPAID: paid,
            Account.RECEIVABLE: due - paid,
            Account.RENTAL: -(price.total - tax),
            Account.CHARGES: -charged(booking),
            Account.TAX: -tax,
        },
        at=at,
    )
