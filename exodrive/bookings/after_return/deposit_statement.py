"""What became of a deposit, item by item: what was there, what was taken for what, what went back."""

from __future__ import annotations

from dataclasses import dataclass

from exodrive.bookings.after_return import evidence
from exodrive.bookings.after_return.evidence import Shown
from exodrive.bookings.charge import charge_bills
from exodrive.bookings.models import Booking, Charge
from exodrive.bookings.money import settlement, takings
from exodrive.bookings.states import State
from exodrive.kernel.money import Money, total
from exodrive.payments import receipts, tree
from exodrive.payments.models import Payment
from exodrive.payments.receipt_models import For, ReceiptKind
from exodrive.payments.states import Purpose

NEVER_HELD = frozenset({"DENIED", "PENDING"})


@dataclass(frozen=True, slots=True)
class Item:
    """One charge: what it comes to, what of that came from the deposit, and what shows that it is due."""

    charge: Charge
    amount: Money
    taken: Money
    evidence: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """`held` is what secured the rental at most; `to_hand_back` still lies at the desk."""

    held: Money
    items: tuple[Item, ...]
    handed_back: Money
    to_hand_back: Money

    @property
    def taken(self) -> Money:
        return total((item.taken for item in self.items), currency=self.held.currency)

    @property
    def returned(self) -> Money:
        return max(self.held - self.taken, Money.zero(self.held.currency))

    @property
    def by_paypal(self) -> Money:
        """What PayPal let go of or gave back."""
        over_the_counter = self.handed_back + self.to_hand_back
        return max(self.returned - over_the_counter, Money.zero(self.held.currency))


def of(booking: Booking) -> Statement | None:
    """The statement, once it was settled or let go; None where there was none, or it still stands."""
    if booking.state != State.CLOSED and booking.deposit_released_at is None:
        return None
    rows = receipts.of_booking(booking.id)
    payment = tree.of_booking(booking.id).get(Purpose.DEPOSIT)
    zero = Money.zero(booking.currency)
    taken_at_desk = total(
        (row.signed for row in rows if row.purpose == For.DEPOSIT and row.kind != ReceiptKind.GIVEN_BACK),
        currency=booking.currency,
    )
    held = taken_at_desk + most_at_paypal(payment, booking.currency)
    if not held:
        return None
    return Statement(
        held=held,
        items=_items(booking, payment),
        handed_back=taken_at_desk - takings.standing(booking, For.DEPOSIT),
        to_hand_back=max(Money(booking.hand_back, booking.currency), zero),
    )


def most_at_paypal(payment: Payment | None, currency: str) -> Money:
    """The most that PayPal ever held or took for a payment."""
    if payment is None:
        return Money.zero(currency)
    held = [row.amount for row in tree.authorizations(payment) if row.status not in NEVER_HELD]
    return Money(max([tree.captured(payment).amount, *held]), currency)


def _items(booking: Booking, payment: Payment | None) -> tuple[Item, ...]:
    shown = evidence.of_charges(booking.id, booking.charges)
    return tuple(
        Item(charge, Money(charge.amount, booking.currency), share, tuple(shown.get(charge.id, ())))
        for charge, share in _shares(booking, payment)
    )


def _shares(booking: Booking, payment: Payment | None) -> list[tuple[Charge, Money]]:
    """What each charge took of the deposit; before the settlement, what it takes as things stand."""
    if booking.state == State.CLOSED:
        return [(row, Money(row.from_deposit, booking.currency)) for row in booking.charges]
    reach = settlement.secured(booking, payment) - Money(booking.hand_back, booking.currency)
    return [(charge, share) for charge, share in charge_bills.spread(booking, reach)]
