"""The signed link to one bill and what shows that it is due: for mails, and for the note at PayPal.

PayPal takes no files, so its note carries the link. It shows no more than the bill, leads to it for as long
as that asks for something and some time beyond, and ends with the booking's page link. It is the same in
whatever carries it: a letter that is written anew under its key must not differ from the first one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from exodrive.billing.models import Bill
from exodrive.billing.states import OPEN
from exodrive.bookings import links
from exodrive.kernel.db import session

LIFE = timedelta(days=90)  # of the link of a bill that is over, since the last thing that happened to it
SALT = "bill"


def secret(key: str, bill: Bill, *, version: int) -> str:
    """The link's secret; `version` is that of the booking's page link, `key` the house's."""
    ticket = {"bill": bill.id.hex, "booking": bill.booking_id.hex, "version": version}
    return str(URLSafeSerializer(key, salt=SALT).dumps(ticket))


def bill(value: str, *, key: str, at: datetime) -> Bill:
    """Whose link this is. Raises LinkUnknown where it is forged, over, or ended with the booking's."""
    try:
        ticket = URLSafeSerializer(key, salt=SALT).loads(value)
    except BadSignature as error:
        raise links.LinkUnknown from error
    current = links.version_of(UUID(hex=ticket["booking"]))
    found = session().get(Bill, UUID(hex=ticket["bill"]))
    if found is None or current != ticket["version"] or _over(found, at=at):
        raise links.LinkUnknown
    return found


def _over(bill: Bill, *, at: datetime) -> bool:
    """Nobody needs the link any more: not while the bill is open, nor soon after."""
    happened = (bill.created_at, bill.paid_at, bill.cancelled_at, bill.written_off_at)
    return bill.state not in OPEN and at > max(filter(None, happened)) + LIFE
