"""Tolls and fines that arrive weeks later: each goes to the rental in which it arose.

A row belongs to a rental whose car has its plate and in whose hands the car was then: from the keys given,
up to the keys back. A file is looked at first, then imported whole; a toll that is charged already, by this
file or another, is never charged again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from exodrive.bookings import transitions
from exodrive.bookings.after_return import late_charges, toll_files
from exodrive.bookings.after_return.late_charges import Found
from exodrive.bookings.after_return.toll_files import Reader, Row
from exodrive.bookings.charge.charge_models import TollFile
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import Booking, Charge, ChargeKind
from exodrive.fleet.models import Car
from exodrive.house import queries as house
from exodrive.kernel import audit
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, NotFound
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.storage import files

MEDIA_TYPE = "text/csv"
MATCHED = "matched"
MONTH_FIRST = frozenset({"US"})  # countries that write the month before the day


class TollFileNotFound(NotFound):
    code = "toll_file_not_found"


class TollFileImported(Conflict):
    """The file was imported before: what came of it stands beside it."""

    code = "toll_file_imported"


@dataclass(frozen=True, slots=True)
class Stay:
    """A rental as a toll sees it: whose car, from when to when, `until` None while it is still out."""

    booking_id: UUID
    reference: str
    since: datetime
    until: datetime | None
    currency: str
    takes_more: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A row and the rental it belongs to; `outcome` is a code, with the reason where there is no rental."""

    row: Row
    outcome: str
    stay: Stay | None = None
    at: datetime | None = None


def reader() -> Reader:
    """How this house reads files."""
    card = house.house()
    return Reader(ZoneInfo(card.time_zone), card.currency, card.country in MONTH_FIRST)


def keep(content: bytes, *, name: str, by: Actor, at: datetime) -> TollFile:
    """Keep a file to be looked at and imported. Raises TollFileUnreadable."""
    toll_files.read(content, reader())
    kept = files.keep(content, folder="tolls", name=name[:100] or "tolls.csv", media_type=MEDIA_TYPE, at=at)
    row = TollFile(id=new_id(), file_id=kept.id, uploaded_at=at, uploaded_by=by.name, outcomes=[])
    session().add(row)
    session().flush()
    return row


def one(toll_file_id: UUID) -> TollFile:
    """Raises TollFileNotFound."""
    found = session().get(TollFile, toll_file_id, populate_existing=True)
    if found is None:
        raise TollFileNotFound(str(toll_file_id))
    return found


def latest(*, limit: int = 10) -> list[TollFile]:
    return list(session().scalars(select(TollFile).order_by(TollFile.uploaded_at.desc()).limit(limit)))


def preview(toll_file: TollFile, *, at: datetime) -> list[Match]:
    """What an import would do with each row now; nothing is changed."""
    _file, content = files.read(toll_file.file_id)
    return match(toll_files.read(content, reader()), at=at)


