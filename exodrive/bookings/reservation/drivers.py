"""Who drives: as typed, as kept, and whether the house lets them have the car."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exodrive.bookings.models import Driver
from exodrive.bookings.reservation import eligibility
from exodrive.bookings.reservation.eligibility import Credentials, Reason, Requirements
from exodrive.bookings.reservation.offers import Journey
from exodrive.customers import register
from exodrive.customers.addresses import Address
from exodrive.fleet.models import Car
from exodrive.house.rules import DriverRules
from exodrive.kernel.errors import Refused


class NotEligible(Refused):
    """Somebody may not drive this car. `reasons` has a list of (field, code, figures) for each driver."""

    code = "not_eligible"

    def __init__(self, reasons: Mapping[int, list[Reason]]) -> None:
        super().__init__("not eligible")
        self.reasons = reasons


class CannotRent(Refused):
    """The house does not rent to this person; the reason stays in the house."""

    code = "cannot_rent"


class TooManyDrivers(Refused):
    code = "too_many_drivers"


@dataclass(frozen=True, slots=True)
class DriverDetails:
    """A driver as typed. Insurance is the renter's to bring."""

    name: str
    email: str
    phone: str
    address: str
    born_on: date
    licence_number: str
    licence_region: str
    licence_since: date
    licence_until: date
    insurer: str | None = None
    insurance_policy: str | None = None
    insured_until: date | None = None
    address_parts: Address | None = None  # what `address` was written from, where it was typed in parts


def check_number(drivers: Sequence[object], *, rules: DriverRules) -> None:
    """Raises TooManyDrivers; the renter is one of them."""
    if len(drivers) - 1 > rules.additional_drivers:
        raise TooManyDrivers


def check_eligible(
    drivers: Sequence[Driver | DriverDetails], *, car: Car, journey: Journey, rules: DriverRules
) -> None:
    """Raises NotEligible with every reason of every driver. The renter comes first."""
    credentials = {position: _credentials(position, driver) for position, driver in enumerate(drivers)}
    found = reasons_against(credentials, car=car, journey=journey, rules=rules)
    if found:
        raise NotEligible(found)


def check_welcome(newcomers: Iterable[DriverDetails]) -> None:
    """Raises CannotRent where the house does not rent to one of them."""
    for driver in newcomers:
        if register.barred(email=driver.email, licence_number=driver.licence_number):
            raise CannotRent


def reasons_against(
    drivers: Mapping[int, Credentials], *, car: Car, journey: Journey, rules: DriverRules
) -> dict[int, list[Reason]]:
    """Every reason why some of these drivers, by position, may not drive the car.

    The days are those of the pick-up place.
    """
    needs = Requirements.of(
        rules,
        category_age=car.category.minimum_age,
        category_years=car.category.licence_held_years,
        car_age=car.minimum_age,
    )
    zone = journey.pickup_place.zone
    pickup_on = journey.pickup_at.astimezone(zone).date()
    return_on = journey.return_at.astimezone(zone).date()
    found = {
        position: eligibility.reasons(driver, needs=needs, pickup_on=pickup_on, return_on=return_on)
        for position, driver in drivers.items()
    }
    return {position: against for position, against in found.items() if against}


def kept(position: int, details: DriverDetails) -> Driver:
    """A driver as typed, in the form that is kept."""
    return Driver(
        position=position,
        name=details.name,
        email=details.email.strip().lower(),
        phone=details.phone,
        address=details.address,
        address_parts=details.address_parts.to_json() if details.address_parts else None,
        born_on=details.born_on,
        licence_number=register.normal_licence(details.licence_number),
        licence_region=details.licence_region,
        licence_since=details.licence_since,
        licence_until=details.licence_until,
        insurer=details.insurer,
        insurance_policy=details.insurance_policy,
        insured_until=details.insured_until,
    )


def _credentials(position: int, driver: Driver | DriverDetails) -> Credentials:
    return Credentials(
        born_on=driver.born_on,
        licence_since=driver.licence_since,
        licence_until=driver.licence_until,
        insured_until=driver.insured_until,
        insurance_needed=position == 0,
    )
