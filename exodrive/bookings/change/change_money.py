"""The money of a change: what is to be approved, what is taken less, and what goes back.

The amounts of the payments that a booking rests on add up to its total. A change that makes it dearer adds a
payment; one that makes it cheaper lowers them, the last one first. What a payment has taken beyond its amount
goes back; what it holds beyond that is let go of with its capture.

Before the first approval there is nothing to add or to lower: another amount is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from exodrive.bookings import changes
from exodrive.bookings.by_hand import purse
from exodrive.bookings.by_hand.purse import MoneyUnderWay
from exodrive.bookings.deposit import deposits
from exodrive.bookings.models import Booking
from exodrive.bookings.states import UNPAID
from exodrive.kernel.money import Money
from exodrive.payments import opening, tree, wishes
from exodrive.payments.models import Payment
from exodrive.payments.states import Purpose


class MoneyMove(StrEnum):
    """What a change does to the customer's money."""

    APPROVE = "approve"  # more
    APPROVE_INSTEAD = "approve_instead"  # before the first approval: another amount in place of the old one
    TAKE_LESS = "take_less"
    GIVE_BACK = "give_back"


@dataclass(frozen=True, slots=True)
class MoneyStep:
    """One thing that happens to the customer's money."""

    code: MoneyMove
    amount: Money


@dataclass(frozen=True, slots=True)
class Cut:
    """How much less of a payment is wanted: what is not taken yet, and what was."""

    payment: Payment
    untaken: int
    taken: int

    @property
    def whole(self) -> int:
        return self.untaken + self.taken


def steps(booking: Booking, total: Money) -> Iterator[MoneyStep]:
    """What a new total means for the customer's money."""
    difference = total.amount - booking.total
    if booking.state in UNPAID:
        if difference:
            yield MoneyStep(MoneyMove.APPROVE_INSTEAD, total)
    elif difference > 0:
        yield MoneyStep(MoneyMove.APPROVE, Money(difference, booking.currency))
    elif difference < 0:
        cut = list(cuts(changes.paid_by(booking.id), -difference))
        for code, amount in (
            (MoneyMove.TAKE_LESS, sum(one.untaken for one in cut)),
            (MoneyMove.GIVE_BACK, sum(one.taken for one in cut)),
        ):
            if amount:
                yield MoneyStep(code, Money(amount, booking.currency))


def cuts(payments: Iterable[Payment], amount: int) -> Iterator[Cut]:
    """How `amount` minor units less are spread over payments, the last one first."""
    for payment in reversed(list(payments)):
        part = min(amount, payment.amount)
        if part:
            untaken = max(payment.amount - tree.captured(payment).amount, 0)
            yield Cut(payment, untaken=min(part, untaken), taken=max(part - untaken, 0))
        amount -= part


def check_unapproved(booking: Booking) -> None:
    """Raises MoneyUnderWay where the payer has approved, and nobody knows yet what comes of it."""
    found = tree.of_booking(booking.id).get(Purpose.RENTAL)
    if booking.state in UNPAID and found is not None and found.state not in opening.PAYABLE:
        raise MoneyUnderWay


def ask_instead(booking: Booking, total: Money, *, at: datetime) -> None:
    """Want another amount of a locked booking that nobody has approved yet. Raises MoneyUnderWay.

    Whoever approved the old amount in this second is asked again: that order is never authorized. A hold has
    no payment yet; ordering opens it.
    """
    payment = tree.lock_one(booking.id, Purpose.RENTAL)
    if payment is None:
        return
    check_unapproved(booking)
    opening.change_amount(payment, amount=total, at=at)


def lower(booking: Booking, total: Money, *, at: datetime) -> None:
    """Want less of a locked booking's payments, down to `total`. Raises MoneyUnderWay."""
    rests_on = changes.paid_by(booking.id, known=tree.lock_all(booking.id))
    for cut in list(cuts(rests_on, booking.total - total.amount)):
        payment = cut.payment
        purse.check_quiet(booking, payment)
        payment.amount -= cut.whole
        tree.refresh_state(payment, at=at)
        if payment.amount == 0:
            wishes.release(payment, at=at, reason="booking_changed")
        if cut.taken:
            wishes.refund_towards(payment, amount=Money(cut.taken, payment.currency), at=at)


def deposit_given(booking: Booking) -> bool:
    """Whether PayPal holds the deposit, or it was taken."""
    return deposits.held(tree.of_booking(booking.id).get(Purpose.DEPOSIT))


def change_deposit(booking: Booking, amount: Money, *, release: bool, at: datetime) -> None:
    """Want another deposit of a locked booking; `release`: what is held goes back, and more is asked for.

    A way to PayPal that is open already leads to the new amount.
    """
    booking.deposit = amount.amount
    payment = tree.lock_one(booking.id, Purpose.DEPOSIT)
    if payment is None:
        return
    if amount and payment.state in opening.PAYABLE:
        opening.change_amount(payment, amount=amount, at=at)
    payment.amount = amount.amount
    tree.refresh_state(payment, at=at)
    if release:
        wishes.release(payment, at=at, reason="booking_changed")
        booking.deposit_asked_at = None
        booking.deposit_ask_at = at
