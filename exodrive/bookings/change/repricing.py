"""The price of a changed booking: what was promised and has not changed keeps its price.

Where the car stays, its day rate and the seasons and discounts are those of the day on which it was held;
what was chosen before keeps its unit price, and only what is new costs what it costs today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from exodrive.bookings.models import Booking
from exodrive.bookings.reservation.offers import Journey
from exodrive.fleet.models import Car
from exodrive.house.models import House
from exodrive.house.rules import Rulebook
from exodrive.kernel.money import Money
from exodrive.pricing import book as books
from exodrive.pricing import discounts, rules
from exodrive.pricing.days import DayCount, wall_clock
from exodrive.pricing.price import Line, LineKind, Price
from exodrive.pricing.request import PriceRequest, Trip
from exodrive.pricing.rulebook import ExtraRole, ExtraRule, ExtraUnit, RuleBook, Terms

DRIVER_FEES = (ExtraRole.ADDITIONAL_DRIVER, ExtraRole.YOUNG_DRIVER)


def request_for(
    booking: Booking,
    *,
    car: Car,
    journey: Journey,
    priced_until: datetime,
    extras: Mapping[str, int],
    additional_drivers: int,
) -> PriceRequest:
    """What is priced. A place that stays keeps the fee that was promised for it."""
    promised = PriceRequest.from_json(booking.request)
    stays = car.id == booking.car_id
    rate = promised.day_rate if stays else car.day_rate
    pickup, back = journey.pickup_place, journey.return_place
    return replace(
        promised,
        car_id=promised.car_id if stays else car.id,
        category=promised.category if stays else car.category.slug,
        day_rate=rate,
        pickup_at=journey.pickup_at,
        return_at=priced_until,
        zone=pickup.time_zone,
        jurisdiction=pickup.jurisdiction,
        delivery=promised.delivery
        if pickup.id == booking.pickup_place_id
        else _trip(pickup.name, pickup.delivery_fee, rate, there=pickup.delivered),
        collection=promised.collection
        if back.id == booking.return_place_id
        else _trip(back.name, back.collection_fee, rate, there=back.delivered),
        extras={code: quantity for code, quantity in extras.items() if quantity},
        additional_drivers=additional_drivers,
    )


def _trip(place: str, fee: int, rate: Money, *, there: bool) -> Trip | None:
    return Trip(place, Money(fee, rate.currency)) if there and fee else None


def book_for(booking: Booking, *, house: House, policies: Rulebook, stays: bool, at: datetime) -> RuleBook:
    """The rules that a change is priced by: those of the hold where the car stays, today's where it does not.

    Extras and drivers' fees that were chosen keep their unit price either way.
    """
    terms = Terms(
        zone=house.time_zone,
        method=DayCount(policies.rental_days.method),
        grace_minutes=policies.rental_days.grace_minutes,
    )
    today = books.load_book(booking.currency, at=at, terms=terms)
    then = books.load_book(booking.currency, at=booking.held_at, terms=terms) if stays else today
    return replace(then, extras=_extras(booking.agreed.lines, today.extras, booking.currency))


def price(booking: Booking, request: PriceRequest, book: RuleBook) -> Price:
    """The price of the changed booking. Raises what `pricing.rules.price` raises.

    Staff may have edited a rule instead of ending it and writing a new one. So each part of the price is
    worked out for what was promised, too: where both agree, nothing about the part has changed, and the
    agreed lines stay. Discounts are worked out anew on these lines, and taxes on what is then due.
    """
    promised = PriceRequest.from_json(booking.request)
    if request == promised:
        return booking.agreed
    changed = rules.price(request, book)
    agreed, again = booking.agreed, rules.price(promised, book)
    lines: list[Line] = []
    for part in dict.fromkeys(map(_part, _own(changed))):
        now = _of(changed, part)
        lines += _of(agreed, part) if now == _of(again, part) else now
    lines += rules.taken_off(request, book, lines)
    first_day = wall_clock(request.pickup_at, request.zone).date()
    due = rules.taxes(request.jurisdiction, book, lines, on=first_day)
    return Price(currency=book.currency, days=changed.days, lines=(*lines, *due), book=book.version)


def _part(line: Line) -> tuple[str, str]:
    """What is decided together: the days with their seasons and discounts, one extra, one way of the car."""
    if line.kind is LineKind.RENTAL:
        return (LineKind.RENTAL, "")
    return (line.code, str(line.params.get("code", "")))


def _of(whole: Price, part: tuple[str, str]) -> list[Line]:
    return [line for line in _own(whole) if _part(line) == part]


def _own(whole: Price) -> list[Line]:
    """The lines that rest on no other line."""
    return [line for line in whole.lines if line.kind is not LineKind.TAX and not discounts.is_discount(line)]


def _extras(lines: Iterable[Line], offered: Iterable[ExtraRule], currency: str) -> tuple[ExtraRule, ...]:
    """Today's extras at the unit prices that were promised, and what is offered no more."""
    rules_now = {(rule.role, rule.code if rule.role is ExtraRole.EXTRA else ""): rule for rule in offered}
    for line in lines:
        if line.code == "extra":
            key = (ExtraRole.EXTRA, str(line.params["code"]))
        elif line.code in DRIVER_FEES:
            key = (ExtraRole(line.code), "")
        else:
            continue
        rules_now[key] = _promised(line, rules_now.get(key), currency)
    return tuple(rules_now.values())


def _promised(line: Line, offered: ExtraRule | None, currency: str) -> ExtraRule:
    amount = Money(int(line.params["unit_amount"]), currency)
    unit = ExtraUnit(line.params["unit"])
    if offered is not None:
        most = max(offered.max_quantity, int(line.params.get("quantity", 1)))
        return replace(offered, amount=amount, unit=unit, max_quantity=most)
    role = ExtraRole.EXTRA if line.code == "extra" else ExtraRole(line.code)
    return ExtraRule(
        code=str(line.params.get("code", line.code)),
        name=str(line.params.get("name", "")),
        unit=unit,
        amount=amount,
        role=role,
        max_quantity=int(line.params.get("quantity", 1)),
    )
