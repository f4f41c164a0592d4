"""The keys: given when every check is green, taken back with the same report beside the first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from exodrive.availability import occupancies, queries
from exodrive.availability.rules import Period
from exodrive.bookings import addenda, changes, conflicts, owing, transitions
from exodrive.bookings.after_return import claims, evidence
from exodrive.bookings.after_return.claims import Claim
from exodrive.bookings.by_hand import deposit_release
from exodrive.bookings.charge import charges as booked
from exodrive.bookings.charge import charging
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.condition_models import POSITIONS, ConditionPhoto, ConditionReport, ReportKind
from exodrive.bookings.deposit import deposit_keeping, deposits
from exodrive.bookings.models import Booking, ChargeKind
from exodrive.bookings.money import prepayment
from exodrive.bookings.reservation import offers
from exodrive.bookings.reservation.offers import Journey
from exodrive.bookings.states import Move, State
from exodrive.contracts import issuing
from exodrive.contracts.states import ContractState
from exodrive.house import queries as house
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.kernel.ids import new_id

# What staff tick by looking; payment, agreement and deposit are known from our own rows.
PICKUP_CHECKS = ("identity", "licence", "insurance", "second_key")
# Asked where others than the renter may drive: they sign on paper, at the counter.
ADDITIONAL_DRIVERS = "additional_drivers"
RETURN_CHECKS = ("keys_back", "belongings")
# What is charged by the odometer and the gauge is shown by the photos of them, of pick-up and return.
READ_OFF = frozenset({ChargeKind.MILEAGE, ChargeKind.FUEL})
READING = "dashboard"


class NotReady(Refused):
    """Keys stay in the house: `missing` names each check that is not green."""

    code = "not_ready"

    def __init__(self, missing: list[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class PhotosClosed(Refused):
    """The report of this kind is complete, or not begun: no photo is added to it."""

    code = "photos_closed"


class OdometerBackwards(Refused):
    """The odometer cannot show less than before. `least` is what it showed then."""

    code = "odometer_backwards"

    def __init__(self, least: int) -> None:
        super().__init__(str(least))
        self.least = least


@dataclass(frozen=True, slots=True)
class Condition:
    """What a report says besides its photos."""

    odometer: int
    fuel_eighths: int
    checks: Collection[str]
    marks: str = ""


def report(booking_id: UUID, kind: ReportKind) -> ConditionReport:
    """The booking's report of this kind with its photos; a draft is begun where there is none."""
    found = (
        session()
        .scalars(
            select(ConditionReport)
            .where(ConditionReport.booking_id == booking_id, ConditionReport.kind == kind)
            .options(selectinload(ConditionReport.photos))
            .execution_options(populate_existing=True)
        )
        .first()
    )
    if found is None:
        found = ConditionReport(id=new_id(), booking_id=booking_id, kind=kind, checks=[], marks="", photos=[])
        session().add(found)
        session().flush()
    return found


def add_photo(booking_id: UUID, kind: ReportKind, *, position: str, file_id: UUID, at: datetime) -> None:
    """Put a photo into a report that is still a draft; it replaces an earlier one of its position.

    Raises PhotosClosed.
    """
    booking = transitions.lock(booking_id)
    wanted = State.CONFIRMED if kind is ReportKind.PICKUP else State.ON_RENT
    if booking.state != wanted or position not in POSITIONS:
        raise PhotosClosed
    draft = report(booking_id, kind)
    photo = next((row for row in draft.photos if row.position == position), None)
    if photo is None:
        draft.photos.append(
            ConditionPhoto(id=new_id(), report_id=draft.id, position=position, file_id=file_id, taken_at=at)
        )
    else:
        photo.file_id = file_id
        photo.taken_at = at
    session().flush()


def pickup_checks(booking: Booking) -> tuple[str, ...]:
    """What staff look at before the keys of this booking go out."""
    return (*PICKUP_CHECKS, ADDITIONAL_DRIVERS) if len(booking.drivers) > 1 else PICKUP_CHECKS


def known_checks(booking: Booking) -> dict[str, bool]:
    """The checks that our own rows answer."""
    contract = issuing.current(booking.id)
    return {
        "payment": not owing.for_rental(booking) or prepayment.keys_first(booking),
        "agreement": contract is not None and contract.state == ContractState.SIGNED,
        "addendum": not addenda.missing(booking),
        "deposit": booking.deposit_waiver is not None or deposits.is_held(booking),
    }


