"""All that one page of the desk says of a booking, read in one transaction and shown outside of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from exodrive.bookings import cancelling, deposits, handover, queries, retrying
from exodrive.bookings.models import Booking, ConditionReport, ReportKind
from exodrive.bookings.policy import CancellationTerms
from exodrive.bookings.states import CANCELLABLE, State
from exodrive.contracts import issuing as contracts
from exodrive.contracts.models import Contract
from exodrive.contracts.states import OPEN as OPEN_CONTRACT
from exodrive.contracts.states import ContractState
from exodrive.house import queries as house
from exodrive.house.rules import Rulebook
from exodrive.invoicing import issuing as invoices
from exodrive.invoicing.models import Invoice
from exodrive.kernel import audit, clock, queue
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.ids import read_reference
from exodrive.kernel.outbox import Delivery
from exodrive.notifications import messages
from exodrive.notifications.models import Message
from exodrive.payments import operations, tree
from exodrive.payments.models import Operation, Payment
from exodrive.payments.states import Purpose
from exodrive.storage import files
from exodrive.storage.models import StoredFile


@dataclass(frozen=True, slots=True)
class Facts:
    """A booking with its money, agreement, photos, messages and history, as they were at `at`."""

    booking: Booking
    payments: dict[str, Payment]
    contract: Contract | None
    reports: dict[str, ConditionReport]
    messages: list[Message]
    invoice: Invoice | None
    history: list[AuditEntry]
    troubles: list[Delivery]
    files: dict[UUID, StoredFile]
    rules: Rulebook
    terms: CancellationTerms | None  # what cancelling costs now; None where it is too late or too early
    at: datetime

    @property
    def state(self) -> State:
        return State(self.booking.state)

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
        """Whether the rental's money is held or taken."""
        rental = self.payments.get(Purpose.RENTAL)
        return rental is not None and rental.state in handover.PAID

    @property
    def deposit_held(self) -> bool:
        return self.booking.deposit == 0 or deposits.held(self.deposit)

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
        return retrying.refused(self.payments.values())

    @property
    def under_way(self) -> bool:
        """Whether a worker is about to change what the page shows: then the page looks again by itself."""
        calls = any(row.state in operations.OPEN for pay in self.payments.values() for row in pay.operations)
        paper = self.contract is not None and self.contract.state == ContractState.DRAFT
        settling = self.booking.settling_at is not None and self.state is State.RETURNED
        rendering = self.invoice is not None and self.invoice.file_id is None
        return calls or paper or settling or rendering


def of(reference: str) -> Facts:
    """Read everything about one booking, in the caller's transaction. Raises BookingNotFound."""
    at = clock.now()
    booking = queries.by_reference(read_reference(reference))
    contract = contracts.latest(booking.id)
    reports = queries.reports(booking.id)
    invoice = invoices.of_booking(booking.id)
    kept = [contract.agreement_file_id, contract.audit_file_id] if contract else []
    return Facts(
        booking=booking,
        payments=tree.of_booking(booking.id),
        contract=contract,
        reports=reports,
        messages=messages.of_booking(booking.id),
        invoice=invoice,
        history=audit.trail(booking.id),
        troubles=queue.troubled(booking.id),
        files=files.rows([file_id for file_id in kept if file_id is not None]),
        rules=house.rulebook_of(booking.policies),
        terms=cancelling.terms(booking, at=at) if booking.state in CANCELLABLE else None,
        at=at,
    )


def _completed(report: ConditionReport | None) -> ConditionReport | None:
    return report if report is not None and report.completed_at is not None else None
