"""What a change would do to a booking, before anybody says yes to it. Reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from exodrive.availability import occupancies
from exodrive.availability import queries as availability
from exodrive.availability.occupancies import Taken
from exodrive.availability.rules import Period, gaps
from exodrive.bookings import policy
from exodrive.bookings.change import change_money, change_rules, repricing
from exodrive.bookings.change.change_money import MoneyStep
from exodrive.bookings.change.change_rules import Rulings
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_states import Fault
from exodrive.bookings.deposit import deposit_keeping
from exodrive.bookings.models import Booking, Driver
from exodrive.bookings.policy import CancellationTerms
from exodrive.bookings.reservation import drivers, expiry, offers, ordering, promoting
from exodrive.bookings.reservation.drivers import DriverDetails
from exodrive.bookings.reservation.offers import Journey
from exodrive.bookings.states import UNPAID, State
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.house import queries as houses
from exodrive.house.models import Place
from exodrive.house.rules import Rulebook
from exodrive.kernel.money import Money
from exodrive.pricing.price import Line, Price
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.pricing.request import PriceRequest

SIGNED_STATES = frozenset({State.CONFIRMED, State.ON_RENT})


class Paper(StrEnum):
    """What is to be signed after the change."""

    NONE = "none"
    AGREEMENT = "agreement"  # issued anew, since it is not signed yet
    ADDENDUM = "addendum"


class DepositStep(StrEnum):
    SAME = "same"
    OTHER = "other"  # another amount will be asked for
    AGAIN = "again"  # what is held goes back, and the higher amount is asked for
    KEPT = "kept"  # what is held stays, whatever the rules make of the new price
    TAKEN = "taken"  # what is held is captured, since PayPal cannot hold it for so long, and given back


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the price before and after; None where it was or will be none."""

    before: Line | None
    after: Line | None


@dataclass(frozen=True, slots=True)
class Impact:
    """The booking as it would be, and what has to happen for it. Made from one reading of one version."""

    booking: Booking
    version: int
    wanted: Wanted
    fault: Fault
    car: Car
    journey: Journey
    extras: Mapping[str, int]
    request: PriceRequest
    before: Price
    after: Price
    deposit: Money
    deposit_step: DepositStep
    money: tuple[MoneyStep, ...]
    place: Period
    free: bool
    freed: tuple[Period, ...]  # what the car is taken for until now, and others can have then
    neighbours: tuple[Taken | None, Taken | None]
    other_end: datetime | None  # the latest return, where the wished one is not free
    paper: Paper
    cancellation: CancellationTerms
    window_closed: bool  # cancelling was not free any more, and stays so
    unused_days: bool  # an early return whose days are not given back
    beyond_policy: tuple[str, ...]  # why only staff may do it, as codes
    code_lost: PromotionRefused | None  # why the promo code does not count any more

    @property
    def difference(self) -> Money:
        return self.after.total - self.before.total

    @property
    def to_pay(self) -> Money:
        """What the customer has to approve at PayPal before anything changes.

        Nothing before the first time: then another amount is asked for, and the change is made at once.
        """
        if self.booking.state in UNPAID:
            return Money.zero(self.after.currency)
        return max(self.difference, Money.zero(self.after.currency))

    @property
    def rows(self) -> list[Row]:
        """The price line by line, what is new after what was there."""
        return pair(self.before, self.after)

    def kept(self) -> dict[str, Any]:
        """What of it is stored with the change: enough to say later what was shown."""
        return {
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "request": self.request.to_json(),
            "deposit": [self.booking.deposit, self.deposit.amount],
            "deposit_step": self.deposit_step,
            "basis": basis(self.booking),
            "money": [[step.code, step.amount.amount] for step in self.money],
            "paper": self.paper,
            "beyond_policy": list(self.beyond_policy),
        }


def basis(booking: Booking) -> dict[str, Any]:
    """What a change is worked out from: another change in between would have altered it."""
    return {
        "request": booking.request,
        "total": booking.total,
        "car": str(booking.car_id),
        "drivers": [[driver.position, driver.licence_number] for driver in booking.drivers],
    }


def pair(before: Price, after: Price) -> list[Row]:
    """The lines of two prices side by side, each with what it was or becomes."""
    old = {_key(line): line for line in before.lines}
    new = {_key(line): line for line in after.lines}
    return [Row(old.get(key), new.get(key)) for key in dict.fromkeys((*new, *old))]


