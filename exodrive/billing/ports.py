"""What bills need from a provider of invoices, in our words. `exodrive.providers.paypal` gives it.

Statuses are PayPal's own (https://developer.paypal.com/docs/api/invoicing/v2/); amounts are Money; times are
aware; days are those of PayPal's calendar. Every call may raise GatewayUnavailable or GatewayRejected, whose
`code` is PayPal's `details[].issue` where it names one, else the error's name.

PayPal keeps no idempotency key for invoices: the bill's number is the key of a creation, and whatever else
has an unknown outcome is settled by reading the bill, never by asking again at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from exodrive.kernel.money import Money


class Method(StrEnum):
    """How money came or went outside of PayPal, in PayPal's words."""

    BANK_TRANSFER = "BANK_TRANSFER"
    CASH = "CASH"
    CHECK = "CHECK"
    CREDIT_CARD = "CREDIT_CARD"
    DEBIT_CARD = "DEBIT_CARD"
    WIRE_TRANSFER = "WIRE_TRANSFER"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class BillItem:
    """One line: what it is for, in words for the payer, and its whole amount, tax included."""

    name: str
    amount: Money
    description: str = ""


@dataclass(frozen=True, slots=True)
class BillRequest:
    """A bill to be drafted: one item or more, all in one currency.

    `number` is ours, never used twice, of at most 25 characters; `reference` is the booking's. Due on receipt
    where `due_on` is None. `business` is the house's name as the payer reads it, `language` a tag: "en-US".
    """

    number: str
    reference: str
    business: str
    recipient_email: str
    items: tuple[BillItem, ...]
    recipient_given_name: str = ""
    recipient_surname: str = ""
    note: str = ""
    terms: str = ""
    due_on: date | None = None
    partial_payment: bool = True
    language: str = "en-US"


@dataclass(frozen=True, slots=True)
class BillPayment:
    """Money that PayPal has on the bill: paid there, or recorded by us as paid elsewhere (`external`)."""

    paypal_id: str
    amount: Money
    method: str
    external: bool
    paid_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class BillRefund:
    """Money that PayPal has as given back: there, or recorded by us as given back elsewhere (`external`)."""

    paypal_id: str
    amount: Money
    method: str
    external: bool
    refunded_on: date | None = None


@dataclass(frozen=True, slots=True)
class BillFee:
    """What PayPal kept of a payment made there."""

    gross: Money
    fee: Money


@dataclass(frozen=True, slots=True)
class BillAnswer:
    """A bill as PayPal shows it. `due` is what is left to pay; `recipient_view_url` is the payer's page."""

    paypal_id: str
    number: str
    # DRAFT SENT SCHEDULED UNPAID PARTIALLY_PAID PAYMENT_PENDING PAID MARKED_AS_PAID CANCELLED
    # PARTIALLY_REFUNDED REFUNDED MARKED_AS_REFUNDED
    status: str
    amount: Money
    due: Money
    paid: Money
    refunded: Money
    reference: str | None = None
    recipient_view_url: str | None = None
    created_at: datetime | None = None
    sent_at: datetime | None = None
    cancelled_at: datetime | None = None
    payments: tuple[BillPayment, ...] = field(default=())
    refunds: tuple[BillRefund, ...] = field(default=())


class BillGateway(Protocol):
    """A provider of invoices."""

    def next_number(self) -> str:
        """The number that the provider would give next: for houses that number their bills there."""
        ...

    def create(self, request: BillRequest) -> BillAnswer:
        """Draft a bill, or find the one that has its number already. Safe to repeat."""
        ...

    def show(self, bill_id: str) -> BillAnswer: ...

    def find(self, number: str) -> BillAnswer | None:
        """The bill with exactly this number; None where the provider has none."""
        ...

    def send(self, bill_id: str, *, subject: str, note: str) -> BillAnswer:
        """Mail a draft to its recipient. `note` carries our signed link to the evidence."""
        ...

    def remind(self, bill_id: str, *, subject: str, note: str) -> None: ...

    def cancel(self, bill_id: str, *, subject: str, note: str) -> BillAnswer:
        """Call back a bill that was sent and that nobody has paid."""
        ...

    def record_payment(
        self, bill_id: str, *, amount: Money, method: Method, on: date, note: str = ""
    ) -> BillAnswer:
        """Note money that was paid elsewhere; none moves at the provider."""
        ...

    def record_refund(self, bill_id: str, *, amount: Money, method: Method, on: date) -> BillAnswer:
        """Note money that was given back elsewhere; none moves at the provider."""
        ...

    def fee_of(self, payment_id: str) -> BillFee | None:
        """What a payment made at the provider cost; None where it does not say (yet)."""
        ...
