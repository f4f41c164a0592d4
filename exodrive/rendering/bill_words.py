"""Bills in words: what PayPal shows the customer of one."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from exodrive.billing import opening
from exodrive.billing.calling import Words
from exodrive.billing.models import Bill, OperationKind
from exodrive.billing.ports import BillItem, BillRequest
from exodrive.bookings.models import Booking
from exodrive.house import queries as houses
from exodrive.rendering import environment, formats, price_words


def words(
    booking: Booking, bill: Bill, kind: OperationKind, *, link: str, taken_at: datetime | None = None
) -> Words:
    """All that is said at PayPal with a call about this bill. Needs an app context."""
    house = houses.house()
    zone = ZoneInfo(house.time_zone)
    with force_locale(environment.LANGUAGE):
        what = _("%(car)s, booking %(reference)s", car=booking.car.name, reference=booking.reference)
        evidence = _("What this is for, and what shows it: %(link)s", link=link)
        note = "\n".join(part for part in (what, bill.note, evidence) if part)
        return Words(
            bill=BillRequest(
                number=bill.number,
                reference=booking.reference,
                business=house.name,
                recipient_email=bill.recipient_email,
                recipient_surname=bill.recipient_name,
                items=_items(booking, bill),
                note=note,
                due_on=bill.due_at.astimezone(zone).date(),
                partial_payment=True,
            ),
            subject=_subject(house.name, bill, kind),
            note=note,
            taken_on=(taken_at or bill.created_at).astimezone(zone).date(),
        )


def _subject(house: str, bill: Bill, kind: OperationKind) -> str:
    amount = formats.money(bill.outstanding)
    if kind is OperationKind.REMIND:
        return _(
            "Reminder: %(amount)s for %(house)s, bill %(number)s",
            amount=amount,
            house=house,
            number=bill.number,
        )
    if kind is OperationKind.CANCEL:
        return _("Bill %(number)s from %(house)s is withdrawn", house=house, number=bill.number)
    return _("Bill %(number)s from %(house)s: %(amount)s", amount=amount, house=house, number=bill.number)


def _items(booking: Booking, bill: Bill) -> tuple[BillItem, ...]:
    """The lines as PayPal takes them: one item where something is taken off, since an item has a price."""
    lines = opening.lines_of(bill)
    if any(line.amount.amount <= 0 for line in lines):
        name = _("Charges for booking %(reference)s", reference=booking.reference)
        return (BillItem(name, bill.money, "; ".join(row.name for row in price_words.rows(lines))),)
    return tuple(BillItem(row.name, row.amount, row.reason) for row in price_words.rows(lines))