def import_file(toll_file_id: UUID, *, by: Actor, at: datetime) -> TollFile:
    """Charge what can be charged, all of it or nothing. Raises TollFileNotFound, TollFileImported."""
    found = session().get(TollFile, toll_file_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise TollFileNotFound(str(toll_file_id))
    if found.imported_at is not None:
        raise TollFileImported
    matches = preview(found, at=at)
    # Locked in one order, then looked at again: a settlement or another import may have come in between.
    for booking_id in sorted({each.stay.booking_id for each in matches if each.stay}):
        transitions.lock(booking_id)
    matches = preview(found, at=at)
    by_booking: dict[UUID, list[Match]] = defaultdict(list)
    for each in matches:
        if each.outcome == MATCHED and each.stay is not None:
            by_booking[each.stay.booking_id].append(each)
    for booking_id in sorted(by_booking):
        booking = transitions.lock(booking_id)
        late_charges.enter_all(
            booking, [_found(booking, each) for each in by_booking[booking_id]], by=by, at=at
        )
    found.imported_at, found.imported_by = at, by.name
    found.outcomes = [
        {
            "line": each.row.line, "outcome": each.outcome, "plate": each.row.plate,
            "booking": each.stay.reference if each.stay else None,
        }
        for each in matches
    ]  # fmt: skip
    audit.record(
        "tolls.imported", subject=("toll_file", found.id), by=by, at=at,
        rows=len(matches), charged=sum(len(rows) for rows in by_booking.values()),
    )  # fmt: skip
    session().flush()
    return found


def match(rows: Sequence[Row], *, at: datetime) -> list[Match]:
    """Each row with the rental that it belongs to, or why there is none."""
    readable = [row for row in rows if not row.fault]
    known = _known({row.key for row in readable})
    plates = _plates()
    stays = _stays(
        {car for row in readable for car in plates.get(toll_files.normal(row.plate), ())}, readable
    )
    seen: set[str] = set()
    found = []
    for row in rows:
        one = _judge(row, plates, stays, at=at)
        if one.outcome == MATCHED and row.key in known:
            one = replace(one, outcome="already_imported")
        elif one.outcome == MATCHED and row.key in seen:
            one = replace(one, outcome="twice")
        seen.add(row.key)
        found.append(one)
    return found


def stays_at(stays: Iterable[Stay], moment: datetime) -> list[Stay]:
    """Whose the car was then: from the keys given, up to the keys back."""
    return [stay for stay in stays if stay.since <= moment and (stay.until is None or moment < stay.until)]


def _judge(row: Row, plates: dict[str, set[UUID]], stays: dict[UUID, list[Stay]], *, at: datetime) -> Match:
    cars = plates.get(toll_files.normal(row.plate), set())
    fault = row.fault or ("" if cars else "unknown_plate") or ("future" if min(row.moments) > at else "")
    if fault:
        return Match(row, fault)
    own = [stay for car in cars for stay in stays.get(car, ())]
    hits = {stay.booking_id: (stay, moment) for moment in row.moments for stay in stays_at(own, moment)}
    if len(hits) != 1:
        return Match(row, "two_rentals" if hits else "no_rental")
    ((stay, moment),) = hits.values()
    if row.amount is not None and row.amount.currency != stay.currency:
        return Match(row, "other_currency", stay, moment)
    return Match(row, MATCHED if stay.takes_more else "being_settled", stay, moment)


def _found(booking: Booking, each: Match) -> Found:
    """The charge of a row, with what the policy adds for handling it."""
    row, at = each.row, each.at
    if row.amount is None or at is None:
        raise ValueError("a row that matched has an amount and a time")
    rules = house.rulebook_of(booking.policies).agreement
    fee = rules.fine_fee if row.kind is ChargeKind.FINE else rules.toll_fee
    local = at.astimezone(booking.pickup_place.zone)
    params = {
        "place": row.place, "when": f"{local:%Y-%m-%d %H:%M}", "number": row.reference, "fee": fee,
    }  # fmt: skip
    line = ChargeLine(row.kind, row.amount + Money(fee, booking.currency), params=params)
    return Found(line, at, source_key=row.key)


def _known(keys: set[str]) -> set[str]:
    found = session().scalars(select(Charge.source_key).where(Charge.source_key.in_(keys)))
    return {key for key in found if key is not None}


def _plates() -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = defaultdict(set)
    for car_id, plate in session().execute(select(Car.id, Car.plate)):
        found[toll_files.normal(plate or "")].add(car_id)
    found.pop("", None)
    return found


def _stays(cars: set[UUID], rows: Sequence[Row]) -> dict[UUID, list[Stay]]:
    """The rentals of these cars that any of the rows could belong to."""
    moments = [moment for row in rows for moment in row.moments]
    if not cars or not moments:
        return {}
    bookings = session().scalars(
        select(Booking)
        .where(
            Booking.car_id.in_(cars),
            Booking.handed_over_at <= max(moments),
            or_(Booking.taken_back_at.is_(None), Booking.taken_back_at > min(moments)),
        )
        .order_by(Booking.id)
    )
    found: dict[UUID, list[Stay]] = defaultdict(list)
    for booking in bookings:
        if booking.handed_over_at is not None:
            found[booking.car_id].append(
                Stay(
                    booking.id, booking.reference, booking.handed_over_at, booking.taken_back_at,
                    booking.currency, late_charges.takes_more(booking),
                )
            )  # fmt: skip
    return found
