"""From the hold to the payment: details, eligibility, the agreed price, and the order at PayPal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from exodrive.availability import occupancies
from exodrive.bookings import eligibility, expiry, offers, search, transitions
from exodrive.bookings.eligibility import Credentials, Reason, Requirements
from exodrive.bookings.models import Booking, Driver
from exodrive.bookings.offers import Desk, Journey, Offer
from exodrive.bookings.states import Move, State
from exodrive.customers import register
from exodrive.house.models import Place
from exodrive.kernel.actors import CUSTOMER, PAYPAL, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Conflict, Refused
from exodrive.kernel.money import Money
from exodrive.payments import opening
from exodrive.payments.states import Purpose
from exodrive.pricing.request import PriceRequest


class HoldEnded(Conflict):
    """The hold's time was over before the booking went on."""

    code = "hold_ended"


class NotEligible(Refused):
    """Somebody may not drive this car. `reasons` has a list of (field, code, figures) for each driver."""

    code = "not_eligible"

    def __init__(self, reasons: Mapping[int, list[Reason]]) -> None:
        super().__init__("not eligible")
        self.reasons = reasons


class CannotRent(Refused):
    """The house does not rent to this person; the reason stays in the house."""

    code = "cannot_rent"


class PriceChanged(Conflict):
    """The total is another than the one agreed to: the customer has to say yes to it."""

    code = "price_changed"

    def __init__(self, total: Money) -> None:
        super().__init__(total.to_text())
        self.total = total


class TooManyDrivers(Refused):
    code = "too_many_drivers"


class PolicyNotAccepted(Refused):
    code = "policies_not_accepted"


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


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """All that a customer fills in between hold and payment. `agreed_total` is what the page showed."""

    renter: DriverDetails
    agreed_total: Money
    accepted: bool
    pickup_place: Place
    return_place: Place
    delivery_address: str | None = None
    additional: tuple[DriverDetails, ...] = ()
    extras: Mapping[str, int] = field(default_factory=dict)


def reprice(
    booking: Booking,
    *,
    pickup_place: Place,
    return_place: Place,
    extras: Mapping[str, int],
    additional_drivers: int,
    desk: Desk,
) -> Offer:
    """The offer with what was chosen since the hold.

    What was priced at the hold and has not changed keeps its price, whatever the rules say by now.
    """
    journey = Journey(pickup_place, return_place, booking.pickup_at, booking.return_at)
    promised = PriceRequest.from_json(booking.request)
    request = offers.request_for(booking.car, journey, extras=extras, additional_drivers=additional_drivers)
    # The car's own price may have been raised since: what was promised for the day stays.
    request = replace(request, day_rate=promised.day_rate)
    price = booking.agreed if request == promised else offers.price_of(request, desk)
    return offers.assemble(booking.car, journey, request, price, policies=desk.policies)


def place_order(
    booking_id: UUID, details: OrderDetails, *, desk: Desk, at: datetime, by: Actor = CUSTOMER
) -> Booking:
    """Turn a hold into an order and have the payment begun.

    Normal twice: a form that is sent again finds its order. Raises HoldEnded, NotEligible, CannotRent,
    PriceChanged, TooManyDrivers, PolicyNotAccepted, CarTaken, CarBusy.
    """
    booking = transitions.lock_with_car(booking_id)
    if booking.state == State.AWAITING_PAYMENT:
        return booking
    if booking.state != State.HELD or expiry.due(booking, at=at):
        raise HoldEnded
    if not details.accepted:
        raise PolicyNotAccepted
    if len(details.additional) > desk.policies.driver.additional_drivers:
        raise TooManyDrivers
    offer = reprice(
        booking,
        pickup_place=details.pickup_place,
        return_place=details.return_place,
        extras=details.extras,
        additional_drivers=len(details.additional),
        desk=desk,
    )
    check_eligibility(booking, details, desk=desk)
    if offer.price.total != details.agreed_total:
        raise PriceChanged(offer.price.total)
    _write(booking, details, offer, desk=desk, at=at)
    transitions.apply(booking, Move.ORDER, by=by, at=at, total=booking.total, currency=booking.currency)
    payment = opening.ensure(booking.id, purpose=Purpose.RENTAL, amount=booking.total_money, at=at)
    opening.want_order(payment, at=at)
    return booking


