"""Giving money back by hand, which lowers what the customer pays.

Before the rental is settled, the invoice lists what was given back; afterwards a credit note corrects it. Of
a booking that was cancelled or missed, that much less of the fee is kept. What goes back of a deposit before
the settlement changes no price: the charges say what is due of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from exodrive.bookings import cancelling, owing, transitions
from exodrive.bookings.by_hand import correcting, purse
from exodrive.bookings.models import Booking
from exodrive.bookings.states import FINAL, State
from exodrive.invoicing import issuing
from exodrive.invoicing.models import Invoice
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import DomainError, Refused
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import tree, wishes
from exodrive.payments.models import Operation, Payment
from exodrive.payments.states import Purpose

# https://developer.paypal.com/docs/api/payments/v2/#captures_refund
REFUNDABLE_FOR = timedelta(days=180)
REFUNDED = "payment_refunded"  # why a credit note follows PayPal; put into words where it is shown


class NothingTaken(Refused):
    """No money was taken that could be given back."""

    code = "nothing_taken"


class RefundTooLate(Refused):
    """PayPal gives nothing back after 180 days."""

    code = "refund_too_late"


def most(booking: Booking, payment: Payment | None, *, at: datetime) -> Money:
    """What could be given back at once now; nothing where nothing can. PayPal refunds capture by capture."""
    try:
        return _refundable(booking, payment, at=at) if payment else Money.zero(booking.currency)
    except DomainError:
        return Money.zero(booking.currency)


def refund(
    booking_id: UUID,
    *,
    purpose: Purpose,
    amount: Money | None,
    reason: str,
    by: Actor,
    at: datetime,
    number: int = 1,
    version: int | None = None,
) -> Operation:
    """Have `amount` given back, None for all that one refund can.

    Raises NothingPaid, NothingTaken, RefundTooLate, MoneyUnderWay, AlreadySettling, NoAmount, AmountBeyond,
    Stale.
    """
    booking, payment = purse.opened(booking_id, purpose, number=number, version=version)
    left = _refundable(booking, payment, at=at)
    wanted = left if amount is None else amount
    purse.check_amount(wanted, most=left)
    operation = wishes.refund(payment, amount=wanted, at=at, reason=reason, again=True)
    _earn_less(booking, wanted, purpose=purpose, reason=reason, source=f"allowance:{operation.id}", at=at)
    transitions.note(
        booking,
        "payment.refund_wanted",
        by=by,
        at=at,
        reason=reason,
        purpose=purpose,
        amount=wanted.amount,
        currency=wanted.currency,
    )
    return operation


def follow(booking: Booking, payment: Payment, *, at: datetime) -> None:
    """Of a locked booking that has ended, PayPal gave back more than anybody here had asked for.

    Somebody did it in PayPal's own pages. It is a favour like any other: a credit note says so.
    """
    account = tree.stands_on(payment.purpose)
    beyond = postings.balance(account, currency=booking.currency, booking_id=booking.id)
    if beyond.amount > 0:
        source = f"given_back:{payment.id}/{tree.refunded(payment).amount}"
        _earn_less(booking, beyond, purpose=Purpose(payment.purpose), reason=REFUNDED, source=source, at=at)


def _refundable(booking: Booking, payment: Payment, *, at: datetime) -> Money:
    purse.check_quiet(booking, payment)
    left = [(row, tree.refundable(row)) for row in tree.captures(payment)]
    if not any(amount for _, amount in left):
        raise NothingTaken
    young = [amount for row, amount in left if at <= row.created_at + REFUNDABLE_FOR]
    if not any(young):
        raise RefundTooLate
    return Money(max(young), payment.currency)


def _earn_less(
    booking: Booking, amount: Money, *, purpose: Purpose, reason: str, source: str, at: datetime
) -> None:
    """What was earned already is not any more; what was not yet is not going to be."""
    invoice = issuing.of_booking(booking.id)
    concerned = booking.state == State.CLOSED or purpose is not Purpose.DEPOSIT
    if booking.state in FINAL and concerned and invoice is not None:
        _credit(booking, invoice, amount, purpose=purpose, reason=reason, source=source, at=at)
    if booking.state in FINAL - {State.CLOSED} and purpose is not Purpose.DEPOSIT:
        cancelling.lower_fee(booking, amount, source=source, invoiced=invoice is not None, at=at)


def _credit(
    booking: Booking,
    invoice: Invoice,
    amount: Money,
    *,
    purpose: Purpose,
    reason: str,
    source: str,
    at: datetime,
) -> None:
    """A credit note for what no earlier one has made the house's debt; what is beyond the invoice was never
    due, and stands among the receivables."""
    account, nothing = tree.stands_on(purpose), Money.zero(amount.currency)
    covered = min(owing.to_customer(booking), amount)
    credited = min(amount - covered, correcting.left(invoice))
    beyond = amount - covered - credited
    sides = {Account.PREPAID: covered, Account.DEPOSITS: nothing, Account.RECEIVABLE: beyond}
    sides[account] -= covered + beyond
    postings.post("transfer", source=source, booking_id=booking.id, sides=sides, at=at)
    if credited:
        correcting.issue_note(booking, invoice, credited, reason=reason, given_to=account, at=at)
