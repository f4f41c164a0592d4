"""What a booking owes for its rental, and what the house owes its customer after the end.

A rental owes its agreed price, less what PayPal has taken or holds for it, less what the desk has, and less
what staff gave back: that was a favour, and lowers the price. A payment that was given back whole before the
keys is no favour: it is unpaid again. Everybody asks here: the counter, the keys, the pages, the settlement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from exodrive.billing import queries as bills
from exodrive.bookings import changes
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.kernel.db import session
from exodrive.kernel.money import Money, total
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import receipts, tree
from exodrive.payments.models import Payment
from exodrive.payments.receipt_models import For, Receipt
from exodrive.payments.states import Purpose

GIVEN_UP = frozenset({State.CANCELLED, State.NO_SHOW})
OVER = frozenset({State.CLOSED, State.EXPIRED})


@dataclass(frozen=True, slots=True)
class Standing:
    """A rental's price and all that stands against it.

    `at_paypal` is what was taken and kept, and what is held; `given_back` what staff had refunded by hand.
    """

    price: Money
    at_paypal: Money
    at_desk: Money
    given_back: Money

    @property
    def favour(self) -> Money:
        """What was given back lowers the price by no more than nobody has paid otherwise."""
        return min(self.given_back, self._unpaid)

    @property
    def owed(self) -> Money:
        return self._unpaid - self.favour

    @property
    def paid_at_desk(self) -> bool:
        """Whether all is paid, and some of it at the desk."""
        return bool(self.at_desk) and not self.owed

    @property
    def _unpaid(self) -> Money:
        return max(self.price - self.at_paypal - self.at_desk, Money.zero(self.price.currency))


def for_rental(
    booking: Booking, *, rows: Sequence[Receipt] | None = None, payments: Sequence[Payment] | None = None
) -> Money:
    """What is still to be paid for the rental, by whatever way.

    Of one that was given up, what its fee is short of and no bill asked for. What a closed one owes is in the
    books: `unbilled`.
    `rows` are its receipts and `payments` all its payments, where somebody has read them already.
    """
    rests_on = changes.paid_by(booking.id, known=payments)
    return _as_it_stands(booking, rests_on, _at_desk(booking, rows)).owed


def favour(booking: Booking, payments: Iterable[Payment]) -> Money:
    """What of the price staff gave back: nobody owes it, and the settlement lowers the revenue by it.

    `payments` are those that its price rests on.
    """
    return _standing(booking, payments, _at_desk(booking, None)).favour


def of_rentals(
    bookings: Iterable[Booking], *, payments: Collection[Payment], rows: Iterable[Receipt]
) -> dict[UUID, Standing]:
    """How a page of bookings stands, by the same answer, of all their payments and receipts."""
    ids = {row.booking_id for row in payments if row.purpose == Purpose.CHANGE}
    applied = changes.applied_payments(ids) if ids else frozenset()
    paid: dict[UUID, list[Payment]] = defaultdict(list)
    taken: dict[UUID, list[Receipt]] = defaultdict(list)
    for payment in payments:
        paid[payment.booking_id].append(payment)
    for receipt in rows:
        taken[receipt.booking_id].append(receipt)
    return {
        row.id: _as_it_stands(row, changes.rested_on(paid[row.id], applied), _at_desk(row, taken[row.id]))
        for row in bookings
    }


def askable(booking: Booking, payment: Payment) -> Money:
    """What of this payment the customer may approve at PayPal; nothing where it was paid otherwise.

    PayPal is asked for the whole of what was not taken or for none of it: what the desk has begun to take, it
    takes whole. What is held for it already does not count, since the new approval takes its place.
    """
    nothing = Money.zero(booking.currency)
    missing = max(payment.money - tree.captured(payment), nothing)
    others = [row for row in changes.paid_by(booking.id) if row.id != payment.id]
    against = total((_kept(row) + _held(row) for row in others), currency=booking.currency)
    against += _kept(payment) + _at_desk(booking, None)
    return missing if missing <= booking.total_money - against else nothing


def unbilled(booking: Booking) -> Money:
    """What a booking owes by the books and no open bill asks for; less than nothing is the customer's."""
    owed = postings.summing(Account.RECEIVABLE, currency=booking.currency, booking_id=booking.id)
    asked = bills.asking(booking.id, currency=booking.currency)
    found = session().scalar(select(owed.scalar_subquery() - asked.scalar_subquery()))
    return Money(int(found or 0), booking.currency)


def to_customer(booking: Booking) -> Money:
    """What the house owes the customer of a closed rental already and has not begun to give back."""
    under_way = total(
        (
            tree.refunding(row) - tree.refunded(row)
            for row in tree.all_of(booking.id)
            if tree.stands_on(row.purpose) is Account.PREPAID
        ),
        currency=booking.currency,
    )
    owed = -postings.balance(Account.PREPAID, currency=booking.currency, booking_id=booking.id)
    return max(owed - under_way, Money.zero(booking.currency))


def _as_it_stands(booking: Booking, payments: Iterable[Payment], at_desk: Money) -> Standing:
    """For nothing, where the rental is over; for its fee, where it was given up."""
    rows, nothing = list(payments), Money.zero(booking.currency)
    if booking.state in GIVEN_UP:
        fee = booking.fee_left
        kept = total((tree.secured(row) - tree.refunding(row) for row in rows), currency=booking.currency)
        return Standing(fee, kept, nothing, nothing)
    if booking.state in OVER:
        return Standing(nothing, nothing, at_desk, nothing)
    return _standing(booking, rows, at_desk)


def _standing(booking: Booking, payments: Iterable[Payment], at_desk: Money) -> Standing:
    rows = list(payments)
    at_paypal = total((_kept(row) + _held(row) for row in rows), currency=booking.currency)
    favours = total((_favour(booking, row) for row in rows), currency=booking.currency)
    return Standing(booking.total_money, at_paypal, at_desk, favours)


def _favour(booking: Booking, payment: Payment) -> Money:
    """What staff gave back of a payment, unless that was all of it and before the keys."""
    if _kept(payment) or _held(payment) or _given_back_after_the_keys(booking, payment):
        return _by_hand(payment)
    return Money.zero(payment.currency)


def _given_back_after_the_keys(booking: Booking, payment: Payment) -> bool:
    keys = booking.handed_over_at
    refunds = (refund for capture in tree.captures(payment) for refund in capture.refunds)
    return keys is not None and any(refund.created_at >= keys for refund in refunds)


def _at_desk(booking: Booking, rows: Sequence[Receipt] | None) -> Money:
    known = receipts.of_booking(booking.id) if rows is None else rows
    return receipts.standing(known, For.RENTAL, currency=booking.currency)


def _kept(payment: Payment) -> Money:
    """What was taken for what the payment is for, and stays."""
    return min(tree.captured(payment), payment.money) - _by_hand(payment)


def _held(payment: Payment) -> Money:
    """What PayPal holds for what was not taken yet."""
    hold = tree.live_authorization(payment)
    nothing = Money.zero(payment.currency)
    return min(tree.left(hold), max(payment.money - tree.captured(payment), nothing)) if hold else nothing


def _by_hand(payment: Payment) -> Money:
    """What staff gave back. What a change made cheaper is none of it: the price is lower already."""
    return max(tree.refunding(payment) - tree.surplus(payment), Money.zero(payment.currency))