def check_eligibility(booking: Booking, details: OrderDetails, *, desk: Desk) -> None:
    """Raises NotEligible with every reason of every driver, or CannotRent."""
    drivers = (details.renter, *details.additional)
    found = reasons_against(
        booking,
        {position: _credentials(position, driver) for position, driver in enumerate(drivers)},
        zone=details.pickup_place.zone,
        desk=desk,
    )
    if found:
        raise NotEligible(found)
    for driver in drivers:
        if register.barred(email=driver.email, licence_number=driver.licence_number):
            raise CannotRent


def reasons_against(
    booking: Booking, drivers: Mapping[int, Credentials], *, zone: ZoneInfo, desk: Desk
) -> dict[int, list[Reason]]:
    """Every reason why some of these drivers, by position, may not drive the booked car. `zone` is the
    pick-up place's."""
    needs = Requirements.of(
        desk.policies.driver,
        category_age=booking.car.category.minimum_age,
        category_years=booking.car.category.licence_held_years,
        car_age=booking.car.minimum_age,
    )
    pickup_on = booking.pickup_at.astimezone(zone).date()
    return_on = booking.return_at.astimezone(zone).date()
    found = {
        position: eligibility.reasons(driver, needs=needs, pickup_on=pickup_on, return_on=return_on)
        for position, driver in drivers.items()
    }
    return {position: against for position, against in found.items() if against}


def _credentials(position: int, driver: DriverDetails) -> Credentials:
    return Credentials(
        born_on=driver.born_on,
        licence_since=driver.licence_since,
        licence_until=driver.licence_until,
        insured_until=driver.insured_until,
        insurance_needed=position == 0,
    )


def _write(booking: Booking, details: OrderDetails, offer: Offer, *, desk: Desk, at: datetime) -> None:
    if offer.period != offers.occupied(
        Journey(booking.pickup_place, booking.return_place, booking.pickup_at, booking.return_at),
        policies=desk.policies,
    ):
        occupancies.change(booking.id, period=offer.period)
    booking.pickup_place = details.pickup_place
    booking.return_place = details.return_place
    booking.delivery_address = details.delivery_address
    booking.request = offer.request.to_json()
    booking.price = offer.price.to_json()
    booking.total = offer.price.total.amount
    booking.deposit = offer.deposit.amount
    booking.policies = dict(desk.policies.versions)
    booking.extras = dict(details.extras)
    booking.ordered_at = at
    booking.expires_at = at + timedelta(minutes=desk.policies.booking.payment_minutes)
    booking.customer_id = register.ensure(
        email=details.renter.email, name=details.renter.name, phone=details.renter.phone, at=at
    )
    booking.drivers = [
        _driver(position, driver) for position, driver in enumerate((details.renter, *details.additional))
    ]
    booking.search = searchable(booking)
    session().flush()


def searchable(booking: Booking) -> str:
    """What staff find a booking by."""
    words = [booking.reference, booking.car.name]
    words += [f"{driver.name} {driver.email} {driver.phone}" for driver in booking.drivers]
    return search.stored(words, plate=booking.car.plate)


def _driver(position: int, details: DriverDetails) -> Driver:
    return Driver(
        position=position,
        name=details.name,
        email=details.email.strip().lower(),
        phone=details.phone,
        address=details.address,
        born_on=details.born_on,
        licence_number=register.normal_licence(details.licence_number),
        licence_region=details.licence_region,
        licence_since=details.licence_since,
        licence_until=details.licence_until,
        insurer=details.insurer,
        insurance_policy=details.insurance_policy,
        insured_until=details.insured_until,
    )


def pay_again(booking_id: UUID, *, at: datetime) -> None:
    """Have a new order made for a rental that still waits for its payment. Raises HoldEnded."""
    booking = transitions.lock(booking_id)
    if booking.state != State.AWAITING_PAYMENT or expiry.due(booking, at=at):
        raise HoldEnded
    payment = opening.ensure(booking.id, purpose=Purpose.RENTAL, amount=booking.total_money, at=at)
    opening.want_order(payment, at=at)


def payment_delayed(booking_id: UUID, *, outage: timedelta, at: datetime) -> None:
    """PayPal cannot be reached: keep the place, and promise the link by mail."""
    booking = transitions.lock(booking_id)
    if booking.state == State.AWAITING_PAYMENT and not booking.payment_delayed:
        booking.payment_delayed = True
        # Counted from the order: an outage that is seen late does not stretch it, nor shorten what there is.
        promised = (booking.ordered_at or at) + outage
        booking.expires_at = max(promised, booking.expires_at or promised)
        transitions.note(booking, "booking.payment_delayed", by=PAYPAL, at=at)
