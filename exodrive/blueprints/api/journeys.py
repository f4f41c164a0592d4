"""From what a caller asks to a journey of the house."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from exodrive.blueprints import search
from exodrive.blueprints.api.refusals import AddressMissing
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation.offers import Desk, Journey
from exodrive.house import queries as house
from exodrive.house.models import Place


def journey(
    *, pickup_place: str, return_place: str | None, pickup_at: datetime, return_at: datetime, desk: Desk
) -> Journey:
    """Places by their slugs; back to the same one unless said. Raises PlaceNotFound, DatesRefused."""
    for moment in (pickup_at, return_at):
        _check_year(moment, desk=desk)
    if return_at <= pickup_at:
        raise DatesRefused("return_before_pickup")
    start = house.place(pickup_place)
    end = house.place(return_place) if return_place else start
    return Journey(start, end, pickup_at, return_at)


def delivery_address(places: Iterable[Place], given: str | None) -> str | None:
    """Where the car is brought or fetched; None where neither is done. Raises AddressMissing."""
    if not any(place.delivered for place in places):
        return None
    if given is None:
        raise AddressMissing
    return given


def _check_year(moment: datetime, *, desk: Desk) -> None:
    """Years that no time zone can reckon with never reach the rules."""
    if moment.year < search.YEARS.start:
        raise DatesRefused("too_soon", hours=desk.policies.booking.notice_hours)
    if moment.year >= search.YEARS.stop:
        raise DatesRefused("too_far", days=desk.policies.booking.horizon_days)
