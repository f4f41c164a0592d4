"""Cancelling: what it costs is shown first, then done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.availability import occupancies
from exodrive.bookings import changes, conflicts, parting, planning, policy, transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.money import earnings, fee_invoices, takings
from exodrive.bookings.parting import Parting
from exodrive.bookings.policy import CancellationTerms
from exodrive.bookings.states import CANCELLABLE, FINAL, Move, State
from exodrive.contracts import issuing
from exodrive.contracts.models import Contract
from exodrive.contracts.states import OPEN as OPEN_CONTRACT
from exodrive.house import queries as house
from exodrive.kernel.actors import CUSTOMER, SYSTEM, Actor
from exodrive.kernel.errors import Conflict, Stale
from exodrive.kernel.money import Money, total
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import tree, wishes
from exodrive.payments.models import Payment
from exodrive.pricing import promotion_uses


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
        booking.agreed,
        booking.pickup_at,
        at=at,
        rules=house.rulebook_of(booking.policies).cancellation,
        closed_at=booking.free_cancellation_ended_at,
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
    if booking.authorized_at is None:
        promotion_uses.give_back(booking.id, at=at)
    booking.cancelled_at = at
    booking.cancellation_fee = fee.amount
    booking.expires_at = None
    booking.deposit_ask_at = None
    occupancies.release(booking.id)
    planning.end(booking, cause="cancelled", at=at)
    transitions.apply(
        booking, Move.CANCEL, by=by, at=at, reason=reason, fee=fee.amount, currency=fee.currency
    )
    unwind(booking, at=at)
    return booking


def miss(booking_id: UUID, *, by: Actor, at: datetime, reason: str | None = None) -> Booking:
    """The customer did not come: the rental is charged in full. Raises TooEarly, MoveImpossible."""
    booking = transitions.lock(booking_id)
    check_missed(booking, at=at)
    booking.cancellation_fee = booking.total
    booking.deposit_ask_at = None
    occupancies.release(booking.id)
    planning.end(booking, cause="no_show", at=at)
    transitions.apply(
        booking, Move.MISS, by=by, at=at, reason=reason, fee=booking.total, currency=booking.currency
    )
    unwind(booking, at=at)
    return booking


def check_missed(booking: Booking, *, at: datetime) -> None:
    """Go on only where a customer can have failed to come. Raises TooEarly, MoveImpossible."""
    if not transitions.allowed(booking, Move.MISS):
        raise transitions.MoveImpossible(State(booking.state), Move.MISS)
    if at < booking.pickup_at:
        raise TooEarly


def unsigned(booking: Booking) -> list[Contract]:
    """The agreement and the addenda that still wait for a signature; an ended booking wants none."""
    papers = (issuing.current(booking.id), *issuing.addenda(booking.id))
    return [paper for paper in papers if paper is not None and paper.state in OPEN_CONTRACT]


def unwind(booking: Booking, *, at: datetime) -> None:
    """Give back what an ended booking holds: the agreement is voided, money beyond the fee released.

    Safe to call again, whenever more of its money has become known.
    """
    if booking.state not in FINAL - {State.CLOSED}:
        return
    for contract in unsigned(booking):
        issuing.void(issuing.lock(contract.id))
    changes.abandon(booking, at=at)
    conflicts.end(booking, by=SYSTEM, at=at, solution=str(booking.state))
    # The fee comes from what PayPal has; what the desk took is handed back whole.
    booking.hand_back = takings.of_given_up(booking).amount
    fee = booking.fee_left
    partings = list(parting.of(booking, fee, tree.lock_all(booking.id)))
    for each in partings:
        _part(each, at=at)
    _earn(booking, [each.payment for each in partings if each.counts], fee, at=at)


def _part(each: Parting, *, at: datetime) -> None:
    """What is held first: what goes back is asked for once that has come to rest."""
    if each.take:
        wishes.capture(each.payment, amount=each.take, at=at)
    elif tree.live_authorization(each.payment) is not None:
        wishes.release(each.payment, at=at)
    elif each.give_back:
        wishes.refund_towards(each.payment, amount=each.give_back, at=at)


def _earn(booking: Booking, payments: list[Payment], fee: Money, *, at: datetime) -> None:
    """Once the money has come to rest, what was kept is earned: less, where some was given back by hand."""
    kept = total((tree.captured(row) - tree.refunded(row) for row in payments), currency=fee.currency)
    at_rest = all(tree.live_authorization(row) is None for row in payments)
    if at_rest and Money.zero(fee.currency) < kept <= fee:
        _recognise(booking, kept, at=at)


def lower_fee(
    booking: Booking, by_amount: Money, *, source: str, at: datetime, invoiced: bool = False
) -> None:
    """Keep less of an ended booking's money than its terms say; what was earned already is not any more.

    Of a fee that was `invoiced` a credit note has said so to the books.
    """
    booking.cancellation_fee = max((booking.cancellation_fee or 0) - by_amount.amount, 0)
    if not invoiced and postings.posted(_source(booking)):
        earned = _earned(booking)
        before, after = (earnings.of_fee(booking.agreed, fee) for fee in (earned, earned - by_amount))
        postings.post(
            "allowance",
            source=source,
            booking_id=booking.id,
            sides={Account.PREPAID: -by_amount, **{side: after[side] - before[side] for side in after}},
            at=at,
        )


def _earned(booking: Booking) -> Money:
    """What the books have as earned by the fee, its tax included."""
    accounts = (Account.CANCELLATION, Account.TAX)
    return -total(
        (postings.balance(account, currency=booking.currency, booking_id=booking.id) for account in accounts),
        currency=booking.currency,
    )


def _source(booking: Booking) -> str:
    return f"cancellation:{booking.id}"


def _recognise(booking: Booking, fee: Money, *, at: datetime) -> None:
    """The fee is earned once, and invoiced with that: what was kept has its tax in it."""
    earned = postings.post(
        "cancellation",
        source=_source(booking),
        booking_id=booking.id,
        sides={Account.PREPAID: fee, **earnings.of_fee(booking.agreed, fee)},
        at=at,
    )
    if earned:
        fee_invoices.write(booking, fee, by=SYSTEM, at=at)
