"""Money at the counter for one booking: taken, given back, and put right where the pen slipped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from exodrive.bookings import attention, changes, owing, transitions
from exodrive.bookings.deposit import deposits
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.money import asking_again
from exodrive.bookings.states import State
from exodrive.kernel import outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Conflict, Refused
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.payments import receipts, steps, tree
from exodrive.payments.models import Payment
from exodrive.payments.plan import StepState
from exodrive.payments.receipt_models import For, Method, Receipt
from exodrive.payments.states import Purpose

TAKEN = "receipt.taken"
GIVEN_BACK = "receipt.given_back"
CORRECTED = "receipt.corrected"
# When the desk may take money: for what comes after the keys also once the rental is closed.
TAKES: dict[For, frozenset[State]] = {
    For.DEPOSIT: frozenset({State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT}),
    For.RENTAL: frozenset({State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED}),
    For.CHARGE: frozenset({State.CLOSED}),
}
GIVEN_UP = frozenset({State.CANCELLED, State.NO_SHOW})


class NotTakenNow(Conflict):
    """In this state of the booking the desk takes no money for this purpose."""

    code = "not_taken_now"

    def __init__(self, state: State, purpose: For) -> None:
        super().__init__(f"nothing is taken for {purpose} in {state}")
        self.state = state
        self.purpose = purpose


class AlreadySecured(Conflict):
    """PayPal holds the deposit, or has taken it."""

    code = "already_secured"


class BeyondOwed(Refused):
    """More than the desk may take: PayPal secures the rest, or a bill asks for it. `most` is left."""

    code = "beyond_owed"

    def __init__(self, most: Money) -> None:
        super().__init__(most.to_text())
        self.most = most


class CreditFirst(Refused):
    """The rental is settled, and the house owes no more than `most`: a credit note has to say so first."""

    code = "credit_first"

    def __init__(self, most: Money) -> None:
        super().__init__(most.to_text())
        self.most = most


def standing(booking: Booking, purpose: For) -> Money:
    """What the desk has for a purpose."""
    return receipts.standing(receipts.of_booking(booking.id), purpose, currency=booking.currency)


def of_given_up(booking: Booking) -> Money:
    """What the desk has of a booking that ends before its keys: it keeps none of it."""
    return standing(booking, For.DEPOSIT) + standing(booking, For.RENTAL)


def owed(booking: Booking) -> Money:
    """What the desk has and owes the renter."""
    return Money(booking.hand_back, booking.currency)


def take(
    booking_id: UUID,
    *,
    purpose: For,
    method: Method,
    amount: Money,
    reference: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Receipt:
    """Take money at the desk: a deposit, or what is owed. Of what is owed no more than `wanted`.

    Raises NotTakenNow, AlreadySecured, NothingCounted, BeyondOwed, Stale.
    """
    booking = transitions.lock(booking_id, version=version)
    if not takes(booking, purpose):
        raise NotTakenNow(State(booking.state), purpose)
    if purpose is For.DEPOSIT and deposits.held(tree.of_booking(booking.id).get(Purpose.DEPOSIT)):
        raise AlreadySecured
    if amount.currency != booking.currency:
        raise receipts.NothingCounted
    if purpose is not For.DEPOSIT and amount > (most := wanted(booking, purpose)):
        raise BeyondOwed(most)
    receipt = receipts.take(
        booking.id, purpose=purpose, method=method, amount=amount, reference=reference, by=by, at=at
    )
    if purpose is For.RENTAL:
        _ask_no_more(booking, at=at)
    _note(booking, TAKEN, receipt, by=by, at=at)
    return receipt


def takes(booking: Booking, purpose: For) -> bool:
    """Whether the desk takes money for this purpose now."""
    settling = booking.settling_at is not None and purpose is not For.CHARGE
    return booking.state in TAKES[purpose] and not settling


def wanted(
    booking: Booking,
    purpose: For,
    *,
    rows: Sequence[Receipt] | None = None,
    payments: Sequence[Payment] | None = None,
) -> Money:
    """What the desk may take for a purpose: nothing while it takes none.

    `rows` are its receipts and `payments` all its payments, where somebody has read them already.
    """
    if not takes(booking, purpose):
        return Money.zero(booking.currency)
    if purpose is For.RENTAL:
        return owing.for_rental(booking, rows=rows, payments=payments)
    if purpose is For.CHARGE:
        return max(owing.unbilled(booking), Money.zero(booking.currency))
    known = receipts.of_booking(booking.id) if rows is None else rows
    there = receipts.standing(known, purpose, currency=booking.currency)
    return max(booking.deposit_money - there, Money.zero(booking.currency))


def give_back(
    booking_id: UUID,
    *,
    receipt_id: UUID,
    amount: Money,
    method: Method | None,
    reference: str,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Receipt:
    """Give `amount` of a receipt back over the counter.

    Raises ReceiptNotFound, NothingCounted, BeyondReceipt, CreditFirst, Stale.
    """
    booking = transitions.lock(booking_id, version=version)
    receipt = receipts.give_back(
        receipt_id,
        booking_id=booking.id,
        stood_on=_owed_back(booking, receipt_id, amount),
        amount=amount,
        method=method,
        reference=reference,
        reason=reason,
        by=by,
        at=at,
    )
    _owe_less(booking, receipt)
    deposits.want_again(booking, at=at)
    _note(booking, GIVEN_BACK, receipt, by=by, at=at)
    return receipt


def correct(
    booking_id: UUID,
    *,
    receipt_id: UUID,
    amount: Money,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Receipt:
    """Say that `amount` of a receipt was never taken.

    Raises ReceiptNotFound, NothingCounted, BeyondReceipt, Stale.
    """
    booking = transitions.lock(booking_id, version=version)
    receipt = receipts.correct(
        receipt_id,
        booking_id=booking.id,
        amount=amount,
        stood_on=_owed_again(booking, receipt_id, amount),
        reason=reason,
        by=by,
        at=at,
    )
    _owe_less(booking, receipt)
    deposits.want_again(booking, at=at)
    _note(booking, CORRECTED, receipt, by=by, at=at)
    return receipt


def _ask_no_more(booking: Booking, *, at: datetime) -> None:
    """The whole price is secured: nobody is asked to approve it again, and no lost hold is in the way."""
    if owing.for_rental(booking):
        return
    for found in changes.paid_by(booking.id):
        step = asking_again.asked(payment := tree.lock(found.id))
        if step is not None and payment.purpose != Purpose.DEPOSIT:
            steps.settle(step, StepState.SKIPPED, cause="taken_at_desk", at=at)
    attention.answered(booking, Attention.HOLD_LOST, Attention.PAYMENT_REFUSED)


def _owed_back(booking: Booking, receipt_id: UUID, amount: Money) -> dict[Account, Money] | None:
    """Where the money stands that goes back, once the settlement has earned what was taken.

    What is left of a deposit stands with the deposits; more is owed by a credit note only. Raises
    CreditFirst.
    """
    if booking.state != State.CLOSED or amount.currency != booking.currency:
        return None
    waits = _waiting(booking, receipt_id, amount)
    most = owing.to_customer(booking)
    if amount - waits > most:
        raise CreditFirst(waits + most)
    return {Account.DEPOSITS: waits, Account.PREPAID: amount - waits}


def _owed_again(booking: Booking, receipt_id: UUID, amount: Money) -> dict[Account, Money] | None:
    """What the settlement counted as paid and never came, the customer still owes."""
    if booking.state != State.CLOSED or amount.currency != booking.currency:
        return None
    waits = _waiting(booking, receipt_id, amount)
    return {Account.DEPOSITS: waits, Account.RECEIVABLE: amount - waits}


def _waiting(booking: Booking, receipt_id: UUID, amount: Money) -> Money:
    """So much of an amount of a receipt is deposit that lies at the desk to be handed back."""
    row = next((row for row in receipts.of_booking(booking.id) if row.id == receipt_id), None)
    nothing = Money.zero(booking.currency)
    return min(max(amount, nothing), owed(booking)) if row and row.purpose == For.DEPOSIT else nothing


def _owe_less(booking: Booking, receipt: Receipt) -> None:
    """What went back need not go back again: a deposit, and of a booking that was given up all of it."""
    if receipt.purpose != For.DEPOSIT and booking.state not in GIVEN_UP:
        return
    booking.hand_back = max(booking.hand_back - receipt.amount, 0)


def _note(booking: Booking, action: str, receipt: Receipt, *, by: Actor, at: datetime) -> None:
    transitions.note(
        booking,
        action,
        by=by,
        at=at,
        reason=receipt.reason,
        purpose=receipt.purpose,
        method=receipt.method,
        amount=receipt.amount,
        currency=receipt.currency,
        number=receipt.number,
        slip=receipt.reference,
    )
    outbox.emit(action, subject_id=booking.id, booking_id=str(booking.id), receipt_id=str(receipt.id))