def waive_deposit(booking_id: UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """Let the keys go out without a deposit, for a reason that stays in the record; a manager's decision."""
    booking = transitions.lock(booking_id)
    if booking.state != State.CONFIRMED:
        raise transitions.MoveImpossible(State(booking.state), Move.HAND_OVER)
    booking.deposit_waiver = reason
    booking.deposit_ask_at = None  # nobody is asked for what is waived
    transitions.note(booking, "deposit.waived", by=by, at=at, reason=reason)


def hand_over(
    booking_id: UUID, condition: Condition, *, by: Actor, at: datetime, version: int | None = None
) -> Booking:
    """Give the keys. Raises NotReady with everything that is missing, OdometerBackwards, Stale."""
    booking = transitions.lock(booking_id, version=version)
    if not transitions.allowed(booking, Move.HAND_OVER):
        raise transitions.MoveImpossible(State(booking.state), Move.HAND_OVER)
    if condition.odometer < booking.car.odometer:
        raise OdometerBackwards(booking.car.odometer)
    draft = report(booking.id, ReportKind.PICKUP)
    missing = [name for name, green in known_checks(booking).items() if not green]
    missing += [name for name in pickup_checks(booking) if name not in condition.checks]
    missing += _missing_photos(draft)
    if missing:
        raise NotReady(missing)
    _complete(draft, condition, by=by, at=at)
    booking.car.odometer = condition.odometer
    booking.handed_over_at = at
    transitions.apply(booking, Move.HAND_OVER, by=by, at=at, odometer=condition.odometer)
    deposit_keeping.secure(booking, at=at)
    return booking


def take_back(
    booking_id: UUID,
    condition: Condition,
    *,
    charges: Collection[ChargeLine],
    claim: Claim | None = None,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Booking:
    """Take the car back, with what is to be charged, and what is claimed for new marks.

    Raises NotReady, OdometerBackwards, Stale and what a claim raises.
    """
    booking = transitions.lock_with_car(booking_id, version=version)
    if not transitions.allowed(booking, Move.TAKE_BACK):
        raise transitions.MoveImpossible(State(booking.state), Move.TAKE_BACK)
    out = report(booking.id, ReportKind.PICKUP)
    if condition.odometer < (out.odometer or 0):
        raise OdometerBackwards(out.odometer or 0)
    draft = report(booking.id, ReportKind.RETURN)
    missing = [name for name in RETURN_CHECKS if name not in condition.checks] + _missing_photos(draft)
    if missing:
        raise NotReady(missing)
    _complete(draft, condition, by=by, at=at)
    for line in charges:
        charge = booked.enter(booking, line, by=by, at=at)
        if line.kind in READ_OFF:
            evidence.attach(booking, charge, positions=[READING], by=by, at=at)
    if claim is not None:
        claims.enter(booking, claim, marks=condition.marks, by=by, at=at)
    booking.car.odometer = condition.odometer
    booking.taken_back_at = at
    deposit_release.schedule(booking)
    _move_turnaround(booking, at=at)
    changes.abandon(booking, at=at)
    conflicts.end(booking, by=by, at=at, solution="came_back")
    transitions.apply(
        booking,
        Move.TAKE_BACK,
        by=by,
        at=at,
        odometer=condition.odometer,
        charged=[[line.kind, line.amount.amount] for line in charges],
        currency=booking.currency,
    )
    return booking


def proposed_charges(booking: Booking, *, odometer: int, fuel_eighths: int, at: datetime) -> list[ChargeLine]:
    """What mileage, fuel and time say is due; staff may change it before they take the car back."""
    out = report(booking.id, ReportKind.PICKUP)
    return charging.propose(
        booking,
        rules=house.rulebook_of(booking.policies),
        driven=odometer - (out.odometer or odometer),
        missing_eighths=(out.fuel_eighths or 0) - fuel_eighths,
        returned_at=at,
    )


def _complete(draft: ConditionReport, condition: Condition, *, by: Actor, at: datetime) -> None:
    draft.odometer = condition.odometer
    draft.fuel_eighths = condition.fuel_eighths
    draft.checks = sorted(condition.checks)
    draft.marks = condition.marks
    draft.completed_at = at
    draft.completed_by = by.name


def _missing_photos(draft: ConditionReport) -> list[str]:
    taken = {photo.position for photo in draft.photos}
    return [f"photo_{position}" for position in POSITIONS if position not in taken]


def _move_turnaround(booking: Booking, *, at: datetime) -> None:
    """The turnaround starts when the car is back: early gives time back, late takes what is still free."""
    journey = Journey.of(booking)
    before, after = offers.margins(journey, policies=house.rulebook_of(booking.policies))
    starts_at, ends_at = booking.pickup_at - timedelta(minutes=before), at + timedelta(minutes=after)
    following = queries.next_taken(booking.car_id, after=booking.return_at, ignoring_booking=booking.id)
    if following is not None:
        ends_at = min(ends_at, following.period.starts_at)
    if ends_at > starts_at:
        occupancies.change(booking.id, period=Period(starts_at, ends_at))
