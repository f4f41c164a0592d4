"""The charges of a booking: the one place that enters one and sets its state."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from exodrive.bookings.charge.charge_models import ChargeObjection
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.charge_states import NEXT, OPEN, ChargeMove, ChargeState
from exodrive.bookings.models import Booking, Charge
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money, total


class ChargeNotFound(NotFound):
    code = "charge_not_found"


class ChargeClosed(Conflict):
    """The charge's state does not allow this any more, or not yet."""

    code = "charge_closed"

    def __init__(self, state: ChargeState | None, move: ChargeMove) -> None:
        super().__init__(f"{move} is impossible in {state}")
        self.state = state
        self.move = move


def enter(
    booking: Booking,
    line: ChargeLine,
    *,
    by: Actor,
    at: datetime,
    arose_at: datetime | None = None,
    claimed: bool = False,
    late: bool = False,
    source_key: str | None = None,
) -> Charge:
    """Write a charge down for a locked booking.

    One that is `claimed` is an estimate, still to be assessed. A `late` one is no part of the settlement.
    """
    move = ChargeMove.CLAIM if claimed else ChargeMove.PROPOSE
    charge = Charge(
        id=new_id(),
        booking_id=booking.id,
        kind=line.kind,
        amount=line.amount.amount,
        note=line.note,
        params=line.params,
        state=NEXT[None, move],
        late=late,
        arose_at=arose_at or at,
        entered_at=at,
        entered_by=by.name,
        source_key=source_key,
        from_deposit=0,
        given_back=0,
        credited=0,
    )
    if late:
        session().add(charge)
    else:
        booking.charges.append(charge)
    return charge


def assess(charge: Charge, amount: Money) -> None:
    """The damage has been looked at: the estimate becomes an amount. Raises ChargeClosed."""
    _move(charge, ChargeMove.ASSESS)
    change(charge, amount)


def change(charge: Charge, amount: Money) -> None:
    """Another amount for an open charge; one that was decided is not worked out any more."""
    if amount.amount != charge.amount:
        charge.amount = amount.amount
        charge.params = {}


def drop(booking: Booking, charge: Charge, *, reason: str | None) -> None:
    """Let an open charge go. Raises ChargeClosed."""
    _move(charge, ChargeMove.DROP)
    charge.dropped_for = reason
    session().flush()
    set_committed_value(booking, "charges", [row for row in booking.charges if row is not charge])


def settle(charge: Charge, *, from_deposit: Money, bill_id: UUID | None, at: datetime) -> None:
    """So much of it came from the deposit; the rest stands on the bill. Raises ChargeClosed."""
    _move(charge, ChargeMove.SETTLE)
    charge.settled_at = at
    charge.from_deposit = from_deposit.amount
    charge.bill_id = bill_id if from_deposit.amount < charge.amount else None


def _move(charge: Charge, move: ChargeMove) -> None:
    state = ChargeState(charge.state)
    if (state, move) not in NEXT:
        raise ChargeClosed(state, move)
    charge.state = NEXT[state, move]


def all_of(booking_id: UUID) -> list[Charge]:
    """Every charge that a booking ever had, dropped and late ones too, in the order of their entry."""
    found = select(Charge).where(Charge.booking_id == booking_id).order_by(Charge.id)
    return list(session().scalars(found))


def one(booking: Booking, charge_id: UUID) -> Charge:
    """A charge of this locked booking, as its own list has it where it is there. Raises ChargeNotFound."""
    found = next((row for row in booking.charges if row.id == charge_id), None)
    found = found or session().get(Charge, charge_id, populate_existing=True)
    if found is None or found.booking_id != booking.id:
        raise ChargeNotFound(str(charge_id))
    return found


def contested(charges: Collection[Charge]) -> list[Charge]:
    """Those whose amount may still change: under assessment, or open with an objection not answered yet."""
    asked = set(
        session().scalars(
            select(ChargeObjection.charge_id).where(
                ChargeObjection.charge_id.in_([row.id for row in charges]),
                ChargeObjection.answered_at.is_(None),
            )
        )
    )
    return [
        row for row in charges if row.state == ChargeState.CLAIMED or (row.state in OPEN and row.id in asked)
    ]


def sum_of(charges: Iterable[Charge], *, currency: str) -> Money:
    return total((Money(row.amount, currency) for row in charges), currency=currency)
