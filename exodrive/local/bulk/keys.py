"""The deposit, the keys and the reports of a booking that is made up."""

from __future__ import annotations

from datetime import datetime, timedelta

from exodrive.bookings.condition_models import POSITIONS, ReportKind
from exodrive.bookings.deposit import deposit_terms
from exodrive.bookings.handover import ADDITIONAL_DRIVERS, PICKUP_CHECKS, RETURN_CHECKS
from exodrive.bookings.states import Move, State
from exodrive.kernel.actors import SYSTEM
from exodrive.local.bulk import fates, settling
from exodrive.local.bulk.tale import Tale
from exodrive.payments.states import Purpose

WAIVED = 0.04  # keys without a deposit
STILL_HERE = timedelta(days=1)  # how long photos are kept after the settlement


def ask_for_deposit(tale: Tale) -> None:
    at, amount = tale.when.deposit_asked_at, tale.offer.deposit
    if not amount:
        return
    if at > tale.fate.until:
        tale.row["deposit_ask_at"] = None if tale.fate.ends_as else at
        return
    tale.row["deposit_asked_at"] = at
    tale.trail.note("booking.deposit_asked", by=SYSTEM, at=at, amount=amount.amount, currency=amount.currency)
    tale.deposit = tale.purse(Purpose.DEPOSIT, amount, at=at)
    held_at = tale.when.deposit_held_at
    if tale.chance.random() < WAIVED:
        _waive(tale, at=held_at)
    elif held_at <= tale.fate.until:
        tale.deposit.order(held_at - timedelta(seconds=90))
        tale.deposit.authorize(held_at)


def _waive(tale: Tale, *, at: datetime) -> None:
    if tale.pickup_at <= tale.fate.until and tale.fate.ends_as is None:
        tale.row["deposit_waiver"] = reason = "A guest of many years"
        tale.trail.note("deposit.waived", by=tale.scene.agent, at=at, reason=reason)


def hand_over(tale: Tale) -> None:
    at = tale.when.handed_over_at
    odometer = tale.scene.odometers[tale.car.id]
    others = (ADDITIONAL_DRIVERS,) if len(tale.drivers) > 1 else ()
    _report(tale, ReportKind.PICKUP, (*PICKUP_CHECKS, *others), odometer=odometer, at=at)
    tale.row["handed_over_at"] = at
    tale.move(Move.HAND_OVER, State.ON_RENT, by=tale.scene.agent, at=at, odometer=odometer)


def take_back(tale: Tale) -> None:
    at, days = tale.when.taken_back_at, tale.offer.price.days
    miles = tale.chance.randrange(10, 60) * days + 5
    odometer = tale.scene.odometers[tale.car.id] = tale.scene.odometers[tale.car.id] + miles
    _report(tale, ReportKind.RETURN, RETURN_CHECKS, odometer=odometer, at=at)
    tale.row["taken_back_at"] = at
    if tale.row["deposit"]:
        rules = tale.scene.desk.policies.deposit
        tale.row["deposit_release_at"] = deposit_terms.release_at(at, zone=tale.scene.zone, rules=rules)
    settling.charge(tale)
    tale.move(Move.TAKE_BACK, State.RETURNED, by=tale.scene.agent, at=at, odometer=odometer)


def _report(tale: Tale, kind: ReportKind, checks: tuple[str, ...], *, odometer: int, at: datetime) -> None:
    report = tale.batch.add(
        "condition_reports",
        id=tale.ids.at(at),
        booking_id=tale.id,
        kind=kind,
        odometer=odometer,
        fuel_eighths=8,
        checks=sorted(checks),
        marks="",
        completed_at=at,
        completed_by=tale.scene.agent.name,
    )
    if tale.return_at + fates.INSPECTION + STILL_HERE < tale.scene.now:
        return  # the photos of what is long settled have been deleted
    for position in POSITIONS:
        tale.batch.add(
            "condition_photos",
            id=tale.ids.at(at),
            report_id=report["id"],
            position=position,
            file_id=tale.scene.papers.photo,
            taken_at=at,
        )
