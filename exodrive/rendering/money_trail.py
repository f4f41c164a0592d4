"""What became of a booking's money, in the few figures that letters and invoices tell."""

from __future__ import annotations

from dataclasses import dataclass

from exodrive.bookings.models import Booking
from exodrive.kernel.money import Money, total
from exodrive.payments import receipts, tree
from exodrive.payments.models import Payment
from exodrive.payments.receipt_models import For, ReceiptKind
from exodrive.payments.states import Purpose

NEVER_HELD = frozenset({"DENIED", "PENDING"})


@dataclass(frozen=True, slots=True)
class DepositStatement:
    """What was held at most, what of it was taken, and what went back."""

    held: Money
    taken: Money

    @property
    def released(self) -> Money:
        return self.held - self.taken


def deposit(booking: Booking) -> DepositStatement:
    """The deposit's statement; zero throughout where none was held."""
    payment = tree.of_booking(booking.id).get(Purpose.DEPOSIT)
    zero = Money.zero(booking.currency)
    taken = tree.captured(payment) - tree.refunding(payment) if payment else zero
    rows = [row for row in receipts.of_booking(booking.id) if row.purpose == For.DEPOSIT]
    at_desk = receipts.standing(rows, For.DEPOSIT, currency=booking.currency)
    went_back = total(
        (row.money for row in rows if row.kind == ReceiptKind.GIVEN_BACK), currency=booking.currency
    )
    return DepositStatement(
        held=secured(payment, booking.currency) + at_desk + went_back,
        taken=taken + at_desk - Money(booking.hand_back, booking.currency),
    )


def secured(payment: Payment | None, currency: str) -> Money:
    """The most that PayPal ever held or took for a payment."""
    if payment is None:
        return Money.zero(currency)
    held = [row.amount for row in tree.authorizations(payment) if row.status not in NEVER_HELD]
    return Money(max([tree.captured(payment).amount, *held]), currency)
