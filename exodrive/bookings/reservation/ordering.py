"""From the hold to the payment: details, eligibility, the agreed price, and the order at PayPal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from exodrive.availability import occupancies
from exodrive.bookings import search, transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import drivers, expiry, offers, promoting
from exodrive.bookings.reservation.drivers import DriverDetails
from exodrive.bookings.reservation.offers import Desk, Journey, Offer
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


class PriceChanged(Conflict):
    """The total is another than the one agreed to: the customer has to say yes to it."""

    code = "price_changed"

    def __init__(self, total: Money) -> None:
        super().__init__(total.to_text())
        self.total = total


class PolicyNotAccepted(Refused):
    code = "policies_not_accepted"


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """All that a customer fills in between hold and payment. `agreed_total` is what the page showed.

    `promo_code` is what was typed; None leaves the code of the hold as it is.
    """

    renter: DriverDetails
    agreed_total: Money
    accepted: bool
    pickup_place: Place
    return_place: Place
    delivery_address: str | None = None
    additional: tuple[DriverDetails, ...] = ()
    extras: Mapping[str, int] = field(default_factory=dict)
    promo_code: str | None = None

    @property
    def people(self) -> tuple[DriverDetails, ...]:
        """Who will drive, the renter first."""
        return (self.renter, *self.additional)


def reprice(
    booking: Booking,
    *,
    pickup_place: Place,
    return_place: Place,
    extras: Mapping[str, int],
    additional_drivers: int,
    desk: Desk,
    promo_code: str | None = None,
    at: datetime | None = None,
) -> Offer:
    """The offer with what was chosen since the hold.

    What was priced at the hold and has not changed keeps its price, whatever the rules say by now. A
    `promo_code` takes the place of the hold's, an empty one takes it away; `at` is when it is typed.
    Raises PromotionRefused for one that does not count.
    """
    journey = Journey(pickup_place, return_place, booking.pickup_at, booking.return_at)
    promised = PriceRequest.from_json(booking.request)
    request = offers.request_for(booking.car, journey, extras=extras, additional_drivers=additional_drivers)
    # The car's own price may have been raised since: what was promised for the day stays.
    request = replace(request, day_rate=promised.day_rate, discounts=promised.discounts)
    if promo_code is not None and not promoting.same_code(promised, promo_code):
        request = promoting.without_code(request)
    price = booking.agreed if request == promised else offers.price_of(request, desk)
    offer = offers.assemble(booking.car, journey, request, price, policies=desk.policies)
    if promo_code and not promoting.code_of(request):
        return promoting.with_code(offer, promo_code, desk=desk, at=at or booking.held_at)
    return offer


def place_order(
    booking_id: UUID,
    details: OrderDetails,
    *,
    desk: Desk,
    at: datetime,
    by: Actor = CUSTOMER,
    pay: bool = True,
) -> Booking:
    """Turn a hold into an order and have the payment begun; without `pay` PayPal is not asked for an order.

    Normal twice: a form that is sent again finds its order. Raises HoldEnded, NotEligible, CannotRent,
    PriceChanged, TooManyDrivers, PolicyNotAccepted, PromotionRefused, CarTaken, CarBusy.
    """
    booking = transitions.lock_with_car(booking_id)
    if booking.state == State.AWAITING_PAYMENT:
        return booking
    if booking.state != State.HELD or expiry.due(booking, at=at):
        raise HoldEnded
    if not details.accepted:
        raise PolicyNotAccepted
    drivers.check_number(details.people, rules=desk.policies.driver)
    offer = reprice(
        booking,
        pickup_place=details.pickup_place,
        return_place=details.return_place,
        extras=details.extras,
        additional_drivers=len(details.additional),
        desk=desk,
        promo_code=details.promo_code,
        at=at,
    )
    drivers.check_eligible(details.people, car=booking.car, journey=offer.journey, rules=desk.policies.driver)
    drivers.check_welcome(details.people)
    if offer.price.total != details.agreed_total:
        raise PriceChanged(offer.price.total)
    _write(booking, details, offer, desk=desk, at=at)
    promised = booking.source == "quote"
    promoting.hold_use(booking, at=at, email=details.renter.email, promised=promised)
    transitions.apply(booking, Move.ORDER, by=by, at=at, total=booking.total, currency=booking.currency)
    payment = opening.ensure(booking.id, purpose=Purpose.RENTAL, amount=booking.total_money, at=at)
    if pay:
        opening.want_order(payment, at=at)
    return booking


def _write(booking: Booking, details: OrderDetails, offer: Offer, *, desk: Desk, at: datetime) -> None:
    if offer.period != offers.occupied(
        Journey.of(booking),
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
        drivers.kept(position, driver)
        for position, driver in enumerate((details.renter, *details.additional))
    ]
    booking.search = searchable(booking)
    session().flush()


def searchable(booking: Booking) -> str:
    """What staff find a booking by."""
    words = [booking.reference, booking.car.name]
    words += [f"{driver.name} {driver.email} {driver.phone}" for driver in booking.drivers]
    return search.stored(words, plate=booking.car.plate)


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
        _keep(booking, outage=outage, at=at)
        transitions.note(booking, "booking.payment_delayed", by=PAYPAL, at=at)


def keep_for_payer(booking_id: UUID, *, outage: timedelta, at: datetime) -> None:
    """PayPal cannot be asked about a payer who came back from it: keep the place until it can."""
    booking = transitions.lock(booking_id)
    if booking.state == State.AWAITING_PAYMENT and booking.expires_at is not None:
        _keep(booking, outage=outage, at=at)


def _keep(booking: Booking, *, outage: timedelta, at: datetime) -> None:
    """Counted from the order: an outage that is seen late does not stretch it, nor shorten what there is."""
    promised = (booking.ordered_at or at) + outage
    booking.expires_at = max(promised, booking.expires_at or promised)
