"""What was taken for a rental, and what is still to be taken: its own payment and those of its changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from exodrive.bookings.models import Booking
from exodrive.bookings.money import takings
from exodrive.kernel.money import Money, total
from exodrive.payments import operations, tree, wishes
from exodrive.payments.models import Payment
from exodrive.payments.receipt_models import For
from exodrive.payments.states import PaymentState


def settled(booking: Booking, payments: Iterable[Payment], *, at: datetime) -> bool:
    """Take what is missing to the price, or give back what is beyond it; whether that is done.

    What the desk took for the rental is missing no more.
    """
    rows = list(payments)
    parts = _parts(rows, takings.standing(booking, For.RENTAL))
    done = [_settled(row, at_desk=part, at=at) for row, part in zip(rows, parts, strict=True)]
    return all(done)  # each is asked for, whatever the others say


def _parts(payments: Sequence[Payment], at_desk: Money) -> list[Money]:
    """What the desk took, by payment: first for what PayPal neither took nor holds, then in their order."""
    parts = []
    for payment in payments:
        parts.append(min(at_desk, max(payment.money - tree.secured(payment), Money.zero(at_desk.currency))))
        at_desk -= parts[-1]
    for number, payment in enumerate(payments):
        more = min(at_desk, payment.money - parts[number])
        parts[number] += more
        at_desk -= more
    return parts


def _settled(payment: Payment, *, at_desk: Money, at: datetime) -> bool:
    if undecided(payment):
        return False
    held = tree.live_authorization(payment)
    if held is None:
        _give_back_surplus(payment, at=at)
        return not operations.money_moves(payment)
    missing = payment.money - tree.captured(payment) - at_desk
    if missing.amount > 0:
        wishes.capture(payment, amount=min(missing, tree.left(held)), at=at)
    else:
        wishes.release(payment, at=at)
    return False


def undecided(payment: Payment) -> bool:
    """An answer is awaited: of PayPal to a call, or of the payer's bank."""
    pending = any(row.status == "PENDING" for row in tree.captures(payment))
    return operations.money_moves(payment) or pending or payment.state == PaymentState.APPROVED


def kept(payments: Iterable[Payment], *, currency: str) -> Money:
    """What was taken for the rental and stays with the house."""
    return total((tree.captured(row) - tree.refunding(row) for row in payments), currency=currency)


def _give_back_surplus(payment: Payment, *, at: datetime) -> None:
    """A refund is of one capture: what a change left to be given back may take several."""
    left = tree.surplus(payment) - tree.refunding(payment)
    if left.amount > 0:
        wishes.refund_towards(payment, amount=left, at=at)
