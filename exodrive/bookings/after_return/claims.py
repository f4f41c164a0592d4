"""Damage found as the car comes back: a claim at once, with its photos, before anybody knows what it costs.

Until it is assessed the deposit stays where it is. What was written down of the marks is what it is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from exodrive.bookings import transitions
from exodrive.bookings.after_return import evidence
from exodrive.bookings.after_return.late_charges import LARGEST, ChargeUnusable
from exodrive.bookings.charge import charges
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import Booking, Charge, ChargeKind
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money

LONGEST_NOTE = 300


class NothingMarked(Refused):
    """A claim is for marks that somebody described."""

    code = "nothing_marked"


@dataclass(frozen=True, slots=True)
class Claim:
    """What new marks may cost, and the positions of the photos that show them: none names all there are."""

    estimate: Money
    positions: tuple[str, ...] = ()


def enter(booking: Booking, claim: Claim, *, marks: str, by: Actor, at: datetime) -> Charge:
    """Claim damage for a locked booking whose photos are complete.

    Raises NothingMarked, ChargeUnusable, PhotoUnknown.
    """
    note = " ".join(marks.split())[:LONGEST_NOTE]
    if not note:
        raise NothingMarked
    if claim.estimate.currency != booking.currency or not 0 < claim.estimate.amount <= LARGEST:
        raise ChargeUnusable
    line = ChargeLine(ChargeKind.DAMAGE, claim.estimate, note=note)
    charge = charges.enter(booking, line, claimed=True, by=by, at=at)
    session().flush()
    transitions.note(
        booking, "charge.claimed", by=by, at=at, charge=charge.kind, amount=charge.amount,
        currency=booking.currency, why=note,
    )  # fmt: skip
    shown = claim.positions or evidence.photographed(booking.id)
    evidence.attach(booking, charge, positions=shown, by=by, at=at)
    return charge
