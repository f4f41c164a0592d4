"""The rentals that only the long campaign has: changed and paid for, and billed when they were over."""

from __future__ import annotations

from tests.chaos import changes
from tests.chaos.cashier import Cashier
from tests.chaos.people import Guest
from tests.chaos.rentals import (
    MAILS_OF_A_RENTAL,
    MAILS_UNTIL_THE_KEYS,
    RENTAL,
    End,
    Money,
    Rental,
    driven,
    driven_well,
    paid_and_signed,
    secured,
)


def _changed(guest: Guest, counter: Cashier) -> None:
    """A child seat more, which is paid for by an order of its own and signed for."""
    paid_and_signed(guest, counter)
    changes.add_seat_and_pay(guest)
    changes.sign_addendum(guest)


def _repriced(guest: Guest, counter: Cashier) -> None:
    """Dearer before it is paid for: the order that waits at PayPal asks for another amount."""
    guest.order_it()
    changes.add_seat_before_paying(guest)
    guest.pay()
    guest.sign_it()


def _cheaper(guest: Guest, counter: Cashier) -> None:
    """Cheaper once it was taken: a part goes back, and the addendum is signed before the keys."""
    guest.wait_for_payment("rental", "captured")
    counter.take_out_seat(guest)
    changes.sign_addendum(guest)
    guest.wait_for_payment("rental", "partially_refunded")
    guest.pay_deposit()
    driven(guest, counter)


def _unpaid_change(guest: Guest, counter: Cashier) -> None:
    paid_and_signed(guest, counter)
    changes.ask_for_seat(guest)


def _at_the_desk(guest: Guest, counter: Cashier) -> None:
    """The change has come to nothing. The deposit comes by terminal, and goes back that way."""
    guest.read("change_ended")
    guest.wait_for_payment("rental", "captured")
    counter.take_deposit(guest)
    driven(guest, counter)
    counter.hand_back(guest)


def _kept_in_part(guest: Guest, counter: Cashier) -> None:
    """Some of the deposit is taken while the car is out; a part goes back by hand, the rest at the end."""
    secured(guest)
    counter.hand_over(guest)
    counter.capture_deposit(guest, amount="300.00")
    counter.give_back_deposit(guest, amount="120.00")
    counter.take_back(guest, miles=20, fuel=8)
    counter.settle(guest)
    guest.wait_for("closed")


def _billed(guest: Guest, counter: Cashier) -> None:
    """Three bills after the end: one lowered and paid at PayPal, one paid at the desk, one taken back."""
    driven_well(guest, counter)
    counter.read_tolls(guest)
    guest.read("invoice")
    first = counter.charge_late(guest, amount="150.00")
    counter.remind_of(guest, first)
    guest.read("bill_reminder")
    counter.credit(guest, first, amount="50.00")
    guest.pay_bill(first)
    counter.wait_for_bill(first, "paid")
    second = counter.bill(guest, number=2, amount="80.00")
    counter.note_payment(guest, second)
    counter.wait_for_bill(second, "paid")
    third = counter.bill(guest, number=3, amount="40.00")
    counter.withdraw(guest, third)
    counter.wait_for_bill(third, "cancelled")


DEPOSIT = Money(authorizations=1, voided=True)
MONEY_RENTALS: dict[str, Rental] = {
    "changed": Rental(
        _changed,
        driven_well,
        End(
            state="closed",
            money=(
                Money(authorizations=2, captured=("rental",)),
                Money(authorizations=2, captured=("change",)),
                DEPOSIT,
            ),
            operations=(
                *("authorize", "authorize", "authorize", "capture", "capture"),
                *("create_order", "create_order", "create_order", "reauthorize", "reauthorize", "void"),
            ),
            agreements=("signed", "signed"),
            mails={**MAILS_OF_A_RENTAL, "change_asked": 1, "changed": 1, "sign_agreement": 2},
            invoices=1,
        ),
    ),
    "repriced": Rental(
        _repriced,
        _cheaper,
        End(
            state="closed",
            money=(Money(authorizations=2, captured=("total before",), refunded=("difference",)), DEPOSIT),
            operations=(
                *("authorize", "authorize", "capture", "create_order", "create_order", "patch_order"),
                *("reauthorize", "refund", "void"),
            ),
            agreements=("signed", "signed"),
            mails={**MAILS_OF_A_RENTAL, "changed": 2, "sign_agreement": 2},
            invoices=1,
        ),
        take=changes.take_with_code,
    ),
    "at the desk": Rental(
        _unpaid_change,
        _at_the_desk,
        End(
            state="closed",
            money=(RENTAL, Money()),
            operations=("authorize", "capture", "create_order", "create_order", "reauthorize"),
            agreements=("signed",),
            mails={
                **MAILS_UNTIL_THE_KEYS,
                "handed_over": 1,
                "taken_back": 1,
                "invoice": 1,
                "receipt": 2,
                "deposit_statement": 1,
                "change_asked": 1,
                "change_ended": 1,
            },
            invoices=1,
        ),
    ),
    "kept in part": Rental(
        paid_and_signed,
        _kept_in_part,
        End(
            state="closed",
            money=(
                RENTAL,
                Money(authorizations=1, captured=("30000",), refunded=("12000", "18000"), voided=True),
            ),
            operations=(
                *("authorize", "authorize", "capture", "capture", "create_order", "create_order"),
                *("reauthorize", "refund", "refund", "void"),
            ),
            agreements=("signed",),
            mails=MAILS_OF_A_RENTAL,
            invoices=1,
        ),
    ),
    "billed": Rental(
        paid_and_signed,
        _billed,
        End(
            state="closed",
            money=(RENTAL, DEPOSIT),
            operations=(
                *("authorize", "authorize", "capture", "create_order", "create_order"),
                *("reauthorize", "void"),
            ),
            agreements=("signed",),
            mails={
                **MAILS_OF_A_RENTAL,
                "invoice": 5,  # the rental, the late charge, its credit note, and each bill by hand
                "bill": 3,
                "bill_reminder": 1,
                "bill_payment": 2,
                "bill_cancelled": 1,
                "charges_added": 1,
            },
            invoices=5,
        ),
    ),
}
