"""All that one page of the desk says of a booking, read in one transaction and shown outside of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from exodrive.billing import operations as bill_calls
from exodrive.billing import queries as bills
from exodrive.billing.models import Bill
from exodrive.bookings import addenda, changes, documents, owing, queries
from exodrive.bookings.change.change_rules import CHANGEABLE
from exodrive.bookings.change_models import Change
from exodrive.bookings.condition_models import ConditionReport, ReportKind
from exodrive.bookings.deposit import deposits
from exodrive.bookings.documents import Document, DocumentKind
from exodrive.bookings.models import Booking
from exodrive.bookings.money import retrying, takings
from exodrive.bookings.reservation import expiry, papers
from exodrive.bookings.reservation.papers import Wanted
from exodrive.bookings.states import CANCELLABLE, State
from exodrive.contracts import issuing as contracts
from exodrive.contracts.models import Contract
from exodrive.contracts.states import OPEN as OPEN_CONTRACT
from exodrive.contracts.states import ContractState
from exodrive.house import queries as house
from exodrive.house.rules import Rulebook
from exodrive.invoicing import issuing as invoices
from exodrive.invoicing.models import Invoice, InvoiceKind
from exodrive.kernel import audit, clock, queue
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.ids import read_reference
from exodrive.kernel.money import Money
from exodrive.kernel.outbox import Delivery
from exodrive.notifications import messages
from exodrive.notifications.models import Message
from exodrive.payments import operations, receipts, tree
from exodrive.payments.models import Operation, Payment
from exodrive.payments.receipt_models import For, Receipt
from exodrive.payments.states import Purpose
from exodrive.storage import files
from exodrive.storage.models import StoredFile


@dataclass(frozen=True, slots=True)
class Facts:
    """A booking with its money, agreement, photos, messages and history, as they were at `at`."""

    booking: Booking
    payments: dict[str, Payment]  # the rental's and the deposit's, by purpose
    changes: list[Payment]  # what changes have added to the price
    waiting: Change | None  # one that waits for its payment
    receipts: list[Receipt]
    wanted: dict[For, Money]  # what the desk may take now
    deposit_held: bool  # the whole of it, by PayPal or at the desk, or none is asked for
    owed: Money  # what is still to be paid for the rental, by whatever way
    contract: Contract | None
    addendum: Contract | None  # the one that counts, as it was issued last
    addenda: int  # how many changes were to be signed
    keys_wait: bool  # for the last of them
    reports: dict[str, ConditionReport]
    messages: list[Message]
    invoice: Invoice | None
    documents: list[Document]
    history: list[AuditEntry]
    troubles: list[Delivery]
    bills: list[Bill]
    files: dict[UUID, StoredFile]
    rules: Rulebook
    papers: list[Wanted]  # photos of licences and insurance: asked for, or still kept
    at: datetime

    @property
    def state(self) -> State:
        return State(self.booking.state)

    @property
    def changeable(self) -> bool:
        return self.state in CHANGEABLE and not expiry.due(self.booking, at=self.at)

    @property
    def cancellable(self) -> bool:
        return self.state in CANCELLABLE

    @property
    def not_come(self) -> bool:
        """Whether nobody has come for the car by the time of the pick-up."""
        return self.state is State.CONFIRMED and self.at >= self.booking.pickup_at

    @property
    def zone(self) -> ZoneInfo:
        """The clock by which the page tells its times: that of the place of pick-up."""
        return self.booking.pickup_place.zone

    @property
    def rental(self) -> Payment | None:
        return self.payments.get(Purpose.RENTAL)

    @property
    def deposit(self) -> Payment | None:
        return self.payments.get(Purpose.DEPOSIT)

    @property
    def paid_for(self) -> bool:
        """Whether the rental's money is held or taken, by PayPal or at the desk."""
        return not self.owed

    @property
    def agreement_signed(self) -> bool:
        return self.contract is not None and self.contract.state == ContractState.SIGNED

    @property
    def agreement_waits(self) -> bool:
        return self.contract is not None and self.contract.state in OPEN_CONTRACT

    @property
    def out(self) -> ConditionReport | None:
        """The report of the pick-up, once it is complete."""
        return _completed(self.reports.get(ReportKind.PICKUP))

    @property
    def back(self) -> ConditionReport | None:
        return _completed(self.reports.get(ReportKind.RETURN))

    @property
    def refused(self) -> Operation | None:
        """The call at PayPal that was refused and that staff may ask for again."""
        return retrying.refused(self.booking, self.all_payments)

    @property
    def all_payments(self) -> list[Payment]:
        """In the order in which they were opened."""
        return sorted([*self.payments.values(), *self.changes], key=lambda row: row.id)

    @property
    def under_way(self) -> bool:
        """Whether a worker is about to change what the page shows: then the page looks again by itself."""
        calls = any(row.state in operations.OPEN for pay in self.all_payments for row in pay.operations)
        paper = self.contract is not None and self.contract.state == ContractState.DRAFT
        settling = self.booking.settling_at is not None and self.state is State.RETURNED
        rendering = any(
            row.file_id is None and row.kind is not DocumentKind.RECEIPT for row in self.documents
        )
        billing = any(row.state in bill_calls.OPEN for bill in self.bills for row in bill.operations)
        return calls or billing or paper or settling or rendering


def of(reference: str) -> Facts:
    """Read everything about one booking, in the caller's transaction. Raises BookingNotFound."""
    at = clock.now()
    booking = queries.by_reference(read_reference(reference))
    payments = tree.all_of(booking.id)
    agreements = contracts.all_of(booking.id)
    contract = contracts.last_agreement(agreements)
    reports = queries.reports(booking.id)
    issued = invoices.all_of_booking(booking.id)
    taken = receipts.of_booking(booking.id)
    number, addendum = change = addenda.counted(booking.id)
    kept = [
        file_id
        for paper in (contract, addendum)
        if paper is not None
        for file_id in (paper.agreement_file_id, paper.audit_file_id)
    ]
    one = {row.purpose: row for row in payments if row.purpose != Purpose.CHANGE}
    return Facts(
        booking=booking,
        payments=one,
        changes=[row for row in payments if row.purpose == Purpose.CHANGE],
        waiting=changes.waiting(booking.id) if len(payments) > len(one) else None,
        receipts=taken,
        owed=owing.for_rental(booking, rows=taken, payments=payments),
        wanted={purpose: takings.wanted(booking, purpose, rows=taken, payments=payments) for purpose in For},
        deposit_held=deposits.is_secured(booking, one.get(Purpose.DEPOSIT)),
        contract=contract,
        addendum=addendum,
        addenda=number,
        keys_wait=change.unsigned and booking.addendum_waiver is None,
        reports=reports,
        messages=messages.of_booking(booking.id),
        invoice=next((row for row in issued if row.kind == InvoiceKind.INVOICE), None),
        documents=documents.listed(booking, agreements=agreements, issued=issued, taken=taken),
        history=audit.trail(booking.id),
        troubles=queue.troubled(booking.id),
        bills=bills.of_booking(booking.id),
        files=files.rows([file_id for file_id in kept if file_id is not None]),
        rules=house.rulebook_of(booking.policies),
        papers=papers.shown(booking),
        at=at,
    )


def _completed(report: ConditionReport | None) -> ConditionReport | None:
    return report if report is not None and report.completed_at is not None else None
