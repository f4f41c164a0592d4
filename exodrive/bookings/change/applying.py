"""Applying a change to a locked booking, in one transaction: place, dates, price, money, paper, people told.

It follows what is stored with the change, which is what was shown, and works out nothing again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from exodrive.availability import occupancies
from exodrive.availability.rules import Period
from exodrive.bookings import addenda, conflicts, planning, policy, signing, transitions
from exodrive.bookings.change import change_money
from exodrive.bookings.change.impact import DepositStep, Paper
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_models import Change
from exodrive.bookings.change_states import Fault
from exodrive.bookings.deposit import deposit_keeping
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import drivers, offers, ordering, papers, promoting
from exodrive.bookings.reservation.offers import Journey
from exodrive.bookings.states import UNPAID, State
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.house.models import Place
from exodrive.kernel import outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.pricing.price import Price

CHANGED = "booking.changed"


def apply(booking: Booking, change: Change, *, by: Actor, at: datetime) -> None:
    """Make the booking what the change says. Raises CarTaken, MoneyUnderWay; then nothing of it has happened.

    The turns of both cars and the booking's lock are the caller's.
    """
    before = _facts(booking)
    wanted = Wanted.from_json(change.wanted)
    price = Price.from_json(change.impact["after"])
    _close_window(booking, at=at)
    _journey(booking, wanted)
    occupancies.change(booking.id, period=_place(booking), car_id=booking.car_id)
    _people(booking, wanted)
    if wanted.extras is not None:
        booking.extras = {code: quantity for code, quantity in wanted.extras.items() if quantity}
    _money(booking, change, price, at=at)
    booking.search = ordering.searchable(booking)
    _dates(booking, at=at)
    transitions.note(
        booking,
        CHANGED,
        by=by,
        at=at,
        reason=change.reason,
        number=change.number,
        fault=Fault(change.fault),
        currency=booking.currency,
        before=before,
        after=_facts(booking),
    )
    _paper(booking, change)
    conflicts.look_again(booking, by=by, at=at)
    outbox.emit(CHANGED, subject_id=booking.id, booking_id=str(booking.id), change_id=str(change.id))


def _close_window(booking: Booking, *, at: datetime) -> None:
    """Cancelling that is not free any more does not become free by other dates."""
    rules = houses.rulebook_of(booking.policies).cancellation
    ended = booking.pickup_at - timedelta(hours=rules.free_until_hours)
    if booking.state == State.ON_RENT or booking.state in UNPAID:
        return
    if booking.free_cancellation_ended_at is None and at > ended:
        booking.free_cancellation_ended_at = ended


def _journey(booking: Booking, wanted: Wanted) -> None:
    if wanted.car_id is not None:
        booking.car_id, booking.car = wanted.car_id, fleet.car_by_id(wanted.car_id)
    booking.pickup_place = _chosen(wanted.pickup_place, booking.pickup_place)
    booking.return_place = _chosen(wanted.return_place, booking.return_place)
    booking.pickup_at = wanted.pickup_at or booking.pickup_at
    booking.return_at = wanted.return_at or booking.return_at
    if wanted.delivery_address is not None:
        booking.delivery_address = wanted.delivery_address or None
    session().flush()


def _chosen(slug: str | None, stays: Place) -> Place:
    return stays if slug is None or slug == stays.slug else houses.place(slug)


def _place(booking: Booking) -> Period:
    journey = Journey.of(booking)
    return offers.occupied(journey, policies=houses.rulebook_of(booking.policies))


def _people(booking: Booking, wanted: Wanted) -> None:
    """Who stays keeps their position, by which their photos are kept; who comes takes a free one."""
    for driver in [row for row in booking.drivers if row.position in wanted.drop_drivers]:
        booking.drivers.remove(driver)
        papers.forget_of(booking.id, position=driver.position)
    session().flush()
    for details in wanted.add_drivers:
        taken = {driver.position for driver in booking.drivers}
        free = next(number for number in range(1, len(taken) + 2) if number not in taken)
        booking.drivers.append(drivers.kept(free, details))
    session().flush()


def _money(booking: Booking, change: Change, price: Price, *, at: datetime) -> None:
    if booking.state in UNPAID:
        change_money.ask_instead(booking, price.total, at=at)
    elif price.total.amount < booking.total:
        change_money.lower(booking, price.total, at=at)
    booking.price = price.to_json()
    booking.request = change.impact["request"]
    booking.total = price.total.amount
    promoting.let_go(booking, at=at)
    step = DepositStep(change.impact["deposit_step"])
    if step in (DepositStep.OTHER, DepositStep.AGAIN):
        _, wanted = change.impact["deposit"]
        again = step is DepositStep.AGAIN
        change_money.change_deposit(booking, Money(wanted, booking.currency), release=again, at=at)


def _dates(booking: Booking, *, at: datetime) -> None:
    """What was to happen by a date, by the new dates."""
    rules = houses.rulebook_of(booking.policies)
    if booking.expires_at is not None:
        booking.expires_at = min(booking.expires_at, booking.pickup_at)
    if (
        booking.state == State.CONFIRMED
        and booking.deposit_asked_at is None
        and booking.deposit_waiver is None
    ):
        booking.deposit_ask_at = policy.deposit_ask_at(booking.pickup_at, at=at, rules=rules.deposit)
    papers.date_again(booking)
    planning.replan(booking, cause="changed", at=at)
    deposit_keeping.secure(booking, at=at)


def _paper(booking: Booking, change: Change) -> None:
    if booking.state == State.AWAITING_SIGNATURE:
        signing.replace_agreement(booking)
    elif Paper(change.impact["paper"]) is not Paper.NONE:
        addenda.want(booking)


def _facts(booking: Booking) -> dict[str, Any]:
    """What the trail keeps of a booking before and after: what a change can alter, and no personal data."""
    return {
        "car": booking.car.name,
        "pickup_at": booking.pickup_at.isoformat(),
        "return_at": booking.return_at.isoformat(),
        "pickup_place": booking.pickup_place.name,
        "return_place": booking.return_place.name,
        "extras": dict(booking.extras),
        "drivers": len(booking.drivers),
        "total": booking.total,
        "deposit": booking.deposit,
    }
