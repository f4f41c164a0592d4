"""Drivers as they are sent, and what makes them drivers that the house can write down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from pydantic import ConfigDict, Field

from exodrive.blueprints.api.refusals import DetailsRefused, Fault
from exodrive.blueprints.api.shapes import Day, Line, Shape
from exodrive.blueprints.booking_page import driver_form
from exodrive.bookings.reservation.drivers import DriverDetails
from exodrive.customers import phones
from exodrive.kernel import clock

DRIVER: dict[str, Any] = {
    "name": "Jonas Okafor",
    "email": "jonas@okafor.example",
    "phone": "+13015550124",
    "address": "4 Elm Street, Bethesda, MD 20814",
    "born_on": "1990-08-19",
    "licence_number": "O-215-660-118-205",
    "licence_region": "Maryland",
    "licence_since": "2011-09-01",
    "licence_until": "2029-08-19",
}
RENTER: dict[str, Any] = {
    **DRIVER,
    "name": "Maya Okafor",
    "email": "maya@okafor.example",
    "phone": "+13015550123",
    "born_on": "1991-04-02",
    "licence_number": "O-215-660-118-204",
    "insurer": "Old Line Mutual",
    "insurance_policy": "OLM-22817",
    "insured_until": "2027-12-31",
}


class AdditionalDriver(Shape):
    """Somebody else who may drive."""

    model_config = ConfigDict(json_schema_extra={"examples": [DRIVER]})

    name: Annotated[Line, Field(min_length=2, max_length=100)]
    """As on the licence."""
    email: Annotated[Line, Field(min_length=3, max_length=254)]
    phone: Annotated[Line, Field(min_length=4, max_length=40)]
    """With its country code, such as `+13015550123`; without one it is read as the house's country's."""
    address: Annotated[Line, Field(min_length=8, max_length=200)]
    born_on: Day
    licence_number: Annotated[Line, Field(min_length=4, max_length=40)]
    licence_region: Annotated[Line, Field(min_length=2, max_length=60)]
    """The state or country that issued it."""
    licence_since: Day
    licence_until: Day


class Renter(AdditionalDriver):
    """The one who books, pays, signs and brings the insurance."""

    model_config = ConfigDict(json_schema_extra={"examples": [RENTER]})

    insurer: Annotated[Line, Field(min_length=2, max_length=80)]
    insurance_policy: Annotated[Line, Field(min_length=3, max_length=60)]
    insured_until: Day


def details(renter: Renter, others: tuple[AdditionalDriver, ...], *, home: str) -> list[DriverDetails]:
    """Renter and additional drivers for the use case. Raises DetailsRefused with all that is wrong.

    `home` is the house's country, in which a number without a country code is read.
    """
    places = ["renter", *(f"additional_drivers/{number}" for number in range(len(others)))]
    return _judged(dict(zip(places, (renter, *others), strict=True)), home=home)


def additional(drivers: tuple[AdditionalDriver, ...], *, home: str) -> list[DriverDetails]:
    """The same for those who join a booking."""
    return _judged({f"add_drivers/{number}": one for number, one in enumerate(drivers)}, home=home)


def _judged(drivers: Mapping[str, AdditionalDriver], *, home: str) -> list[DriverDetails]:
    faults = [fault for place, driver in drivers.items() for fault in _faults(place, driver, home)]
    if faults:
        raise DetailsRefused(faults)
    return [_written(driver, home) for driver in drivers.values()]


def _written(driver: AdditionalDriver, home: str) -> DriverDetails:
    typed = driver.model_dump()
    return DriverDetails(**{**typed, "phone": phones.dialled(driver.phone, home=home) or driver.phone})


def contact_faults(place: str, *, email: str, phone: str, home: str) -> Iterator[Fault]:
    """What is wrong with the ways to reach somebody."""
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        yield Fault(f"{place}email", "no_email_address", _("This is no e-mail address."))
    if phones.dialled(phone, home=home) is None:
        words = _("We cannot call this number. Add the area code, or + and the country.")
        yield Fault(f"{place}phone", "no_phone_number", words)


def _faults(place: str, driver: AdditionalDriver, home: str) -> Iterator[Fault]:
    """What the shape cannot say: the same rules as the form on the booking's page."""
    yield from contact_faults(f"{place}/", email=driver.email, phone=driver.phone, home=home)
    for name, value in driver:
        if isinstance(value, date):
            yield from _day_faults(f"{place}/{name}", name, value)
    if driver.licence_since.year < driver.born_on.year + driver_form.YOUNGEST_LICENCE:
        words = _("That is too early after the date of birth.")
        yield Fault(f"{place}/licence_since", "licence_too_early", words)


def _day_faults(place: str, name: str, day: date) -> Iterator[Fault]:
    if day.year not in driver_form.YEARS:
        yield Fault(place, "no_such_year", _("Look at the year again."))
    elif name in ("born_on", "licence_since") and day > clock.now().date():
        yield Fault(place, "not_come_yet", _("This day has not come yet."))
