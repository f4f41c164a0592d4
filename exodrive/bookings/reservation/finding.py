"""Finding a car: what is free on the wished dates and at what price, and what is near when it is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from exodrive.availability import queries as availability
from exodrive.availability.rules import Period
from exodrive.bookings import policy
from exodrive.bookings.reservation import offers
from exodrive.bookings.reservation.offers import Desk, Journey, Offer
from exodrive.fleet.models import Car
from exodrive.fleet.wishes import Wishes, all_of
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.pricing import rules

MOST_CARS = 60  # in one answer; the fleet page has pages (`lineup`)


class DayState(StrEnum):
    FREE = "free"
    TAKEN = "taken"
    OVER = "over"  # in the past, or too soon or too far to be booked


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of a car's calendar, with its own price where it can be rented."""

    date: date
    state: DayState
    price: Money | None


def cars() -> list[Car]:
    """The cars that customers may see, those that the house puts first at the top."""
    return list(session().scalars(_on_show()))


def free(journey: Journey, *, desk: Desk, at: datetime, wishes: Wishes | None = None) -> list[Offer]:
    """An offer for each car that is really free for the journey and meets the wishes. Raises DatesRefused.

    One query finds the cars; the prices are worked out from rules that are loaded already.
    """
    period = offers.occupied(journey, policies=desk.policies)
    found = session().scalars(_on_show().where(availability.free(Car.id, period), *all_of(wishes)))
    result: list[Offer] = []
    refusal: policy.DatesRefused | None = None
    for car in found:
        try:
            result.append(offers.make(car, journey, desk=desk, at=at))
        except policy.DatesRefused as error:
            # A car may ask for more days than others; only what all refuse is wrong with the dates.
            refusal = error
    if refusal is not None and not result:
        raise refusal
    return result


def other_dates(offer_for: Car, journey: Journey, *, desk: Desk, at: datetime, limit: int = 3) -> list[Offer]:
    """The same rental of the same car on the nearest dates that are free and within the rules."""
    before, after = offers.margins(journey, policies=desk.policies)
    near = availability.free_starts(
        offer_for.id,
        Period(journey.pickup_at, journey.return_at),
        before_minutes=before,
        after_minutes=after,
        zone=journey.pickup_place.time_zone,
        not_before=at + timedelta(hours=desk.policies.booking.notice_hours),
        limit=limit * 3,
    )
    result: list[Offer] = []
    for period in near:
        other = Journey(journey.pickup_place, journey.return_place, period.starts_at, period.ends_at)
        try:
            result.append(offers.make(offer_for, other, desk=desk, at=at))
        except policy.DatesRefused:
            continue  # a Sunday, say: the next nearest will do
        if len(result) == limit:
            break
    return result


def similar(car: Car, journey: Journey, *, desk: Desk, at: datetime, limit: int = 3) -> list[Offer]:
    """Other cars that are free for the journey: of the same category first, then by nearness in price."""
    try:
        found = free(journey, desk=desk, at=at)
    except policy.DatesRefused:
        return []
    found = [offer for offer in found if offer.car.id != car.id]
    found.sort(
        key=lambda offer: (
            offer.car.category_id != car.category_id,
            abs(offer.car.daily_price - car.daily_price),
        )
    )
    return found[:limit]


def calendar(car: Car, *, first: date, days: int, zone: str, desk: Desk, at: datetime) -> list[CalendarDay]:
    """So many days of a car's calendar. A day is taken if any part of its opening hours is."""
    place = ZoneInfo(zone)
    start = datetime.combine(first, time(), place).astimezone(UTC)
    end = datetime.combine(first + timedelta(days=days), time(), place).astimezone(UTC)
    busy = availability.busy(car.id, Period(start, end))
    earliest = at + timedelta(hours=desk.policies.booking.notice_hours)
    latest = at + timedelta(days=desk.policies.booking.horizon_days)
    result: list[CalendarDay] = []
    for number in range(days):
        day = first + timedelta(days=number)
        opens, closes = _open_span(day, desk.house.hours)
        span = Period(
            datetime.combine(day, opens, place).astimezone(UTC),
            datetime.combine(day, closes, place).astimezone(UTC),
        )
        if span.ends_at <= earliest or span.starts_at > latest:
            result.append(CalendarDay(day, DayState.OVER, None))
        elif any(span.overlaps(period) for period in busy):
            result.append(CalendarDay(day, DayState.TAKEN, None))
        else:
            price = rules.day_price(
                day,
                desk.prices[car.currency],
                day_rate=car.day_rate,
                car_id=car.id,
                category=car.category.slug,
            )
            result.append(CalendarDay(day, DayState.FREE, price))
    return result


def _on_show() -> Select[Car]:
    return (
        select(Car)
        .where(Car.visible, Car.available)
        .options(joinedload(Car.category))
        .order_by(Car.featured.desc(), Car.daily_price.desc(), Car.id)
        .limit(MOST_CARS)
    )


def _open_span(day: date, hours: dict[str, list[str]]) -> tuple[time, time]:
    opens, closes = hours.get(str(day.weekday()), ["09:00", "17:00"])
    return time.fromisoformat(opens), time.fromisoformat(closes)
