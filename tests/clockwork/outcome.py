"""What came of a house's half year: PayPal's books beside the house's, and a reason for all that is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from exodrive.bookings.by_hand import deposit_release
from exodrive.bookings.deposit import deposit_keeping
from exodrive.bookings.models import Booking
from exodrive.bookings.money import settlement
from exodrive.bookings.states import FINAL, State
from exodrive.kernel.actors import SYSTEM
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session, transaction
from exodrive.ledger.models import Account, Entry, Posting
from exodrive.payments.models import Payment, Step
from exodrive.reconciliation.models import Difference
from exodrive.reconciliation.states import DifferenceState
from tests.clockwork.bank import Bank
from tests.clockwork.biller import Biller
from tests.clockwork.branches import Branch
from tests.clockwork.persons import Surroundings


@dataclass
class Outcome:
    """Counters of what happened, and `faults`: all that must not have happened, in words."""

    rentals: int
    captures: int
    refused: Counter[str]
    branches: Counter[Branch]
    states: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)  # why what is open is open
    faults: list[str] = field(default_factory=list)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.rentals + other.rentals,
            self.captures + other.captures,
            self.refused + other.refused,
            self.branches + other.branches,
            self.states + other.states,
            self.waiting + other.waiting,
            self.faults + other.faults,
        )

    @property
    def not_taken(self) -> list[Branch]:
        """The branches that nobody has gone."""
        return [branch for branch in Branch if not self.branches[branch]]

    def in_words(self) -> Iterator[str]:
        yield f"{self.rentals} wishes, {self.captures} captures; ended as {dict(sorted(self.states.items()))}"
        yield f"open because of {dict(self.waiting)}"
        yield f"refused in words: {dict(sorted(self.refused.items()))}"
        for branch in Branch:
            yield f"{self.branches[branch]:7} {branch}"
        yield from self.faults[:50]


def looked_over(around: Surroundings, biller: Biller, end: datetime, *, rentals: int) -> Outcome:
    """Compare PayPal's books with the house's, booking by booking, and ask why each open one is open."""
    bank = around.bank
    with transaction():
        branches = around.took + bank.took + biller.took + _seen_in_the_trail()
        found = Outcome(rentals, bank.captures, around.refused, branches)
        found.faults += bank.faults
        found.faults += _differences(bank, biller)
        for reference, state, reason in _open(end):
            found.waiting[reason] += 1
            if reason == NOBODY_KNOWS:
                found.faults.append(f"{reference} is {state}, and nobody knows why")
        found.states.update(
            dict(session().execute(select(Booking.state, func.count()).group_by(Booking.state)).all())
        )
    for hold in bank.still_held(end):
        found.faults.append(f"{hold.paypal_id}: {hold.left()} held since {hold.created_at:%Y-%m-%d}")
    return found


def _seen_in_the_trail() -> Counter[Branch]:
    """What the house has done by itself."""
    captured = AuditEntry.action == deposit_keeping.CAPTURED
    by_date = (AuditEntry.action == deposit_release.RELEASED) & (AuditEntry.actor_name == SYSTEM.name)
    count = select(func.count()).select_from(AuditEntry)
    return Counter(
        {
            Branch.DEPOSIT_CAPTURED: session().scalar(count.where(captured)) or 0,
            Branch.DEPOSIT_BY_DATE: session().scalar(count.where(by_date)) or 0,
        }
    )


def _differences(bank: Bank, biller: Biller) -> Iterator[str]:
    cleared = {
        row[0]: int(row[1])
        for row in session().execute(
            select(Posting.booking_id, func.sum(Entry.amount))
            .join(Entry, Entry.posting_id == Posting.id)
            .where(Entry.account == Account.CLEARING)
            .group_by(Posting.booking_id)
        )
    }
    for booking_id, reference, state in session().execute(
        select(Booking.id, Booking.reference, Booking.state)
    ):
        ours, theirs = cleared.get(booking_id, 0), bank.net(reference) + biller.net(reference)
        if ours != theirs:
            yield f"{reference} {state}: the ledger has {ours}, PayPal {theirs}"
    for row in session().scalars(select(Difference).where(Difference.state == DifferenceState.OPEN)):
        yield f"reconciliation: {row.cause} of {row.subject}, {row.ours} here and {row.theirs} at PayPal"


NOBODY_KNOWS = "nobody knows"


def _open(end: datetime) -> Iterator[tuple[str, str, str]]:
    """(reference, state, reason) of each booking that has not ended.

    A settlement may wait for people, where PayPal refused. Then a step of its plan shows it to staff.
    """
    shown = set(
        session().scalars(
            select(Payment.booking_id)
            .join(Step, Step.payment_id == Payment.id)
            .where(Step.at_risk_from <= end)
        )
    )
    for booking in session().scalars(select(Booking).where(Booking.state.not_in(FINAL))):
        settling = booking.state == State.RETURNED and booking.settling_at is not None
        people = booking.attention in settlement.WAITS_FOR_PEOPLE and booking.id in shown
        reason = str(booking.attention) if settling and people else NOBODY_KNOWS
        yield booking.reference, f"{booking.state} ({booking.attention})", reason
