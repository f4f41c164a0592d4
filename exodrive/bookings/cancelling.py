"""Cancelling: what it costs is shown first, then done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.availability import occupancies
from exodrive.bookings import policy, transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.policy import CancellationTerms
from exodrive.bookings.states import CANCELLABLE, FINAL, Move, State
from exodrive.contracts import issuing
from exodrive.contracts.states import OPEN as OPEN_CONTRACT
from exodrive.house import queries as house
from exodrive.kernel.actors import CUSTOMER, Actor
from exodrive.kernel.errors import Conflict, Stale
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import tree, wishes
from exodrive.payments.models import Payment
from exodrive.payments.states import Purpose


class TermsChanged(Conflict):
    """The cancellation has come to cost another amount than the one agreed to."""

    code = "cancellation_terms_changed"

    def __init__(self, fee: Money) -> None:
        super().__init__(fee.to_text())
        self.fee = fee


class TooEarly(Conflict):
    """Nobody has failed to come before the promised time."""

    code = "too_early"


def terms(booking: Booking, *, at: datetime, houses_fault: bool = False) -> CancellationTerms:
    """What cancelling costs now. Before the payment, and by the house's own fault, nothing."""
    found = policy.cancellation(
        booking.agreed, booking.pickup_at, at=at, rules=house.rulebook_of(booking.policies).cancellation
    )
    if houses_fault or booking.state == State.AWAITING_PAYMENT:
        return CancellationTerms(Money.zero(booking.currency), found.free_until, free=True)
    return found


def cancel(
    booking_id: UUID,
    *,
    agreed_fee: Money,
    by: Actor = CUSTOMER,
    at: datetime,
    reason: str | None = None,
    houses_fault: bool = False,
    version: int | None = None,
) -> Booking:
    """Cancel, for the fee that was shown. Raises TermsChanged, MoveImpossible, Stale; normal twice."""
    booking = transitions.lock(booking_id)
    if booking.state == State.CANCELLED:
        return booking
    if version is not None and booking.version != version:
        raise Stale
    if booking.state not in CANCELLABLE:
        raise transitions.MoveImpossible(State(booking.state), Move.CANCEL)
    fee = terms(booking, at=at, houses_fault=houses_fault).fee
    if fee != agreed_fee:
        raise TermsChanged(fee)
    booking.cancelled_at = at
    booking.cancellation_fee = fee.amount
    booking.expires_at = None
    booking.deposit_ask_at = None
    occupancies.release(booking.id)
    transitions.apply(
        booking, Move.CANCEL, by=by, at=at, reason=reason, fee=fee.amount, currency=fee.currency
    )
    unwind(booking, at=at)
    return booking


def miss(booking_id: UUID, *, by: Actor, at: datetime, reason: str | None = None) -> Booking:
    """The customer did not come: the rental is charged in full. Raises TooEarly, MoveImpossible."""
    booking = transitions.lock(booking_id)
    if not transitions.allowed(booking, Move.MISS):
        raise transitions.MoveImpossible(State(booking.state), Move.MISS)
    if at < booking.pickup_at:
        raise TooEarly
    booking.cancellation_fee = booking.total
    booking.deposit_ask_at = None
    occupancies.release(booking.id)
    transitions.apply(
        booking, Move.MISS, by=by, at=at, reason=reason, fee=booking.total, currency=booking.currency
    )
    unwind(booking, at=at)
    return booking


def unwind(booking: Booking, *, at: datetime) -> None:
    """Give back what an ended booking holds: the agreement is voided, money beyond the fee released.

    Safe to call again, whenever more of its money has become known.
    """
    if booking.state not in FINAL - {State.CLOSED}:
        return
    contract = issuing.current(booking.id)
    if contract is not None and contract.state in OPEN_CONTRACT:
        issuing.void(issuing.lock(contract.id))
    fee = Money(booking.cancellation_fee or 0, booking.currency)
    for found in tree.of_booking(booking.id).values():
        payment = tree.lock(found.id)
        _unwind_payment(
            payment, keep=fee if payment.purpose == Purpose.RENTAL else Money.zero(fee.currency), at=at
        )
        if (
            payment.purpose == Purpose.RENTAL
            and fee
            and tree.captured(payment) - tree.refunded(payment) == fee
        ):
            _recognise(booking, fee, at=at)


def _unwind_payment(payment: Payment, *, keep: Money, at: datetime) -> None:
    if tree.live_authorization(payment) is not None:
        if keep:
            wishes.capture(payment, amount=keep, at=at)
        else:
            wishes.release(payment, at=at)
        return
    surplus = tree.captured(payment) - tree.refunding(payment) - keep
    if surplus.amount > 0:
        wishes.refund(payment, amount=surplus, at=at)


def _recognise(booking: Booking, fee: Money, *, at: datetime) -> None:
    """The fee is earned once; the tax on it is a share of the agreed price's."""
    price = booking.agreed
    tax = Money(fee.amount * price.tax.amount // (price.total.amount or 1), fee.currency)
    postings.post(
        "cancellation",
        source=f"cancellation:{booking.id}",
        booking_id=booking.id,
        sides={Account.PREPAID: fee, Account.CANCELLATION: -(fee - tax), Account.TAX: -tax},
        at=at,
    )
