"""What becomes of a booking's payments when it ends before its keys: what is taken, let go of, given back.

The same for what is shown before somebody agrees to it and for what is then done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from exodrive.bookings import changes
from exodrive.bookings.models import Booking
from exodrive.kernel.money import Money
from exodrive.payments import tree
from exodrive.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Parting:
    """One payment at the end of its booking. What comes to nothing does not happen.

    `counts`: the price rests on it, so that the fee is kept from it. What is held is dealt with first; what
    was taken beyond the fee goes back when that has come to rest.
    """

    payment: Payment
    counts: bool
    take: Money  # of what PayPal holds
    let_go: Money  # of what PayPal holds
    give_back: Money  # of what was taken
    kept: Money  # what stays in the end


def of(booking: Booking, fee: Money, payments: Iterable[Payment]) -> Iterator[Parting]:
    """How a fee is kept from these payments of a booking, and what becomes of the rest; in their order."""
    rows = list(payments)
    rests_on = {row.id for row in changes.paid_by(booking.id, known=rows)}
    left = fee
    for payment in rows:
        counts = payment.id in rests_on
        keep = min(left, payment.money) if counts else Money.zero(fee.currency)
        left -= keep
        yield _part(payment, keep, counts=counts)


def _part(payment: Payment, keep: Money, *, counts: bool) -> Parting:
    """Take what is missing to `keep`, or let go of what is held and give back what is too much."""
    nothing = Money.zero(keep.currency)
    there = tree.captured(payment) - tree.refunding(payment)
    held = tree.live_authorization(payment)
    holds = tree.left(held) if held is not None else nothing
    take = min(max(keep - there, nothing), holds)
    give_back = max(there - keep, nothing)
    return Parting(
        payment,
        counts,
        take=take,
        let_go=holds - take,
        give_back=give_back,
        kept=there + take - give_back,
    )
