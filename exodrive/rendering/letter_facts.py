"""The facts below a letter: short rows of a name and a value, the same in every letter that has them."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _

from exodrive.bookings.charge.charging import allowance
from exodrive.bookings.models import Booking
from exodrive.house.models import Place
from exodrive.house.rules import Rulebook
from exodrive.kernel.money import Money
from exodrive.rendering import charge_words, formats


class Fact(NamedTuple):
    """One row. `why` is a quieter second line."""

    name: str
    value: str
    why: str = ""


def rental(booking: Booking) -> list[Fact]:
    """Car, pick-up and return."""
    pickup = booking.pickup_place
    return [
        Fact(_("Car"), booking.car.name, f"{booking.car.year}, {booking.car.colour}"),
        Fact(
            _("Pick-up"),
            formats.moment(booking.pickup_at, pickup.zone),
            booking.delivery_address if pickup.delivered and booking.delivery_address else where(pickup),
        ),
        *coming_back(booking),
    ]


def coming_back(booking: Booking) -> list[Fact]:
    place = booking.return_place
    return [Fact(_("Return"), formats.moment(booking.return_at, place.zone), where(place))]


def where(place: Place) -> str:
    """A place by name and address, once where both are the same."""
    return place.name if place.address in ("", place.name) else f"{place.name}, {place.address}"


def price(booking: Booking) -> list[Fact]:
    """The total, and the deposit where there is one."""
    facts = [Fact(_("Total"), formats.money(booking.total_money), _("taxes included"))]
    if booking.deposit:
        facts.append(Fact(_("Deposit"), formats.money(booking.deposit_money), _("held, not charged")))
    return facts


def mileage(booking: Booking, rules: Rulebook) -> Fact:
    each = Money(booking.car.extra_mile or rules.mileage.extra_mile, booking.currency)
    return Fact(
        _("Miles included"),
        formats.number(allowance(booking, rules)),
        _("%(each)s for each mile beyond", each=formats.money(each)),
    )


def fuel(rules: Rulebook) -> Fact:
    return Fact(_("Fuel"), _("%(octane)d octane, back at the same level", octane=rules.fuel.octane))


def charges(booking: Booking) -> list[Fact]:
    """Each charge after the return, with how it came about."""
    rows = []
    for charge in booking.charges:
        words = charge_words.in_words(charge.kind, charge.params, currency=booking.currency, note=charge.note)
        amount = formats.money(Money(charge.amount, booking.currency))
        rows.append(Fact(words.name, amount, words.reason))
    return rows
