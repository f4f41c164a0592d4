"""What shows that a charge is due: photos, PDFs, and photos of the return beside those of the pick-up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from exodrive.bookings import transitions
from exodrive.bookings.charge import charges
from exodrive.bookings.charge.charge_models import ChargeEvidence
from exodrive.bookings.condition_models import POSITIONS, ConditionPhoto, ConditionReport, ReportKind
from exodrive.bookings.models import Booking, Charge
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.kernel.ids import new_id
from exodrive.storage import documents, files, pictures

MOST = 12  # pieces for one charge


class TooMuchEvidence(Refused):
    """More files than a charge may have."""

    code = "too_much_evidence"


class PhotoUnknown(Refused):
    """There is no photo of this position from the return."""

    code = "photo_unknown"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was checked: what may be kept of it, and what it is."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece: a file, or a position with the photos of pick-up and return."""

    file_id: UUID
    media_type: str
    name: str
    position: str | None = None
    before: UUID | None = None  # the photo of the same position at pick-up


def check(name: str, content: bytes) -> Sent:
    """A photo or a PDF by its content; what it is called says nothing.

    Raises NotAPicture, PictureTooLarge, NotADocument or DocumentTooLarge.
    """
    plain = " ".join(name.split())[:100] or "file"
    if documents.looks_like_one(content):
        return Sent(plain, documents.check(content), documents.MEDIA_TYPE)
    return Sent(plain, pictures.clean(content), pictures.MEDIA_TYPE)


def attach(
    booking: Booking,
    charge: Charge,
    *,
    sent: Sequence[Sent] = (),
    positions: Collection[str] = (),
    by: Actor,
    at: datetime,
) -> None:
    """Add to what shows a charge of a locked booking. Raises TooMuchEvidence, PhotoUnknown."""
    have = _rows([charge])
    known = {row.position for row in have}
    if not set(positions) <= _photos(booking.id, ReportKind.RETURN).keys():
        raise PhotoUnknown
    fresh = [position for position in POSITIONS if position in positions and position not in known]
    if len(have) + len(sent) + len(fresh) > MOST:
        raise TooMuchEvidence
    for each in sent:
        kept = files.keep(
            each.content, folder=f"evidence/{booking.id}", name=each.name, media_type=each.media_type, at=at
        )
        _add(charge, file_id=kept.id, position=None, by=by, at=at)
    for position in fresh:
        _add(charge, file_id=None, position=position, by=by, at=at)
    if sent or fresh:
        transitions.note(
            booking, "charge.evidence_added", by=by, at=at, charge=charge.kind, pieces=len(sent) + len(fresh)
        )


def add(
    booking_id: UUID,
    charge_id: UUID,
    *,
    sent: Sequence[Sent] = (),
    positions: Collection[str] = (),
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> None:
    """The same for a charge by its id. Raises ChargeNotFound, TooMuchEvidence, PhotoUnknown, Stale."""
    booking = transitions.lock(booking_id, version=version)
    charge = charges.one(booking, charge_id)
    attach(booking, charge, sent=sent, positions=positions, by=by, at=at)


def of_charges(booking_id: UUID, rows: Collection[Charge]) -> dict[UUID, list[Shown]]:
    """What shows each of a booking's charges, in the order in which it was added."""
    found = _rows(rows)
    kept = files.rows([row.file_id for row in found if row.file_id is not None])
    positions = any(row.position for row in found)
    out = _photos(booking_id, ReportKind.PICKUP) if positions else {}
    back = _photos(booking_id, ReportKind.RETURN) if positions else {}
    shown: dict[UUID, list[Shown]] = {row.id: [] for row in rows}
    for row in found:
        if row.file_id is not None:
            file = kept[row.file_id]
            shown[row.charge_id].append(Shown(file.id, file.media_type, file.name))
        elif row.position in back:
            shown[row.charge_id].append(
                Shown(
                    back[row.position], pictures.MEDIA_TYPE, row.position, row.position, out.get(row.position)
                )
            )
    return shown


def photographed(booking_id: UUID) -> list[str]:
    """The positions that there is a photo of from the return, in their order."""
    taken = _photos(booking_id, ReportKind.RETURN)
    return [position for position in POSITIONS if position in taken]


def _rows(charges_: Iterable[Charge]) -> list[ChargeEvidence]:
    ids = [row.id for row in charges_]
    found = select(ChargeEvidence).where(ChargeEvidence.charge_id.in_(ids)).order_by(ChargeEvidence.id)
    return list(session().scalars(found)) if ids else []


def _photos(booking_id: UUID, kind: ReportKind) -> dict[str, UUID]:
    rows = session().execute(
        select(ConditionPhoto.position, ConditionPhoto.file_id)
        .join(ConditionReport, ConditionReport.id == ConditionPhoto.report_id)
        .where(ConditionReport.booking_id == booking_id, ConditionReport.kind == kind)
    )
    return {row.position: row.file_id for row in rows}


def _add(charge: Charge, *, file_id: UUID | None, position: str | None, by: Actor, at: datetime) -> None:
    session().add(
        ChargeEvidence(
            id=new_id(),
            charge_id=charge.id,
            file_id=file_id,
            position=position,
            added_at=at,
            added_by=by.name,
        )
    )
    session().flush()
