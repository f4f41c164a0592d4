"""The rental agreement as values: what DocuSeal's template is filled with, field by field.

`docs/docuseal-template.md` tells a house how to make that template. Every field is always filled: a signer
must never read an empty place as one that may be filled in later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from exodrive.bookings import queries
from exodrive.bookings.charge.charging import allowance
from exodrive.bookings.models import Booking, Driver
from exodrive.contracts import issuing as contracts
from exodrive.house import queries as houses
from exodrive.house.models import House, Place
from exodrive.house.rules import Rulebook
from exodrive.kernel.money import Money
from exodrive.rendering import environment, formats, letter_facts, policies, price_words
from exodrive.rendering.policies import PolicyText

LONGEST_TITLE = 40  # a term opens with its title, if its first sentence is no longer than this


class Term(NamedTuple):
    """One numbered term; `title` is empty where it opens without one."""

    title: str
    text: str

    @classmethod
    def of(cls, written: str) -> Term:
        title, stop, text = written.partition(". ")
        return cls(f"{title}.", text) if stop and len(title) <= LONGEST_TITLE else cls("", written)

    def __str__(self) -> str:
        return f"{self.title} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Paper:
    """What an agreement is written from: one booking under the policies that its customer accepted."""

    booking: Booking
    house: House
    rules: Rulebook
    at: datetime

    @property
    def renter(self) -> Driver:
        """Raises ValueError for a booking that nobody has ordered."""
        if self.booking.renter is None:
            raise ValueError("an agreement needs a renter")
        return self.booking.renter

    @property
    def additional(self) -> list[Driver]:
        return [driver for driver in self.booking.drivers if driver.position != 0]

    @property
    def dated(self) -> str:
        return formats.day_full(self.at, ZoneInfo(self.house.time_zone))

    @property
    def miles(self) -> str:
        return _("%(miles)s miles", miles=formats.number(allowance(self.booking, self.rules)))

    @property
    def extra_mile(self) -> str:
        each = self.booking.car.extra_mile or self.rules.mileage.extra_mile
        return formats.money(Money(each, self.booking.currency))

    @property
    def deposit(self) -> str:
        amount = formats.money(self.booking.deposit_money)
        return _("%(amount)s, held, not charged", amount=amount) if self.booking.deposit else _("None")

    @property
    def policies(self) -> list[PolicyText]:
        return policies.texts(self.rules, currency=self.booking.currency, car=self.booking.car)

    @property
    def terms(self) -> list[Term]:
        return [Term.of(text) for text in self.rules.agreement.terms]

    @property
    def terms_version(self) -> int:
        return self.rules.versions[self.rules.agreement.kind]


def paper(booking_id: UUID, *, at: datetime) -> Paper:
    """Read what an agreement of a booking says. Raises BookingNotFound."""
    booking = queries.by_id(booking_id)
    return Paper(booking, houses.house(), houses.rulebook_of(booking.policies), at)


def values(booking_id: UUID, *, at: datetime) -> dict[str, str]:
    """The template's fields by name, dated `at`. Needs an app context. Raises BookingNotFound."""
    found = paper(booking_id, at=at)
    with force_locale(environment.LANGUAGE):
        return {name: write(found) or _("None") for name, write in FIELDS.items()}


def addendum(booking_id: UUID, *, number: int, at: datetime) -> dict[str, str]:
    """The same fields for an addendum: the whole rental as it is now, named as what changes the agreement.

    Houses have one template; what makes it an addendum stands where the booking's reference does.
    """
    filled = values(booking_id, at=at)
    signed = contracts.current(booking_id)
    signed_at = signed.signed_at if signed and signed.signed_at else at
    with force_locale(environment.LANGUAGE):
        filled["Booking reference"] = _(
            "%(reference)s, addendum %(number)d to the agreement of %(signed)s",
            reference=filled["Booking reference"],
            number=number,
            signed=formats.day_full(signed_at, ZoneInfo(houses.house().time_zone)),
        )
    return filled


def licence(driver: Driver) -> str:
    """`L482193004871 (Maryland), valid until 2 April 2029`."""
    return _(
        "%(number)s (%(region)s), valid until %(until)s",
        number=driver.licence_number,
        region=driver.licence_region,
        until=formats.day_full(driver.licence_until),
    )


def place(where: Place, delivery_address: str | None) -> str:
    """Where the car changes hands: the customer's own address where it is brought."""
    if where.delivered and delivery_address:
        return f"{where.name}: {delivery_address}"
    return letter_facts.where(where)


def _additional(found: Paper) -> str:
    return "\n".join(
        _(
            "%(name)s, born %(born)s, licence %(licence)s, %(address)s, %(phone)s",
            name=driver.name,
            born=formats.day_full(driver.born_on),
            licence=licence(driver),
            address=driver.address,
            phone=driver.phone,
        )
        for driver in found.additional
    )


def _price_lines(found: Paper) -> str:
    rows = price_words.rows(found.booking.agreed.lines)
    return "\n".join(f"{row.name}: {formats.money(row.amount)} ({row.reason})" for row in rows)


def _policies(found: Paper) -> str:
    return "\n".join(
        _("%(title)s (version %(version)d): %(text)s", title=text.title, version=text.version, text=words)
        for text in found.policies
        for words in [" ".join(text.paragraphs)]
    )


def _terms(found: Paper) -> str:
    head = _("Version %(version)d", version=found.terms_version)
    return "\n".join([head, *(f"{number}. {term}" for number, term in enumerate(found.terms, start=1))])


def _date(value: date | None) -> str:
    return formats.day_full(value) if value else ""


# The names stand in the template that a house made: renaming one is a change for every house.
FIELDS: dict[str, Callable[[Paper], str]] = {
    "Booking reference": lambda found: found.booking.reference,
    "Agreement date": lambda found: found.dated,
    "House name": lambda found: found.house.legal_name,
    "House address": lambda found: found.house.address,
    "Renter name": lambda found: found.renter.name,
    "Renter email": lambda found: found.renter.email,
    "Renter phone": lambda found: found.renter.phone,
    "Renter address": lambda found: found.renter.address,
    "Renter date of birth": lambda found: formats.day_full(found.renter.born_on),
    "Licence number": lambda found: found.renter.licence_number,
    "Licence issued by": lambda found: found.renter.licence_region,
    "Licence valid until": lambda found: formats.day_full(found.renter.licence_until),
    "Insurer": lambda found: found.renter.insurer or "",
    "Insurance policy": lambda found: found.renter.insurance_policy or "",
    "Insured until": lambda found: _date(found.renter.insured_until),
    "Additional drivers": _additional,
    "Car": lambda found: f"{found.booking.car.year} {found.booking.car.name}, {found.booking.car.colour}",
    "VIN": lambda found: found.booking.car.vin,
    "Plate": lambda found: found.booking.car.plate,
    "Pick-up": lambda found: formats.moment_full(found.booking.pickup_at, found.booking.pickup_place.zone),
    "Pick-up place": lambda found: place(found.booking.pickup_place, found.booking.delivery_address),
    "Return": lambda found: formats.moment_full(found.booking.return_at, found.booking.return_place.zone),
    "Return place": lambda found: place(found.booking.return_place, found.booking.delivery_address),
    "Rental days": lambda found: str(found.booking.agreed.days),
    "Price lines": _price_lines,
    "Total": lambda found: formats.money(found.booking.total_money),
    "Mileage allowance": lambda found: found.miles,
    "Extra mile price": lambda found: found.extra_mile,
    "Security deposit": lambda found: found.deposit,
    "Policies": _policies,
    "Terms": _terms,
}
