"""The price of a rental. `docs/pricing.md` tells it in prose, with worked tables.

Each component is worked out from exact figures and rounded once, where it becomes a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from exodrive.kernel import money
from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money, MoneyError
from exodrive.pricing import days as counting
from exodrive.pricing import discounts, rounding
from exodrive.pricing.price import Line, LineKind, Price
from exodrive.pricing.request import PriceRequest, Trip
from exodrive.pricing.rulebook import ExtraRole, ExtraRule, ExtraUnit, RuleBook, SeasonKind, SeasonRule


class ExtraUnknown(Refused):
    """The house does not offer that extra now."""

    code = "extra_unknown"

    def __init__(self, extra: str) -> None:
        super().__init__(extra)
        self.extra = extra


class ExtraQuantity(Refused):
    """More of an extra than a rental can have, or less than none."""

    code = "extra_quantity"

    def __init__(self, extra: str, *, quantity: int, most: int) -> None:
        super().__init__(f"{quantity} of {extra}")
        self.extra = extra
        self.quantity = quantity
        self.most = most


def price(request: PriceRequest, book: RuleBook) -> Price:
    """The price of a rental, line by line.

    Raises ReturnBeforePickup, RentalTooLong, ExtraUnknown, ExtraQuantity; MoneyError where the book or a fee
    is of another currency than the car, which is a fault of the caller.
    """
    if request.day_rate.currency != book.currency:
        raise MoneyError(f"a book for {book.currency} has no price for a car in {request.day_rate.currency}")
    days = counting.rental_days(
        request.pickup_at,
        request.return_at,
        zone=request.zone,
        method=book.terms.method,
        grace_minutes=book.terms.grace_minutes,
    )
    dates = counting.rental_dates(request.pickup_at, zone=request.zone, days=days)
    lines = [
        *_rental(request, book, dates),
        *_trips(request),
        *_extras(request, book, days),
        *_drivers(request, book, days),
    ]
    lines += taken_off(request, book, lines)
    lines += taxes(request.jurisdiction, book, lines, on=dates[0])
    return Price(currency=book.currency, days=days, lines=tuple(lines), book=book.version)


def day_price(day: date, book: RuleBook, *, day_rate: Money, car_id: UUID, category: str) -> Money:
    """The price of the rental day that starts on `day`: with its season, before discounts and taxes."""
    rates = [rule.rate_bp for rule in _seasons_of(day, book, car_id=car_id, category=category)]
    return day_rate + rounding.share(
        day_rate, sum(rates), scale=rounding.BASIS_POINTS, rounding=book.terms.rounding
    )


def _rental(request: PriceRequest, book: RuleBook, dates: Sequence[date]) -> Iterator[Line]:
    days = Line(
        "rental_days",
        LineKind.RENTAL,
        {"days": len(dates), "unit_amount": request.day_rate.amount, "method": str(book.terms.method)},
        request.day_rate * len(dates),
    )
    seasons = _season_lines(request, book, dates)
    yield days
    yield from seasons
    yield from _long_stay(request, book, len(dates), on=_sum([days, *seasons], book.currency))


def _season_lines(request: PriceRequest, book: RuleBook, dates: Sequence[date]) -> list[Line]:
    """One line for each rule that any day takes, for those days alone."""
    taken: dict[SeasonRule, list[date]] = {}
    for day in dates:
        for rule in _seasons_of(day, book, car_id=request.car_id, category=request.category):
            taken.setdefault(rule, []).append(day)
    return [_season_line(rule, days, request.day_rate, book) for rule, days in taken.items()]


def _season_line(rule: SeasonRule, days: Sequence[date], day_rate: Money, book: RuleBook) -> Line:
    on = day_rate * len(days)
    params = {
        "name": rule.name,
        "kind": str(rule.kind),
        "rate_bp": rule.rate_bp,
        "days": len(days),
        "weekdays": sorted({day.isoweekday() for day in days}) if rule.weekdays else [],
        "base_amount": on.amount,
    }
    amount = rounding.share(on, rule.rate_bp, scale=rounding.BASIS_POINTS, rounding=book.terms.rounding)
    return Line("season", LineKind.RENTAL, params, amount)


def _seasons_of(day: date, book: RuleBook, *, car_id: UUID, category: str) -> list[SeasonRule]:
    """The season and the weekday rate of one day: of several of a kind, the one that goes before."""
    matching = [rule for rule in book.seasons if rule.matches(day, car_id=car_id, category=category)]
    return [
        max(of_kind, key=lambda rule: rule.precedence)
        for kind in SeasonKind
        if (of_kind := [rule for rule in matching if rule.kind is kind])
    ]


def _long_stay(request: PriceRequest, book: RuleBook, days: int, *, on: Money) -> Iterator[Line]:
    """The best discount that the length of the rental earns, off the days with their seasons."""
    earned = [
        rule
        for rule in book.long_stays
        if rule.min_days <= days and rule.category in (None, request.category)
    ]
    if earned:
        best = max(earned, key=lambda rule: (rule.rate_bp, rule.min_days))
        off = rounding.share(on, best.rate_bp, scale=rounding.BASIS_POINTS, rounding=book.terms.rounding)
        params = {"min_days": best.min_days, "rate_bp": best.rate_bp, "base_amount": on.amount}
        yield Line("long_stay", LineKind.RENTAL, params, -off)


def _trips(request: PriceRequest) -> Iterator[Line]:
    trips: list[tuple[str, Trip | None]] = [
        ("delivery", request.delivery),
        ("collection", request.collection),
    ]
    for code, trip in trips:
        if trip is not None:
            yield Line(code, LineKind.DELIVERY, {"place": trip.place}, trip.fee)


def _extras(request: PriceRequest, book: RuleBook, days: int) -> Iterator[Line]:
    """The extras in the order of the house, whatever the order of the request."""
    offered = {extra.code: extra for extra in book.offered()}
    for code in request.extras:
        if code not in offered:
            raise ExtraUnknown(code)
    for code, extra in offered.items():
        quantity = request.extras.get(code, 0)
        if not 0 <= quantity <= extra.max_quantity:
            raise ExtraQuantity(code, quantity=quantity, most=extra.max_quantity)
        if quantity:
            params = {
                "code": code,
                "name": extra.name,
                "unit": str(extra.unit),
                "quantity": quantity,
                "days": days,
                "unit_amount": extra.amount.amount,
            }
            yield Line("extra", LineKind.EXTRA, params, extra.amount * quantity * _units(extra, days))


def _drivers(request: PriceRequest, book: RuleBook, days: int) -> Iterator[Line]:
    """The fees for drivers. A house that has not set one of them does not charge it."""
    wanted = [
        (ExtraRole.ADDITIONAL_DRIVER, request.additional_drivers),
        (ExtraRole.YOUNG_DRIVER, int(request.young_driver)),
    ]
    for role, drivers in wanted:
        fee = next((extra for extra in book.extras if extra.role is role), None)
        if fee is not None and drivers:
            params = {
                "drivers": drivers,
                "unit": str(fee.unit),
                "days": days,
                "unit_amount": fee.amount.amount,
            }
            yield Line(str(role), LineKind.DRIVER, params, fee.amount * drivers * _units(fee, days))


def _units(extra: ExtraRule, days: int) -> int:
    """How often the amount is due for one piece: each day, else once (per rental, or per mile wanted)."""
    return days if extra.unit is ExtraUnit.DAY else 1


def taken_off(request: PriceRequest, book: RuleBook, lines: Sequence[Line]) -> list[Line]:
    """What promo codes and gifts take off the other lines; the taxes are on what is left."""
    return discounts.lines(request.discounts, lines, currency=book.currency, rule=book.terms.rounding)


def taxes(jurisdiction: str, book: RuleBook, lines: Sequence[Line], *, on: date) -> list[Line]:
    """The taxes of the place of pick-up that are in force on the day of pick-up, each on its own base."""
    due = [tax for tax in book.taxes if tax.jurisdiction == jurisdiction and tax.in_force(on)]
    lines_of_tax = []
    for tax in due:
        base = _sum((line for line in lines if line.kind in tax.kinds), book.currency)
        amount = rounding.share(
            base, tax.rate_ppm, scale=rounding.PARTS_PER_MILLION, rounding=book.terms.rounding
        )
        params = {
            "code": tax.code,
            "name": tax.name,
            "jurisdiction": jurisdiction,
            "rate_ppm": tax.rate_ppm,
            "base_amount": base.amount,
            "kinds": [str(kind) for kind in tax.kinds],
        }
        if base and tax.rate_ppm:
            lines_of_tax.append(Line("tax", LineKind.TAX, params, amount))
    return lines_of_tax


def _sum(lines: Iterable[Line], currency: str) -> Money:
    return money.total((line.amount for line in lines), currency=currency)
