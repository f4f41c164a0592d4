"""The rentals that end weeks after the pick-up: a car that is late for the next one, and what the days bring.

Two of each, so that a sweep finds two. They have rounds of their own, for the clock moves four times more: to
the day on which the late cars are in the way, to the renewal of the deposits, to the deposits' last day, when
bills are long unpaid too, and to the day on which the photos of licences are forgotten.
"""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.cashier import Cashier
from tests.chaos.people import Guest
from tests.chaos.rentals import (
    MAILS_OF_A_RENTAL,
    RENTAL,
    End,
    Money,
    Rental,
    nothing,
    paid_and_signed,
    secured,
)

IN_THE_WAY, RENEWED, LAST_DAY, FORGOTTEN = 2, 7, 23, 33  # days after the pick-up
CLASHES = "SELECT count(*) FROM booking_conflicts WHERE %(id)s IN (booking_id, late_id)"


def _with_papers(guest: Guest, counter: Cashier) -> None:
    """The licence is photographed twice: the first photo is let go of at once."""
    paid_and_signed(guest, counter)
    guest.send_paper("licence_front")
    guest.send_paper("licence_front")
    guest.send_paper("insurance")


def _drive_off(guest: Guest, counter: Cashier) -> None:
    secured(guest)
    counter.hand_over(guest)


def _come_late(guest: Guest, counter: Cashier) -> None:
    """An hour late, for which the deposit pays. A bill for something else stays unpaid."""
    booking_id = guest.books.booking(guest.link)["id"]
    guest.hope.until(lambda: guest.books.value(CLASHES, id=booking_id), what="the clash to be found")
    counter.take_back(guest, miles=20, fuel=8)
    counter.settle(guest)
    guest.wait_for("closed")
    guest.read("invoice")
    counter.bill(guest, number=1, amount="60.00")


def _pay_when_reminded(guest: Guest, counter: Cashier) -> None:
    guest.read("bill_reminder")
    (bill,) = guest.books.rows(
        "SELECT * FROM bills WHERE booking_id = %(id)s", id=guest.books.booking(guest.link)["id"]
    )
    guest.pay_bill(bill)
    counter.wait_for_bill(bill, "paid")


def _be_forgotten(guest: Guest, counter: Cashier) -> None:
    kept = "SELECT count(*) FROM driver_papers WHERE booking_id = %(id)s"
    booking_id = guest.books.booking(guest.link)["id"]
    guest.hope.until(lambda: guest.books.value(kept, id=booking_id) == 0, what="the papers to be forgotten")


def _drive_after_all(guest: Guest, counter: Cashier) -> None:
    """The car that was late is back and nobody is called for any more. What the deposit is for stays open."""
    over = "SELECT attention IS NULL FROM bookings WHERE id = %(id)s"
    booking_id = guest.books.booking(guest.link)["id"]
    guest.hope.until(
        lambda: guest.books.value(CLASHES, id=booking_id) and guest.books.value(over, id=booking_id),
        what="the clash to be over",
    )
    secured(guest)
    counter.hand_over(guest)
    counter.take_back(guest, miles=20, fuel=8)


def _get_deposit_back(guest: Guest, counter: Cashier) -> None:
    """By its date alone; the rental is settled after it."""
    guest.wait_for_payment("deposit", "voided")
    counter.settle(guest)
    guest.wait_for("closed")


CAPTURED = ("authorize", "authorize", "capture", "create_order", "create_order", "reauthorize")
LATE = Rental(
    _with_papers,
    _drive_off,
    End(
        state="closed",
        money=(RENTAL, Money(authorizations=1, captured=("charges",))),
        operations=tuple(sorted((*CAPTURED, "capture"))),
        agreements=("signed",),
        mails={
            **MAILS_OF_A_RENTAL,
            "invoice": 2,  # the rental, and the bill by hand
            "deposit_statement": 1,
            "bill": 1,
            "bill_reminder": 1,
            "bill_payment": 1,
            "review_request": 1,
        },
        invoices=2,
    ),
    hours=(10, 48 + 9),
    later={IN_THE_WAY: _come_late, LAST_DAY: _pay_when_reminded, FORGOTTEN: _be_forgotten},
)
NEXT = Rental(
    paid_and_signed,
    nothing,
    End(
        state="closed",
        money=(RENTAL, Money(authorizations=2, voided=True)),
        operations=(*CAPTURED, "reauthorize", "void"),
        agreements=("signed",),
        mails={**MAILS_OF_A_RENTAL, "deposit_released": 1, "review_request": 1},
        invoices=1,
    ),
    hours=(48 + 13, 72 + 13),  # from the moment at which the car would be ready again
    later={IN_THE_WAY: _drive_after_all, RENEWED: nothing, LAST_DAY: _get_deposit_back},
)
SLOW_RENTALS: dict[str, Rental] = {
    "late": LATE,
    "later": LATE,
    "next": replace(NEXT, follows="late"),
    "after that": replace(NEXT, follows="later"),
}