def _key(line: Line) -> tuple[str, ...]:
    """Which lines stand beside each other: season by season, extra by extra, tax by tax."""
    return (line.code, str(line.params.get("code", "")), str(line.params.get("name", "")))


def of(
    booking: Booking, wanted: Wanted, *, at: datetime, fault: Fault = Fault.CUSTOMER, by_staff: bool = False
) -> Impact:
    """What `wanted` would make of a booking, loaded with its car, places and drivers.

    Customers are held to the policy (PolicyForbids); for staff the same is listed in `beyond_policy`. Raises
    ChangeImpossible, HoldEnded, MoneyUnderWay, NothingToChange, DatesRefused, NotEligible, CannotRent,
    TooManyDrivers, and what pricing raises.
    """
    if expiry.due(booking, at=at):
        raise ordering.HoldEnded
    policies = houses.rulebook_of(booking.policies)
    change_rules.check_possible(booking, wanted)
    change_money.check_unapproved(booking)
    car = fleet.car_by_id(wanted.car_id) if wanted.car_id else booking.car
    journey = _journey(booking, wanted)
    extras = dict(booking.extras if wanted.extras is None else wanted.extras)
    rulings = Rulings.of(
        booking, car=car, journey=journey, policies=policies, hours=houses.house().hours, at=at
    )
    beyond = rulings.against(by_staff=by_staff)
    people = _drivers(booking, wanted)
    drivers.check_number(people, rules=policies.driver)
    drivers.check_eligible(people, car=car, journey=journey, rules=policies.driver)
    drivers.check_welcome(wanted.add_drivers)
    additional = max(len(people) - 1, 0)
    request, after, code_lost = _price(
        booking, rulings, wanted, extras=extras, additional_drivers=additional, fault=fault, at=at
    )
    if _same(booking, wanted, journey, extras, car):
        raise change_rules.NothingToChange
    place = offers.occupied(journey, policies=policies)
    free = availability.is_free(car.id, place, ignoring_booking=booking.id)
    deposit, deposit_step = _deposit(booking, car, after, policies=policies, fault=fault)
    if deposit_keeping.would_be_taken(booking, return_at=journey.return_at):
        deposit_step = DepositStep.TAKEN
    terms = policy.cancellation(
        after, journey.pickup_at, at=at, rules=policies.cancellation,
        closed_at=_window_closed_at(booking, policies, at=at),
    )  # fmt: skip
    return Impact(
        booking=booking,
        version=booking.version,
        wanted=wanted,
        fault=fault,
        car=car,
        journey=journey,
        extras=extras,
        request=request,
        before=booking.agreed,
        after=after,
        deposit=deposit,
        deposit_step=deposit_step,
        money=tuple(change_money.steps(booking, after.total)),
        place=place,
        free=free,
        freed=_freed(booking, car, place),
        neighbours=_neighbours(booking, car, place),
        other_end=None if free else _other_end(booking, car, place, policies=policies, journey=journey),
        paper=_paper(booking, wanted),
        cancellation=terms,
        window_closed=_window_closed_at(booking, policies, at=at) is not None,
        unused_days=rulings.unused_days,
        beyond_policy=tuple(beyond),
        code_lost=code_lost,
    )


def _journey(booking: Booking, wanted: Wanted) -> Journey:
    def chosen(slug: str | None, stays: Place) -> Place:
        return stays if slug is None or slug == stays.slug else houses.place(slug)

    return Journey(
        chosen(wanted.pickup_place, booking.pickup_place),
        chosen(wanted.return_place, booking.return_place),
        wanted.pickup_at or booking.pickup_at,
        wanted.return_at or booking.return_at,
    )


def _same(booking: Booking, wanted: Wanted, journey: Journey, extras: Mapping[str, int], car: Car) -> bool:
    now = Journey.of(booking)
    chosen = {code: quantity for code, quantity in extras.items() if quantity}
    return (
        journey == now
        and chosen == {code: quantity for code, quantity in booking.extras.items() if quantity}
        and car.id == booking.car_id
        and not wanted.drop_drivers
        and not wanted.add_drivers
        and wanted.delivery_address in (None, booking.delivery_address)
        and wanted.gift is None
    )


