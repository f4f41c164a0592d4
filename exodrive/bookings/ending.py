"""Ending a booking before its keys: what it would do is shown first, then done as it was shown or not at all.

Cancelled, cancelled by the house's own fault, or missed by a customer who did not come.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from exodrive.availability import occupancies
from exodrive.availability import queries as availability
from exodrive.availability.occupancies import Taken
from exodrive.availability.rules import Period
from exodrive.bookings import cancelling, changes, parting, transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.money import earnings, takings
from exodrive.bookings.parting import Parting
from exodrive.bookings.reservation import promoting
from exodrive.bookings.states import Move, State
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Conflict
from exodrive.kernel.money import Money, total
from exodrive.payments import operations, tree
from exodrive.payments.states import Purpose
from exodrive.pricing.request import PriceRequest


class Way(StrEnum):
    """How a booking ends."""

    CANCELLED = "cancelled"
    HOUSES_FAULT = "houses_fault"
    MISSED = "missed"


ENDS = {Way.CANCELLED: State.CANCELLED, Way.HOUSES_FAULT: State.CANCELLED, Way.MISSED: State.NO_SHOW}


class EndingChanged(Conflict):
    """Ending the booking would do something else by now than what was shown. `fee` is what it costs now."""

    code = "ending_changed"

    def __init__(self, fee: Money) -> None:
        super().__init__(fee.to_text())
        self.fee = fee


class Moves(NamedTuple):
    """What happens to the money of several payments together."""

    take: Money
    let_go: Money
    give_back: Money


@dataclass(frozen=True, slots=True)
class Ending:
    """What ending a booking would do. Made from one reading of one version."""

    booking: Booking
    version: int
    way: Way
    fee: Money
    free_until: datetime  # cancelling costs nothing until then
    partings: tuple[Parting, ...]
    hand_back: Money  # what the desk took, and gives back
    freed: Period | None  # the time that others can have the car again, preparation included
    neighbours: tuple[Taken | None, Taken | None]
    agreement_withdrawn: bool
    change_withdrawn: bool
    code_returned: bool  # the promo code can be used once more
    under_way: bool  # PayPal has been asked about some of the money: what comes of it counts

    @property
    def kept(self) -> Money:
        """What PayPal has of the fee in the end; its tax is within it."""
        return total((row.kept for row in self.partings if row.counts), currency=self.fee.currency)

    @property
    def tax(self) -> Money:
        """The share of tax in what is kept, as its invoice says it."""
        return total(earnings.fee_taxes(self.booking.agreed, self.kept), currency=self.fee.currency)

    @property
    def uncovered(self) -> Money:
        """What of the fee nobody holds: it is not taken by itself."""
        return self.fee - self.kept

    @property
    def comes_back(self) -> Money:
        """What of the price PayPal lets go of and gives back."""
        moves = self.price_moves
        return moves.let_go + moves.give_back

    @property
    def letters(self) -> tuple[str, ...]:
        """What the customer is told by mail, by the events that it follows from."""
        told = "booking.missed" if self.way is Way.MISSED else "booking.cancelled"
        return (told, "invoice.ready") if self.kept else (told,)

    @property
    def price_moves(self) -> Moves:
        """What happens to the money of the price."""
        return _moves((row for row in self.partings if row.counts), self.fee.currency)

    @property
    def deposit_moves(self) -> Moves:
        return _moves(
            (row for row in self.partings if row.payment.purpose == Purpose.DEPOSIT), self.fee.currency
        )

    @property
    def seal(self) -> str:
        """Tells this ending from any other: who agrees to it sends it back."""
        money = [
            [str(row.payment.id), row.take.amount, row.let_go.amount, row.give_back.amount]
            for row in self.partings
        ]
        shown = [str(self.booking.id), self.version, self.way, self.fee.amount, self.hand_back.amount, money]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


def of(booking: Booking, way: Way, *, at: datetime) -> Ending:
    """What ending a booking so would do now. Raises MoveImpossible, and what `cancelling.miss` raises."""
    terms = cancelling.terms(booking, at=at, houses_fault=way is Way.HOUSES_FAULT)
    fee = booking.total_money if way is Way.MISSED else terms.fee
    _check(booking, way, at=at)
    payments = tree.all_of(booking.id)
    place = occupancies.place_of(booking.id)
    return Ending(
        booking=booking,
        version=booking.version,
        way=way,
        fee=fee,
        free_until=terms.free_until,
        partings=tuple(parting.of(booking, fee, payments)),
        hand_back=takings.of_given_up(booking),
        freed=place.period if place is not None else None,
        neighbours=_neighbours(booking, place),
        agreement_withdrawn=bool(cancelling.unsigned(booking)),
        change_withdrawn=changes.waiting(booking.id) is not None,
        code_returned=_code_returns(booking, way),
        under_way=any(operations.money_moves(row) for row in payments),
    )


def end(
    booking_id: UUID,
    way: Way,
    *,
    shown: str,
    by: Actor,
    at: datetime,
    reason: str | None = None,
) -> Booking:
    """Do what was shown, by its seal; normal twice. Raises EndingChanged, MoveImpossible, TooEarly."""
    booking = transitions.lock(booking_id)
    if booking.state == ENDS[way]:
        return booking
    found = _as_shown(booking, way, shown=shown, at=at)
    if way is Way.MISSED:
        return cancelling.miss(booking_id, by=by, at=at, reason=reason)
    fault = way is Way.HOUSES_FAULT
    return cancelling.cancel(
        booking_id, agreed_fee=found.fee, by=by, at=at, reason=reason, houses_fault=fault
    )


def check(booking_id: UUID, way: Way, *, shown: str | None, at: datetime) -> None:
    """Go on only with what was shown, where it was looked at first; the booking stays locked.

    One that has ended so is no trouble. Raises EndingChanged, and what `of` raises.
    """
    booking = transitions.lock(booking_id)
    if shown is not None and booking.state != ENDS[way]:
        _as_shown(booking, way, shown=shown, at=at)


def _as_shown(booking: Booking, way: Way, *, shown: str, at: datetime) -> Ending:
    found = of(booking, way, at=at)
    if found.seal != shown:
        raise EndingChanged(found.fee)
    return found


def _moves(rows: Iterable[Parting], currency: str) -> Moves:
    found = list(rows)
    return Moves(
        total((row.take for row in found), currency=currency),
        total((row.let_go for row in found), currency=currency),
        total((row.give_back for row in found), currency=currency),
    )


def _check(booking: Booking, way: Way, *, at: datetime) -> None:
    if way is Way.MISSED:
        cancelling.check_missed(booking, at=at)
    elif not transitions.allowed(booking, Move.CANCEL):
        raise transitions.MoveImpossible(State(booking.state), Move.CANCEL)


def _neighbours(booking: Booking, place: Taken | None) -> tuple[Taken | None, Taken | None]:
    if place is None:
        return None, None
    starts_at = place.period.starts_at
    return (
        availability.last_taken(booking.car_id, before=starts_at, ignoring_booking=booking.id),
        availability.next_taken(booking.car_id, after=starts_at, ignoring_booking=booking.id),
    )


def _code_returns(booking: Booking, way: Way) -> bool:
    has_code = bool(promoting.code_of(PriceRequest.from_json(booking.request)))
    return has_code and way is not Way.MISSED and booking.authorized_at is None
