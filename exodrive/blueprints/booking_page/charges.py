"""What is charged beside the price, what shows it, and a place to object."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.blueprints import files, position_words
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.htmx import page
from exodrive.bookings import queries
from exodrive.bookings.after_return import evidence, objections
from exodrive.bookings.charge import charges as booked
from exodrive.bookings.charge.charge_models import ChargeObjection
from exodrive.bookings.models import Booking, Charge
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.rendering import charge_words
from exodrive.rendering.charge_words import Words
from exodrive.storage import pictures


class Picture(NamedTuple):
    """A file of the evidence by its signed link, which ends after an hour or two."""

    url: str
    words: str
    drawn: bool  # a photo, not a PDF


class Row(NamedTuple):
    """A charge as its customer sees it."""

    charge: Charge
    words: Words
    amount: Money
    pictures: list[Picture]
    objection: ChargeObjection | None
    objectable: bool


@booking_page.get("/charges")
def charges(secret: str) -> ResponseReturnValue:
    """Every charge with its evidence. Raises LinkUnknown."""
    return _page(secret)


@booking_page.post("/charges/<uuid:charge_id>/objection")
@limiter.limit("10 per minute; 30 per hour")
def object_to_charge(secret: str, charge_id: UUID) -> ResponseReturnValue:
    """The customer writes against a charge. Raises ChargeNotFound, ObjectionMade."""
    text = request.form.get("text", "")
    try:
        with transaction():
            objections.make(whose(secret), charge_id, text=text, at=clock.now())
    except objections.ObjectionUnusable:
        fault = _("Write what is wrong with it, in no more than %(most)d letters.", most=objections.LONGEST)
        return _page(secret, faults={charge_id: fault}, typed=text)
    return redirect(url_for("booking_page.charges", secret=secret), 303)


@booking_page.get("/charges/<uuid:charge_id>/objection")
def object_again(secret: str, charge_id: UUID) -> ResponseReturnValue:  # noqa: ARG001
    """Somebody loads the address of a form that was shown again: the page has it."""
    return redirect(url_for("booking_page.charges", secret=secret), 303)


def _page(secret: str, *, faults: dict[UUID, str] | None = None, typed: str = "") -> ResponseReturnValue:
    with transaction():
        booking = queries.by_id(whose(secret))
        rows = _rows(booking)
    return page(
        "booking/charges.html",
        "main",
        status=422 if faults else 200,
        secret=secret,
        booking=booking,
        rows=rows,
        faults=faults or {},
        typed=typed,
        longest=objections.LONGEST,
    )


def _rows(booking: Booking) -> list[Row]:
    found = booked.all_of(booking.id)
    shown, said = evidence.of_charges(booking.id, found), objections.of_charges(found)
    return [
        Row(
            row,
            charge_words.in_words(row.kind, row.params, currency=booking.currency, note=row.note),
            row.left(booking.currency),
            [picture for piece in shown[row.id] for picture in _pictures(piece, booking)],
            said.get(row.id),
            objections.possible(row, said.get(row.id)),
        )
        for row in found
    ]


def _pictures(piece: evidence.Shown, booking: Booking) -> list[Picture]:
    """One piece of evidence: a file, or the photo of the return behind that of the pick-up."""
    if piece.position is None:
        drawn = piece.media_type == pictures.MEDIA_TYPE
        return [Picture(files.link_url(piece.file_id, booking), piece.name, drawn)]
    where = position_words.position(piece.position)
    back = Picture(
        files.link_url(piece.file_id, booking), _("%(photo)s at the return", photo=where), drawn=True
    )
    if piece.before is None:
        return [back]
    out = Picture(files.link_url(piece.before, booking), _("%(photo)s at pick-up", photo=where), drawn=True)
    return [out, back]
