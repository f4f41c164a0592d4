"""The desk's first page: what the day holds, each line with its next deed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask.typing import ResponseReturnValue

from exodrive.blueprints import htmx
from exodrive.blueprints.staff.day import next_deed
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.rental import attention_words
from exodrive.blueprints.staff.rental.booking import ATTENTION
from exodrive.blueprints.staff.work import providers, queue_words
from exodrive.bookings import day as days
from exodrive.bookings.money import at_risk, bill_list
from exodrive.enquiries import queries as enquiries
from exodrive.enquiries.models import EnquiryState
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.reconciliation import queries as reconciliation
from exodrive.reviews import queries as reviews


@staff.get("")
def today() -> ResponseReturnValue:
    """The day by the house's clock. The page looks again by itself."""
    at = clock.now()
    with transaction():
        zone = ZoneInfo(houses.house().time_zone)
        start, end = _bounds(at, zone)
        day = days.of(start=start, end=end, at=at)
        standings = providers.standings()
        risks = at_risk.count(at=at)
        differences = reconciliation.open_count()
        overdue = bill_list.totals("overdue", at=at)
        asked, written = enquiries.counts()[EnquiryState.NEW], reviews.waiting()
    return htmx.page(
        "staff/today.html",
        "day",
        "outages",
        at=at,
        zone=zone,
        date=at.astimezone(zone).date(),
        day=day,
        out=[next_deed.going_out(row, at=at) for row in day.out],
        back=[next_deed.coming_back(row, at=at) for row in day.back],
        unready=[next_deed.going_out(row, at=at) for row in day.unready],
        returned=[next_deed.to_settle(row) for row in day.returned],
        attention=ATTENTION,
        attention_words=attention_words.of,
        standings=standings,
        risks=risks,
        differences=differences,
        overdue=overdue,
        asked=asked,
        written=written,
        words=queue_words,
    )


def _bounds(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The day around a moment, which may have 23 or 25 hours."""
    date = at.astimezone(zone).date()
    starts = (
        datetime.combine(each, time.min, zone).astimezone(UTC) for each in (date, date + timedelta(days=1))
    )
    start, end = starts
    return start, end
