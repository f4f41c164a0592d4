"""Charges that come up by themselves: by hand or from a file, and also weeks after the rental was closed.

Until the settlement is under way a charge waits for it, and comes from the deposit. After it nothing is held
any more: then it is billed at once, on an invoice of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.charge import charge_bills, charges
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import Booking, Charge
from exodrive.bookings.money import earnings
from exodrive.bookings.money.settlement import AlreadySettling, ReasonMissing
from exodrive.bookings.states import State
from exodrive.invoicing.issuing import InvoiceLine
from exodrive.kernel import outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, Refused
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account

ADDED = "booking.charges_added"
BEFORE_SETTLEMENT = frozenset({State.ON_RENT, State.RETURNED})
TOLD_TOGETHER = timedelta(minutes=10)  # what the desk enters one after the other is one letter more
LARGEST = 10_000_000_00  # minor units; more is a slip of the finger


class ChargesClosed(Conflict):
    """There is no rental to charge for: the car never left, or the booking was given up."""

    code = "charges_closed"


class ChargeUnusable(Refused):
    """More than nothing, less than a fortune, in the booking's currency, and not from the future."""

    code = "charge_unusable"


class ClaimTooLate(Refused):
    """The deposit is settled: what is charged now needs its amount."""

    code = "claim_too_late"


@dataclass(frozen=True, slots=True)
class Found:
    """A charge to be entered. `source_key` names the row of a file, so that none is entered twice."""

    line: ChargeLine
    arose_at: datetime
    source_key: str | None = None


def blocking(booking: Booking) -> list[Charge]:
    """The charges for whose sake the deposit is not let go yet: their amounts may still change.

    Damage under assessment, and what the customer objects to until that is answered.
    """
    return charges.contested(booking.charges)


def takes_more(booking: Booking) -> bool:
    """Whether a charge can be entered now."""
    under_way = booking.state == State.RETURNED and booking.settling_at is not None
    return (booking.state in BEFORE_SETTLEMENT and not under_way) or booking.state == State.CLOSED


def add(
    booking_id: UUID,
    line: ChargeLine,
    *,
    by: Actor,
    at: datetime,
    claimed: bool = False,
    arose_at: datetime | None = None,
    version: int | None = None,
) -> Charge:
    """Enter a charge by hand. One that is `claimed` is an estimate until it is assessed.

    Raises ChargesClosed, AlreadySettling, ChargeUnusable, ClaimTooLate, Stale.
    """
    booking = transitions.lock(booking_id, version=version)
    (charge,) = enter_all(booking, [Found(line, arose_at or at)], claimed=claimed, by=by, at=at)
    return charge


def enter_all(
    booking: Booking, found: Sequence[Found], *, by: Actor, at: datetime, claimed: bool = False
) -> list[Charge]:
    """Enter charges for a locked booking, on one bill where it is closed, and tell the renter.

    The first are told at once, what follows within TOLD_TOGETHER in one letter more.

    Raises ChargesClosed, AlreadySettling, ChargeUnusable, ClaimTooLate.
    """
    _check(booking, found, claimed=claimed, at=at)
    late = booking.state == State.CLOSED
    rows = [
        charges.enter(
            booking, each.line, by=by, at=at, arose_at=each.arose_at, claimed=claimed, late=late,
            source_key=each.source_key,
        )
        for each in found
    ]  # fmt: skip
    session().flush()
    for row in rows:
        transitions.note(
            booking, "charge.claimed" if claimed else "charge.added", by=by, at=at, charge=row.kind,
            amount=row.amount, currency=booking.currency, why=row.note or None,
        )  # fmt: skip
    if late:
        _bill(booking, rows, at=at)
    outbox.gather(
        ADDED, subject_id=booking.id, within=TOLD_TOGETHER, into="charges",
        found=[str(row.id) for row in rows], booking_id=str(booking.id), wanted=str(rows[0].id),
    )  # fmt: skip
    return rows


def assess(
    booking_id: UUID, charge_id: UUID, *, amount: Money, by: Actor, at: datetime, version: int | None = None
) -> Charge:
    """The damage was looked at and costs so much. Raises ChargeNotFound, ChargeClosed, ChargeUnusable."""
    booking = transitions.lock(booking_id, version=version)
    charge = charges.one(booking, charge_id)
    _check_amount(booking, amount)
    before = charge.amount
    charges.assess(charge, amount)
    transitions.note(
        booking, "charge.assessed", by=by, at=at, charge=charge.kind, before=before, amount=charge.amount,
        currency=booking.currency,
    )  # fmt: skip
    return charge


def drop(
    booking_id: UUID, charge_id: UUID, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Charge:
    """Let an open charge go, for a reason. Raises ChargeNotFound, ChargeClosed, AlreadySettling, Stale."""
    booking = transitions.lock(booking_id, version=version)
    if not reason.strip():
        raise ReasonMissing
    charge = charges.one(booking, charge_id)
    check_not_settling(booking)
    charges.drop(booking, charge, reason=reason)
    transitions.note(
        booking, "charge.dropped", by=by, at=at, reason=reason, charge=charge.kind, amount=charge.amount,
        currency=booking.currency,
    )  # fmt: skip
    return charge


def check_not_settling(booking: Booking) -> None:
    """Raises AlreadySettling while the amounts are with PayPal."""
    if booking.state == State.RETURNED and booking.settling_at is not None:
        raise AlreadySettling


def _check(booking: Booking, found: Sequence[Found], *, claimed: bool, at: datetime) -> None:
    check_not_settling(booking)
    if not takes_more(booking):
        raise ChargesClosed
    if claimed and booking.state == State.CLOSED:
        raise ClaimTooLate
    for each in found:
        _check_amount(booking, each.line.amount)
        if each.arose_at > at:
            raise ChargeUnusable


def _check_amount(booking: Booking, amount: Money) -> None:
    if amount.currency != booking.currency or not 0 < amount.amount <= LARGEST:
        raise ChargeUnusable


def _bill(booking: Booking, rows: Sequence[Charge], *, at: datetime) -> None:
    """Nothing is held any more: the renter owes it, and gets a bill and an invoice."""
    due = charges.sum_of(rows, currency=booking.currency)
    lines = [charge_bills.line(row, currency=booking.currency) for row in rows]
    invoice = charge_bills.supplement(
        booking, [_invoice_line(row, currency=booking.currency) for row in rows], due, at=at
    )
    bill = charge_bills.open_for(
        booking, lines, cause=f"late_charge:{rows[0].id}", invoice_id=invoice.id, at=at
    )
    for row in rows:
        charges.settle(row, from_deposit=Money.zero(booking.currency), bill_id=bill.id, at=at)
        row.invoice_id = invoice.id
    postings.post(
        "late_charge",
        source=f"late_charge:{bill.id}",
        booking_id=booking.id,
        sides={Account.RECEIVABLE: due, **earnings.of_charges(rows, currency=booking.currency)},
        at=at,
    )


def _invoice_line(row: Charge, *, currency: str) -> InvoiceLine:
    return InvoiceLine(charge_bills.code(row), {**row.params, "note": row.note}, Money(row.amount, currency))
