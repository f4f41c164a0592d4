"""Addenda: what was changed after the signature is signed as well, before the keys are given.

Each says all that the rental is by then, so that only the last one counts: it withdraws what still waits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from exodrive.bookings import changes, transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.states import Move, State
from exodrive.contracts import issuing
from exodrive.contracts.models import Contract
from exodrive.contracts.states import OPEN, ContractState
from exodrive.house import queries as house
from exodrive.kernel import outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Refused
from exodrive.kernel.ids import new_id

WANTED = "contract.addendum_wanted"
WAIVED = "contract.addendum_waived"
SIGNED_IN = frozenset({State.CONFIRMED, State.ON_RENT})  # the states in which one can be signed
ENDED = frozenset({ContractState.DECLINED, ContractState.EXPIRED, ContractState.VOIDED})


class NothingToSign(Refused):
    """The booking does not wait for a signature."""

    code = "nothing_to_sign"


def want(booking: Booking) -> None:
    """Have one issued for a locked booking that was changed after its signature.

    What it says is chosen by a worker, who calls `issue`.
    """
    if booking.state == State.CONFIRMED:
        booking.addendum_waiver = None  # it was given for the change before
    _withdraw_open(booking.id)
    _ask_for(booking, number=changes.papers(booking.id))


def issue(booking_id: UUID, *, number: int, values: dict[str, str], at: datetime) -> Contract:
    """Issue the addendum of this number; normal twice. Raises NothingToSign where another one counts by now.

    It is to be signed before the keys are given; on the road it has its own time.
    """
    booking = transitions.lock(booking_id)
    renter = booking.renter
    if booking.state not in SIGNED_IN or renter is None or number != changes.papers(booking_id):
        raise NothingToSign
    rules = house.rulebook_of(booking.policies).booking
    before = booking.pickup_at if booking.state == State.CONFIRMED else booking.return_at
    return issuing.issue(
        booking.id,
        values=values,
        signer_name=renter.name,
        signer_email=renter.email,
        expires_at=issuing.expiry(at=at, hours=rules.signature_hours, pickup_at=before),
        at=at,
        addendum=number,
    )


class Counted(NamedTuple):
    """The addendum that counts: its number, 0 where none is wanted, and as what it was issued last."""

    number: int
    paper: Contract | None

    @property
    def unsigned(self) -> bool:
        """Whether it is wanted and not signed yet, issued or not."""
        return self.number > 0 and (self.paper is None or self.paper.state != ContractState.SIGNED)


def counted(booking_id: UUID) -> Counted:
    number = changes.papers(booking_id)
    known = issuing.addenda(booking_id) if number else []
    return Counted(number, next((row for row in known if row.number == number), None))


def last(booking_id: UUID) -> Contract | None:
    """The addendum that counts, as it was issued last; None before that, and where none is wanted."""
    return counted(booking_id).paper


def unsigned(booking_id: UUID) -> bool:
    """Whether what was changed after the signature is not signed yet."""
    return counted(booking_id).unsigned


def missing(booking: Booking) -> bool:
    """Whether the keys wait for it."""
    return booking.addendum_waiver is None and unsigned(booking.id)


def ended(booking: Booking) -> Contract | None:
    """The addendum that counts, where it was declined or not signed in time."""
    found = last(booking.id) if booking.state in SIGNED_IN else None
    return found if found is not None and found.state in ENDED else None


def to_sign(booking: Booking) -> Contract | None:
    """The addendum that waits for its signature."""
    found = last(booking.id) if booking.state in SIGNED_IN else None
    return found if found is not None and found.state in OPEN else None


def issue_again(booking: Booking) -> None:
    """Have the one that counts issued once more for a locked booking."""
    _ask_for(booking, number=changes.papers(booking.id))


def waive(booking_id: UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """Let the keys go out without it, for a reason that stays in the record; a manager's decision.

    Raises MoveImpossible, and NothingToSign where the keys do not wait for one.
    """
    booking = transitions.lock(booking_id)
    if booking.state != State.CONFIRMED:
        raise transitions.MoveImpossible(State(booking.state), Move.HAND_OVER)
    if not missing(booking):
        raise NothingToSign
    booking.addendum_waiver = reason
    transitions.note(booking, WAIVED, by=by, at=at, reason=reason, number=changes.papers(booking.id))


def _withdraw_open(booking_id: UUID) -> None:
    for contract in issuing.addenda(booking_id):
        if contract.state in OPEN:
            issuing.void(issuing.lock(contract.id))


def _ask_for(booking: Booking, **payload: Any) -> None:
    outbox.emit(WANTED, subject_id=booking.id, booking_id=str(booking.id), wanted=str(new_id()), **payload)
