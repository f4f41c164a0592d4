"""How a booking stands: everything that its page shows, gathered in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from exodrive.blueprints.booking_page import steps
from exodrive.blueprints.booking_page.steps import PayStep
from exodrive.bookings import cancelling, deposits, expiry, queries
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.policy import CancellationTerms
from exodrive.bookings.states import CANCELLABLE, State
from exodrive.contracts import issuing as agreements
from exodrive.contracts.models import Contract
from exodrive.contracts.states import ContractState
from exodrive.house import queries as house
from exodrive.house.models import House
from exodrive.house.rules import Rulebook
from exodrive.invoicing import issuing as invoices
from exodrive.invoicing.models import Invoice
from exodrive.payments import opening, tree
from exodrive.payments.models import Order, Payment
from exodrive.payments.states import Purpose

# Seconds between two looks: short while somebody watches a wheel turn, longer while they are elsewhere.
SOON, LATER = 2, 5


@dataclass
class Standing:
    """A booking with its money, its agreement and the rules that it stands under, at a moment."""

    secret: str
    booking: Booking
    house: House
    rules: Rulebook
    rental: Payment | None
    deposit: Payment | None
    contract: Contract | None
    invoice: Invoice | None
    terms: CancellationTerms | None
    at: datetime

    @cached_property
    def state(self) -> State:
        """The booking's state; what is over by the clock counts as expired before anybody has noted it."""
        return State.EXPIRED if expiry.due(self.booking, at=self.at) else State(self.booking.state)

    @property
    def zone(self) -> str:
        return self.booking.pickup_place.time_zone

    @property
    def seconds_left(self) -> int:
        """How long the place is kept for what is still to be done; 0 where no clock runs."""
        if self.state not in (State.HELD, State.AWAITING_PAYMENT) or self.booking.expires_at is None:
            return 0
        return max(1, int((self.booking.expires_at - self.at).total_seconds()))

    @property
    def seconds_whole(self) -> int:
        """What the clock started from."""
        minutes = self.rules.booking.hold_minutes
        if self.state is State.AWAITING_PAYMENT:
            minutes = self.rules.booking.payment_minutes
        return max(minutes * 60, self.seconds_left)

    @cached_property
    def pay_step(self) -> PayStep:
        step = steps.of_payment(self.rental, at=self.at)
        if step is not PayStep.DONE or self.state is not State.AWAITING_PAYMENT:
            return step
        # PayPal holds money, and yet the booking has not gone on.
        return PayStep.STUCK if self.booking.attention == Attention.AMOUNT_MISMATCH else PayStep.CHECKING

    @cached_property
    def deposit_step(self) -> PayStep:
        if self.booking.deposit == 0:
            return PayStep.DONE
        step = steps.of_payment(self.deposit, at=self.at)
        # Less than was asked for is no deposit.
        return PayStep.STUCK if step is PayStep.DONE and not deposits.held(self.deposit) else step

    @property
    def payable(self) -> bool:
        """Whether the rental can be tried to be paid again."""
        return self.rental is None or self.rental.state in opening.PAYABLE

    @property
    def deposit_open(self) -> bool:
        """Whether the deposit can be given now."""
        return self.state in deposits.WANTS_DEPOSIT and self.booking.deposit_asked_at is not None

    @property
    def order(self) -> Order | None:
        """The order whose page at PayPal the payer can go to now."""
        payment = self.rental if self.state is State.AWAITING_PAYMENT else self.deposit
        wanted = self.state is State.AWAITING_PAYMENT or self.deposit_open
        return opening.usable_order(payment, at=self.at) if payment is not None and wanted else None

    @property
    def signable(self) -> bool:
        return (
            self.contract is not None
            and self.contract.state in (ContractState.SENT, ContractState.VIEWED)
            and bool(self.contract.sign_url)
        )

    @property
    def cancellable(self) -> bool:
        return self.state in CANCELLABLE

    @property
    def poll_seconds(self) -> int | None:
        """How often the page looks again by itself; None where nothing is awaited."""
        if self.state is State.AWAITING_PAYMENT:
            return self._poll(self.pay_step)
        if self.state is State.AWAITING_SIGNATURE:
            return LATER if self.signable else SOON
        if self.deposit_open:
            return self._poll(self.deposit_step)
        # The settlement waits for PayPal, then the invoice for its PDF; staff may also settle just now.
        if self.state is State.RETURNED:
            return SOON if self.booking.settling_at else LATER
        if self.state is State.CLOSED and self.invoice is not None and self.invoice.file_id is None:
            return SOON
        return None

    @staticmethod
    def _poll(step: PayStep) -> int | None:
        if not step.moving:
            return None
        return LATER if step in (PayStep.READY, PayStep.REVIEW) else SOON

    @property
    def mark(self) -> str:
        """Another text whenever the page would look different: a poll that finds the same says nothing."""
        facts = (
            self.state,
            self.booking.version,
            self.booking.payment_delayed,
            self.pay_step,
            self.deposit_step,
            self.order and self.order.id,
            self.contract and (self.contract.id, self.contract.state, self.signable),
            self.invoice and self.invoice.file_id,
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def load(booking_id: UUID, secret: str, *, at: datetime) -> Standing:
    """Gather it, inside a transaction."""
    booking = queries.by_id(booking_id)
    payments = tree.of_booking(booking_id)
    return Standing(
        secret=secret,
        booking=booking,
        house=house.house(),
        rules=house.rulebook_of(booking.policies),
        rental=payments.get(Purpose.RENTAL),
        deposit=payments.get(Purpose.DEPOSIT),
        contract=agreements.latest(booking_id),
        invoice=invoices.of_booking(booking_id),
        terms=cancelling.terms(booking, at=at) if booking.state in CANCELLABLE else None,
        at=at,
    )
