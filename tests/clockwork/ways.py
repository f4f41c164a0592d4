"""How a rental comes about: by the car's page, with a promo code, or by a quote that was sent before."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from exodrive.bookings.quote import quote_accepting, quoting
from exodrive.bookings.quote.quoting import Draft
from exodrive.bookings.reservation import holding, offers, promoting
from exodrive.bookings.reservation.offers import Journey
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.ids import new_id
from exodrive.pricing import promotions
from exodrive.pricing.discounts import Discount, DiscountSource
from exodrive.pricing.promotion_rules import Conditions, Terms
from tests import rental

CODE = "HALFYEAR"


def print_codes() -> None:
    """A code that anybody may use, as often as they like."""
    tenth = Discount(DiscountSource.PROMOTION, rate_bp=1000)
    promotions.create(new_id(), Terms(CODE, tenth, Conditions()), by=rental.AGENT, at=clock.now())


def weekday(moment: datetime) -> datetime:
    """That moment, or the same hour of the next day on which the house is open."""
    while moment.astimezone(rental.ZONE).weekday() > 4:
        moment += timedelta(days=1)
    return moment


def journey(*, days_ahead: int, days: int) -> Journey:
    place = houses.place("rockville")
    pickup_at = rental.next_weekday_at_ten(days_ahead)
    return Journey(place, place, pickup_at, weekday(pickup_at + timedelta(days=days)))


def held(slug: str, wanted: Journey, *, code: str = "") -> UUID:
    """A car from its page. Raises CarTaken, and what the offer and the code raise."""
    at, counter = clock.now(), rental.desk()
    offer = offers.make(fleet.car(slug), wanted, desk=counter, at=at)
    if code:
        offer = promoting.with_code(offer, code, desk=counter, at=at)
    booking, _ = holding.hold(
        offer, policies=counter.policies, prefix="EXD", visitor=None, key=rental.KEY, at=at
    )
    return booking.id


def quoted(slug: str, wanted: Journey, *, hold_hours: int) -> UUID:
    """A quote, sent; returns its id. Raises CarTaken."""
    draft = Draft(
        fleet.car(slug), wanted, "Maya Okafor", "maya@okafor.example", "+13015550123", hold_hours=hold_hours
    )
    quote, _ = quoting.send(
        draft, desk=rental.desk(), prefix="EXD", key=rental.KEY, by=rental.AGENT, at=clock.now()
    )
    return quote.id


def accepted(quote_id: UUID) -> UUID:
    """The booking that a quote has become. Raises QuoteSettled, CarTaken."""
    booking, _ = quote_accepting.accept(
        quote_id, desk=rental.desk(), prefix="EXD", key=rental.KEY, at=clock.now()
    )
    return booking.id
