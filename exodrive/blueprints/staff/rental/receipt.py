"""One receipt of the desk on paper: to be printed and given to whoever stands at the counter."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.bookings import queries
from exodrive.house import queries as houses
from exodrive.kernel.db import transaction
from exodrive.kernel.ids import read_reference
from exodrive.payments import receipts
from exodrive.payments.receipts import ReceiptNotFound
from exodrive.rendering import receipt_words


@staff.get("/bookings/<reference>/receipts/<int:number>")
def receipt(reference: str, number: int) -> ResponseReturnValue:
    """Taken, handed back or corrected; the same as the letter says. Raises ReceiptNotFound."""
    with transaction():
        booking = queries.by_reference(read_reference(reference))
        rows = receipts.of_booking(booking.id)
        house = houses.house()
    found = next((row for row in rows if row.number == number), None)
    if found is None:
        raise ReceiptNotFound(str(number))
    return htmx.page(
        "staff/receipt.html",
        "main",
        booking=booking,
        row=found,
        against=next((row for row in rows if row.id == found.of_id), None),
        house=house,
        words=receipt_words,
        zone=booking.pickup_place.zone,
    )
