"""The rentals of a round: together they come by every point. Each knows its way, and the end it must come to.

A way has two parts, before and after the clock is moved to the day before the pick-up. Then the rental is
captured, from an authorization that is five days old and so is renewed first, and the deposit is asked for.
Some ways go on later: `slow_rentals`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.chaos import by_program
from tests.chaos.cashier import Cashier
from tests.chaos.people import Guest

Part = Callable[[Guest, Cashier], None]
MAILS_OF_A_PAID_ORDER = {"booking_received": 1, "payment_received": 1, "sign_agreement": 1}
MAILS_UNTIL_THE_KEYS = {**MAILS_OF_A_PAID_ORDER, "confirmed": 1, "deposit_request": 1}
MAILS_OF_A_RENTAL = {
    **MAILS_UNTIL_THE_KEYS,
    "deposit_held": 1,
    "handed_over": 1,
    "taken_back": 1,
    "invoice": 1,
}


class Money(NamedTuple):
    """One order at PayPal. Amounts by what they are of the booking; renewed authorizations count too."""

    authorizations: int = 0
    captured: tuple[str, ...] = ()
    refunded: tuple[str, ...] = ()
    voided: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """How a rental must stand when all is quiet, whoever was killed on the way."""

    state: str
    money: tuple[Money, ...] = ()  # one for each order that PayPal ever made for it
    operations: tuple[str, ...] = ()  # kinds, in order of the alphabet, each done once
    agreements: tuple[str, ...] = ()  # states, of ours and so many at DocuSeal
    mails: Mapping[str, int] = field(default_factory=dict)
    invoices: int = 0


@dataclass(frozen=True, slots=True)
class Rental:
    """`name` of its guest is a mailbox with a fate, where that is what the rental is about.

    `hours` are those of pick-up and return after the midnight of the round's day; `follows` is the rental
    whose car it takes after it, and `later` what happens so many days after that midnight.
    """

    before: Part
    after: Part
    end: End
    name: str = "maya"
    take: Callable[[Guest, str, tuple[str, str]], None] = Guest.take
    hours: tuple[float, float] = (10, 58)
    follows: str = ""
    later: Mapping[int, Part] = field(default_factory=dict)


def paid_and_signed(guest: Guest, counter: Cashier) -> None:
    guest.order_it()
    guest.pay()
    guest.sign_it()


def _reminded_and_signed(guest: Guest, counter: Cashier) -> None:
    guest.order_it()
    guest.pay()
    counter.remind(guest)
    guest.sign_it()


def _paid_and_cancelled(guest: Guest, counter: Cashier) -> None:
    guest.order_it()
    guest.pay(come_back=False)
    guest.cancel()


def _given_back(guest: Guest, counter: Cashier) -> None:
    guest.give_back()


def _ordered_only(guest: Guest, counter: Cashier) -> None:
    guest.order_it()
    guest.link_on_page("/checkoutnow")


def nothing(guest: Guest, counter: Cashier) -> None:
    """The rental waits."""


def secured(guest: Guest) -> None:
    """The rental is taken, and PayPal holds the deposit."""
    guest.wait_for_payment("rental", "captured")
    guest.pay_deposit()


def driven(guest: Guest, counter: Cashier, *, miles: int = 20, fuel: int = 8) -> None:
    """From the keys to the end."""
    counter.photograph(guest)
    counter.reconcile(guest)
    counter.hand_over(guest)
    counter.take_back(guest, miles=miles, fuel=fuel)
    counter.settle(guest)
    guest.wait_for("closed")


def _driven_far(guest: Guest, counter: Cashier) -> None:
    secured(guest)
    driven(guest, counter, miles=260, fuel=7)


def driven_well(guest: Guest, counter: Cashier) -> None:
    secured(guest)
    driven(guest, counter)


def _excused(guest: Guest, counter: Cashier) -> None:
    guest.wait_for_payment("rental", "captured")
    guest.read("deposit_request")
    counter.cancel(guest)
    guest.wait_for_payment("rental", "refunded")


def _expired(guest: Guest, counter: Cashier) -> None:
    guest.wait_for("expired")


RENTAL = Money(authorizations=2, captured=("total",))

RENTALS: dict[str, Rental] = {
    "charged": Rental(
        _reminded_and_signed,
        _driven_far,
        End(
            state="closed",
            money=(RENTAL, Money(authorizations=1, captured=("charges",))),
            operations=(
                *("authorize", "authorize", "capture", "capture", "create_order", "create_order"),
                "reauthorize",
            ),
            agreements=("signed",),
            mails={**MAILS_OF_A_RENTAL, "sign_agreement": 2, "deposit_statement": 1},
            invoices=1,
        ),
    ),
    "uncharged": Rental(
        paid_and_signed,
        driven_well,
        End(
            state="closed",
            money=(RENTAL, Money(authorizations=1, voided=True)),
            operations=(
                *("authorize", "authorize", "capture", "create_order", "create_order"),
                *("reauthorize", "void"),
            ),
            agreements=("signed",),
            mails=MAILS_OF_A_RENTAL,
            invoices=1,
        ),
    ),
    "excused": Rental(
        paid_and_signed,
        _excused,
        End(
            state="cancelled",
            money=(RENTAL._replace(refunded=("total",)),),
            operations=("authorize", "capture", "create_order", "reauthorize", "refund"),
            agreements=("signed",),
            mails={**MAILS_UNTIL_THE_KEYS, "cancelled": 1},
        ),
    ),
    "called off": Rental(
        _paid_and_cancelled,
        nothing,
        End(
            state="cancelled",
            money=(Money(authorizations=1, voided=True),),
            operations=("authorize", "create_order", "void"),
            agreements=("voided",),
            mails={**MAILS_OF_A_PAID_ORDER, "cancelled": 1},
        ),
    ),
    "by program": Rental(
        by_program.cancel,
        nothing,
        End(
            state="cancelled",
            money=(Money(),),
            operations=("create_order",),
            mails={"booking_received": 1, "cancelled": 1},
        ),
        take=by_program.book,
    ),
    "given back": Rental(_given_back, nothing, End(state="expired")),
    "never ordered": Rental(nothing, _expired, End(state="expired")),
    "bounced": Rental(
        _ordered_only,
        _expired,
        End(
            state="expired",
            money=(Money(),),
            operations=("create_order",),
            mails={"booking_received": 1, "expired": 1},
        ),
        name="bounced",
    ),
}