def _price(
    booking: Booking,
    rulings: Rulings,
    wanted: Wanted,
    *,
    extras: Mapping[str, int],
    additional_drivers: int,
    fault: Fault,
    at: datetime,
) -> tuple[PriceRequest, Price, PromotionRefused | None]:
    """What is priced, what it costs, and why a promo code is lost; the house's fault makes nothing dearer."""
    request = repricing.request_for(
        booking,
        car=rulings.car,
        journey=rulings.journey,
        priced_until=rulings.priced_until,
        extras=extras,
        additional_drivers=additional_drivers,
    )
    request = replace(request, discounts=(*request.discounts, *filter(None, [wanted.gift])))
    book = repricing.book_for(
        booking,
        house=houses.house(),
        policies=rulings.policies,
        stays=rulings.car.id == booking.car_id,
        at=at,
    )
    after = repricing.price(booking, request, book)
    lost = promoting.still_fits(booking, request, days=after.days, zone=houses.house().time_zone)
    if lost is not None:
        request = promoting.without_code(request)
        after = repricing.price(booking, request, book)
    rulings.check_days(after.days)
    if fault is Fault.HOUSE and after.total > booking.agreed.total:
        return PriceRequest.from_json(booking.request), booking.agreed, None
    return request, after, lost


def _drivers(booking: Booking, wanted: Wanted) -> list[Driver | DriverDetails]:
    """Who would drive, the renter first."""
    staying = [driver for driver in booking.drivers if driver.position not in wanted.drop_drivers]
    return [*staying, *wanted.add_drivers]


def _deposit(
    booking: Booking, car: Car, after: Price, *, policies: Rulebook, fault: Fault
) -> tuple[Money, DepositStep]:
    """The deposit afterwards. What is held stays, unless more is wanted and the keys are still here."""
    own = car.deposit
    if car.id == booking.car_id and own is not None and fault is not Fault.HOUSE:
        own = booking.deposit  # the car's own amount, as it was agreed
    wanted = policy.deposit(own, total=after.total, rules=policies.deposit)
    if fault is Fault.HOUSE:
        wanted = min(wanted, booking.deposit_money)
    if wanted == booking.deposit_money:
        return wanted, DepositStep.SAME
    if not change_money.deposit_given(booking):
        return wanted, DepositStep.OTHER
    if wanted > booking.deposit_money and booking.state == State.CONFIRMED:
        return wanted, DepositStep.AGAIN
    return booking.deposit_money, DepositStep.KEPT


def _window_closed_at(booking: Booking, policies: Rulebook, *, at: datetime) -> datetime | None:
    """When cancelling ceased to be free, where it has: a change of the dates does not make it free again."""
    if booking.state in UNPAID:
        return None  # nothing was promised yet
    if booking.free_cancellation_ended_at is not None:
        return booking.free_cancellation_ended_at
    ended = booking.pickup_at - timedelta(hours=policies.cancellation.free_until_hours)
    return ended if at > ended else None


def _freed(booking: Booking, car: Car, place: Period) -> tuple[Period, ...]:
    own = occupancies.place_of(booking.id)
    if own is None:
        return ()
    return tuple(gaps([place], own.period)) if car.id == booking.car_id else (own.period,)


def _neighbours(booking: Booking, car: Car, place: Period) -> tuple[Taken | None, Taken | None]:
    return (
        availability.last_taken(car.id, before=place.starts_at, ignoring_booking=booking.id),
        availability.next_taken(car.id, after=place.starts_at, ignoring_booking=booking.id),
    )


def _other_end(
    booking: Booking, car: Car, place: Period, *, policies: Rulebook, journey: Journey
) -> datetime | None:
    """How late the car could come back at most; None where not even that helps."""
    following = availability.next_taken(car.id, after=place.starts_at, ignoring_booking=booking.id)
    if following is None:
        return None
    _, after = offers.margins(journey, policies=policies)
    latest = following.period.starts_at - timedelta(minutes=after)
    return latest if latest > max(journey.pickup_at, booking.return_at) else None


def _paper(booking: Booking, wanted: Wanted) -> Paper:
    """Nobody has to sign that they pay less."""
    if booking.state in SIGNED_STATES:
        return Paper.NONE if wanted.named == {"gift"} else Paper.ADDENDUM
    return Paper.AGREEMENT if booking.state == State.AWAITING_SIGNATURE else Paper.NONE
