"""One bill for whoever holds its signed link: what it is for, what shows it, and the way to pay.

The link comes in the mail and stands in the note at PayPal. It opens nothing else of the booking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.billing import opening
from exodrive.billing.models import Bill
from exodrive.blueprints import condition_words, files
from exodrive.blueprints.htmx import page
from exodrive.bookings import queries as bookings
from exodrive.bookings.after_return import evidence
from exodrive.bookings.after_return.evidence import Shown
from exodrive.bookings.charge import charges
from exodrive.bookings.condition_models import POSITIONS, ConditionReport
from exodrive.bookings.models import Booking, Charge, ChargeKind
from exodrive.bookings.money import bill_links
from exodrive.house import queries as house
from exodrive.invoicing import issuing as invoices
from exodrive.invoicing.models import Invoice
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.rendering import price_words

# Charges that no photo of the car shows anything about.
UNSEEN = (ChargeKind.MILEAGE, ChargeKind.FUEL, ChargeKind.LATE, ChargeKind.TOLL, ChargeKind.FINE)

bills = Blueprint("bills", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bills)


def address(bill: Bill, booking: Booking) -> str:
    """The signed link to a bill, for pages that show it."""
    key = current_app.config["SETTINGS"].secret_key
    token = bill_links.secret(key, bill, version=booking.link_version)
    return url_for("bills.show", token=token)


@bills.get("/bills/<token>")
def show(token: str) -> ResponseReturnValue:
    """The bill as it stands now. Raises LinkUnknown."""
    with transaction():
        found = bill_links.bill(token, key=current_app.config["SETTINGS"].secret_key, at=clock.now())
        booking = bookings.by_id(found.booking_id)
        reports = bookings.reports(booking.id)
        billed = [row for row in charges.all_of(booking.id) if row.bill_id == found.id]
        shown = [piece for pieces in evidence.of_charges(booking.id, billed).values() for piece in pieces]
        invoice = _invoice(booking, billed)
        owner = house.house()
    file_id = invoice.file_id if invoice else None
    return page(
        "booking/bill.html",
        "bill",
        bill=found,
        booking=booking,
        house=owner,
        rows=price_words.rows(opening.lines_of(found)),
        pairs=_pairs(booking, reports, _looked_at(billed, shown)),
        papers=[
            (piece.name, files.link_url(piece.file_id, booking)) for piece in shown if not piece.position
        ],
        invoice=invoice,
        invoice_url=files.link_url(file_id, booking) if file_id else "",
    )


def _invoice(booking: Booking, billed: Sequence[Charge]) -> Invoice | None:
    """The invoice that the bill's charges stand on; else that of the rental."""
    own = next((row.invoice_id for row in billed if row.invoice_id is not None), None)
    return invoices.invoice(own) if own is not None else invoices.of_booking(booking.id)


def _looked_at(billed: Sequence[Charge], shown: Sequence[Shown]) -> frozenset[str]:
    """The places of the car that the bill is about: those that staff have pointed to, else all or none."""
    pointed = frozenset(piece.position for piece in shown if piece.position)
    if pointed:
        return pointed
    nothing_to_see = bool(billed) and all(row.kind in UNSEEN for row in billed)
    return frozenset() if nothing_to_see else frozenset(POSITIONS)


def _pairs(
    booking: Booking, reports: dict[str, ConditionReport], positions: frozenset[str]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The car out and back at these positions; only those that there are two photos of."""
    out, back = ({photo.position: photo.file_id for photo in report.photos} if report else {} for report in (
        reports.get("pickup"), reports.get("return"),
    ))  # fmt: skip
    return [
        (
            _photo(booking, out[position], _("%(what)s, pick-up", what=condition_words.position(position))),
            _photo(booking, file_id, _("%(what)s, return", what=condition_words.position(position))),
        )
        for position, file_id in back.items()
        if position in out and position in positions
    ]


def _photo(booking: Booking, file_id: UUID, words: str) -> dict[str, Any]:
    return {
        "src": files.link_url(file_id, booking),
        "alt": words,
        "caption": words,
        "new": False,
        "spot": None,
    }
