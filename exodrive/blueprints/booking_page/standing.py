"""How a booking stands: everything that its page shows, gathered in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from exodrive.billing import queries as bills
from exodrive.billing.models import Bill
from exodrive.blueprints.booking_page import approvals, steps
from exodrive.blueprints.booking_page.approvals import Approval
from exodrive.blueprints.booking_page.steps import PayStep
from exodrive.bookings import addenda, cancelling, changes, documents, owing, queries
from exodrive.bookings.after_return import deposit_statement
from exodrive.bookings.after_return.deposit_statement import Statement
from exodrive.bookings.change.change_rules import CHANGEABLE
from exodrive.bookings.change_models import Change
from exodrive.bookings.deposit import deposits
from exodrive.bookings.documents import Document
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.money import asking_again
from exodrive.bookings.policy import CancellationTerms
from exodrive.bookings.reservation import expiry, more_time, papers
from exodrive.bookings.reservation.papers import Wanted
from exodrive.bookings.states import CANCELLABLE, State
from exodrive.contracts import issuing as agreements
from exodrive.contracts.models import Contract
from exodrive.contracts.states import ContractState
from exodrive.house import queries as house
from exodrive.house.models import House
from exodrive.house.rules import Rulebook
from exodrive.invoicing import issuing as invoices
from exodrive.invoicing.models import Invoice, InvoiceKind
from exodrive.kernel import queue
from exodrive.kernel.money import Money
from exodrive.payments import opening, operations, receipts, tree
from exodrive.payments.models import Order, Payment
from exodrive.payments.states import Purpose
from exodrive.rendering import refusal_words
from exodrive.rendering.refusal_words import Told

# Seconds between two looks: short while somebody watches a wheel turn, longer while they are elsewhere.
SOON, LATER = 2, 5
LONG = timedelta(seconds=30)
# States in which the customer watches for what PayPal or DocuSeal has to do.
SETTLES = frozenset({State.RETURNED, State.CLOSED})
MAY_WAIT = frozenset({State.AWAITING_PAYMENT, State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT})


@dataclass
class Standing:
    """A booking with its money, its agreement and the rules that it stands under, at a moment."""

    secret: str
    booking: Booking
    house: House
    rules: Rulebook
    rental: Payment | None
    deposit: Payment | None
    payments: list[Payment]  # these, and what changes have added
    owed: Money  # what is still to be paid for the rental, by whatever way
    deposit_at_desk: bool  # the whole deposit was taken there
    statement: Statement | None  # what became of the deposit, once it was settled or let go
    contract: Contract | None
    addendum: Contract | None  # of the last change, as it was issued last
    addendum_open: bool  # it is wanted, and not signed
    change: Change | None  # it waits for its payment
    invoice: Invoice | None
    documents: list[Document]
    terms: CancellationTerms | None
    approvals: list[Approval]  # what the customer is asked to approve once more
    papers: list[Wanted]  # photos that the drivers are asked for now
    bills: list[Bill]
    away: frozenset[str]  # the providers that something of this booking waits for, as they do not answer
    at: datetime

    @cached_property
    def state(self) -> State:
        """The booking's state; what is over by the clock counts as expired before anybody has noted it."""
        return State.EXPIRED if expiry.due(self.booking, at=self.at) else State(self.booking.state)

    @property
    def zone(self) -> str:
        return self.booking.pickup_place.time_zone

    @property
    def journey(self) -> str:
        """What is held, as its form sends it back: the order is for what was seen."""
        ends = (self.booking.pickup_at, self.booking.return_at)
        return " ".join([self.booking.car.slug, *(str(int(at.timestamp())) for at in ends)])

    @property
    def seconds_left(self) -> int:
        """How long the place is kept for what is still to be done; 0 where no clock runs."""
        if self.state not in (State.HELD, State.AWAITING_PAYMENT) or self.booking.expires_at is None:
            return 0
        return max(1, int((self.booking.expires_at - self.at).total_seconds()))

    @property
    def seconds_whole(self) -> int:
        """What the clock started from, with what was added."""
        minutes = self.rules.booking.hold_minutes
        if self.booking.extended_at is not None:
            minutes += self.rules.booking.extension_minutes
        if self.state is State.AWAITING_PAYMENT:
            minutes = self.rules.booking.payment_minutes
        return max(minutes * 60, self.seconds_left)

    @property
    def more_minutes(self) -> int:
        """How many minutes can be added to the running clock."""
        return int(more_time.possible(self.booking, rules=self.rules, at=self.at).total_seconds() // 60)

    @property
    def waits_long(self) -> bool:
        """Whether what takes seconds has taken half a minute: then the page says what comes next."""
        since = self._waiting_since
        return since is not None and self.at > since + LONG

    @property
    def _waiting_since(self) -> datetime | None:
        if self.state is State.AWAITING_SIGNATURE and not self.signable:
            return self.booking.authorized_at
        payment = self.rental if self.state is State.AWAITING_PAYMENT else self.deposit
        begun = [row.created_at for row in payment.operations] if payment is not None else []
        return max(begun, default=None)

    @cached_property
    def pay_step(self) -> PayStep:
        step = steps.of_payment(self.rental, at=self.at)
        if step is not PayStep.DONE or self.state is not State.AWAITING_PAYMENT:
            return step
        # PayPal holds money, and yet the booking has not gone on.
        return PayStep.STUCK if self.booking.attention == Attention.AMOUNT_MISMATCH else PayStep.CHECKING

    @cached_property
    def deposit_step(self) -> PayStep:
        if self.booking.deposit == 0 or self.deposit_at_desk:
            return PayStep.DONE
        step = steps.of_payment(self.deposit, at=self.at)
        # Less than was asked for is no deposit.
        return PayStep.STUCK if step is PayStep.DONE and not deposits.held(self.deposit) else step

    @property
    def declined(self) -> Told:
        """What the payer can do about the rental's last refusal."""
        return _told(self.rental)

    @property
    def deposit_declined(self) -> Told:
        return _told(self.deposit)

    @property
    def payable(self) -> bool:
        """Whether the rental can be tried to be paid again."""
        return self.rental is None or self.rental.state in opening.PAYABLE

    def asked_again(self, purpose: Purpose) -> bool:
        """Whether the customer is asked to approve once more what was lost."""
        return any(ask.payment.purpose == purpose and not ask.later for ask in self.approvals)

    @property
    def deposit_again(self) -> bool:
        """The same of the deposit: its own panel would ask a second time."""
        return self.asked_again(Purpose.DEPOSIT)

    @property
    def deposit_open(self) -> bool:
        """Whether the deposit can be given now."""
        return self.state in deposits.WANTS_DEPOSIT and self.booking.deposit_asked_at is not None

    @property
    def order(self) -> Order | None:
        """The order whose page at PayPal the payer can go to now."""
        if self.approvals:
            return next((ask.order for ask in self.approvals if ask.order is not None), None)
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
    def addendum_signable(self) -> bool:
        waiting = (ContractState.SENT, ContractState.VIEWED)
        return self.addendum is not None and self.addendum.state in waiting and bool(self.addendum.sign_url)

    @property
    def addendum_ended(self) -> bool:
        return self.addendum is not None and self.addendum.state in addenda.ENDED

    @property
    def changeable(self) -> bool:
        return self.state in CHANGEABLE

    @property
    def cancellable(self) -> bool:
        return self.state in CANCELLABLE

    @property
    def poll_seconds(self) -> int | None:
        """How often the page looks again by itself; None where nothing is awaited."""
        if any(ask.moving or ask.order for ask in self.approvals):
            return LATER if self.away else SOON
        return self._poll_of_state()

    def _poll_of_state(self) -> int | None:
        if self.state is State.AWAITING_PAYMENT:
            return self._poll(self.pay_step)
        if self.state is State.AWAITING_SIGNATURE or (self.addendum_open and not self.addendum_ended):
            return LATER if self.signable or self.addendum_signable or self.away else SOON
        if self.deposit_open:
            return self._poll(self.deposit_step)
        # The settlement waits for PayPal, then the invoice for its PDF; staff may also settle just now.
        if self.state is State.RETURNED:
            return SOON if self.booking.settling_at else LATER
        if self.state is State.CLOSED and self.invoice is not None and self.invoice.file_id is None:
            return SOON
        return None

    def _poll(self, step: PayStep) -> int | None:
        if not step.moving:
            return None
        return LATER if self.away or step in (PayStep.READY, PayStep.REVIEW) else SOON

    @property
    def mark(self) -> str:
        """Another text whenever the page would look different: a poll that finds the same says nothing."""
        facts = (
            self.state,
            self.booking.version,
            self.booking.payment_delayed,
            self.pay_step,
            self.owed,
            self.deposit_step,
            self.order and self.order.id,
            [(ask.payment.id, ask.moving, ask.order and ask.order.id) for ask in self.approvals],
            self.contract and (self.contract.id, self.contract.state, self.signable),
            self.addendum and (self.addendum.id, self.addendum.state, self.addendum_signable),
            self.change and (self.change.id, self.change.expires_at),
            [(row.number, row.file_id) for row in self.documents],
            [(bill.state, bill.paid, bill.view_url) for bill in self.bills],
            sorted(self.away),
            self.waits_long,
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def _told(payment: Payment | None) -> Told:
    operation = operations.declined(payment) if payment is not None else None
    return refusal_words.to_payer(operation.code if operation else None)


def load(booking_id: UUID, secret: str, *, at: datetime) -> Standing:
    """Gather it, inside a transaction."""
    booking = queries.by_id(booking_id)
    payments = tree.all_of(booking_id)
    one = {row.purpose: row for row in payments if row.purpose != Purpose.CHANGE}
    counted = addenda.counted(booking_id)
    issued = invoices.all_of_booking(booking_id)
    taken = receipts.of_booking(booking_id)
    contracts = agreements.all_of(booking_id)
    return Standing(
        secret=secret,
        booking=booking,
        house=house.house(),
        rules=house.rulebook_of(booking.policies),
        rental=one.get(Purpose.RENTAL),
        deposit=one.get(Purpose.DEPOSIT),
        payments=payments,
        owed=owing.for_rental(booking, rows=taken, payments=payments),
        deposit_at_desk=booking.state in MAY_WAIT and deposits.has_desk(booking),
        statement=deposit_statement.of(booking) if booking.state in SETTLES else None,
        contract=agreements.last_agreement(contracts),
        addendum=counted.paper,
        addendum_open=booking.state in addenda.SIGNED_IN and counted.unsigned,
        change=changes.waiting(booking_id) if len(payments) > len(one) else None,
        invoice=next((row for row in issued if row.kind == InvoiceKind.INVOICE), None),
        documents=documents.listed(
            booking,
            agreements=contracts,
            issued=issued,
            taken=taken,
        ),
        terms=cancelling.terms(booking, at=at) if booking.state in CANCELLABLE else None,
        approvals=approvals.of(booking_id, at=at) if booking.state in asking_again.COUNTS_ON_IT else [],
        papers=papers.wanted(booking) if papers.asked(booking) else [],
        bills=bills.of_booking(booking_id),
        away=queue.waited_for(booking_id) if booking.state in MAY_WAIT else frozenset(),
        at=at,
    )
