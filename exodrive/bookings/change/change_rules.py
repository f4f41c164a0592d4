"""What of a booking may be changed, when and by whom. Pure but for the errors' names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from exodrive.bookings import policy
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation.offers import Journey
from exodrive.bookings.states import UNPAID, State
from exodrive.fleet.models import Car
from exodrive.house.rules import Rulebook
from exodrive.kernel.errors import Conflict, Refused
from exodrive.pricing.request import PriceRequest

CHANGEABLE = UNPAID | {State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT}
# A hold is of a car, of times and places, at a price; who drives and what goes along come with the order.
WHILE_HELD = frozenset({"pickup_at", "return_at", "car_id", "pickup_place", "return_place", "gift"})
# Once the keys are out, the journey has begun and its car and drivers are those of the hand-over.
ON_THE_ROAD = frozenset({"return_at", "return_place", "extras", "delivery_address", "gift"})
ONLY_THEN = {State.HELD: WHILE_HELD, State.ON_RENT: ON_THE_ROAD}


class ChangeImpossible(Conflict):
    """A booking in this state cannot be changed so. `what` names the first thing that cannot."""

    code = "change_impossible"

    def __init__(self, state: State, what: str) -> None:
        super().__init__(f"{what} in {state}")
        self.state = state
        self.what = what


class NothingToChange(Refused):
    """The booking is already as it is wanted."""

    code = "nothing_to_change"


class PolicyForbids(Refused):
    """Customers may not change this by themselves; staff may. `reasons` are codes."""

    code = "change_beyond_policy"

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


class ChangeUnexplained(Refused):
    """Staff change a booking for a reason only."""

    code = "change_unexplained"


class CarUnfit(Refused):
    """That car is not rented out, or is priced in another currency."""

    code = "car_unfit"


def check_possible(booking: Booking, wanted: Wanted) -> None:
    """Raises ChangeImpossible."""
    state = State(booking.state)
    if state not in CHANGEABLE:
        raise ChangeImpossible(state, "booking")
    now = ONLY_THEN.get(state)
    if now is not None and (not_now := sorted(wanted.named - now)):
        raise ChangeImpossible(state, not_now[0])
    positions = {driver.position for driver in booking.drivers}
    if 0 in wanted.drop_drivers or not set(wanted.drop_drivers) <= positions:
        raise ChangeImpossible(state, "drop_drivers")


@dataclass(frozen=True, slots=True)
class Rulings:
    """What the rules that the booking stands under say about one change of it."""

    booking: Booking
    car: Car
    journey: Journey
    policies: Rulebook
    hours: Mapping[str, Any]  # when the house is open
    at: datetime
    moved: frozenset[str]  # which of the two moments are others than before

    @classmethod
    def of(
        cls,
        booking: Booking,
        *,
        car: Car,
        journey: Journey,
        policies: Rulebook,
        hours: Mapping[str, Any],
        at: datetime,
    ) -> Rulings:
        """Raises DatesRefused and CarUnfit for what nobody may do."""
        moved = {
            name
            for name, before, after in (
                ("pickup", booking.pickup_at, journey.pickup_at),
                ("return", booking.return_at, journey.return_at),
            )
            if before != after
        }
        rulings = cls(booking, car, journey, policies, hours, at, frozenset(moved))
        rulings._check_dates()
        if car.id != booking.car_id and (car.currency != booking.currency or not car.available):
            raise CarUnfit
        return rulings

    @property
    def unused_days(self) -> bool:
        """The car comes back early, and the days that are left are paid all the same."""
        return (
            self.booking.state == State.ON_RENT
            and self.journey.return_at < self._paid_until
            and not self.policies.cancellation.unused_days_refunded
        )

    @property
    def priced_until(self) -> datetime:
        return self._paid_until if self.unused_days else self.journey.return_at

    @property
    def _paid_until(self) -> datetime:
        """Until when the agreed price reaches: beyond the return, where somebody came back early before."""
        return max(PriceRequest.from_json(self.booking.request).return_at, self.booking.return_at)

    def against(self, *, by_staff: bool) -> list[str]:
        """Why customers may not do this themselves. Raises PolicyForbids unless `by_staff`."""
        reasons = list(self._reasons())
        if reasons and not by_staff:
            raise PolicyForbids(reasons)
        return reasons

    def check_days(self, days: int) -> None:
        """Raises DatesRefused for a rental that is longer or shorter than the house and the car allow."""
        if not self.moved:
            return
        if days > self.policies.booking.maximum_days:
            raise policy.DatesRefused("too_long", days=self.policies.booking.maximum_days)
        if days < self.car.minimum_days and self.booking.state != State.ON_RENT:
            raise policy.DatesRefused("below_minimum", days=self.car.minimum_days)

    def _reasons(self) -> Iterator[str]:
        rules, booking = self.policies.booking, self.booking
        if booking.state != State.ON_RENT:
            until = booking.pickup_at - timedelta(hours=self.policies.cancellation.change_until_hours)
            if booking.state not in UNPAID and self.at > until:
                yield "too_late"
            if "pickup" in self.moved and self.journey.pickup_at < self.at + timedelta(
                hours=rules.notice_hours
            ):
                yield "too_soon"
        if self.car.id != booking.car_id and not self.car.visible:
            yield "car_hidden"
        for name, moment in (("pickup", self.journey.pickup_at), ("return", self.journey.return_at)):
            if name in self.moved and not self._open(moment):
                yield f"{name}_outside_hours"

    def _open(self, moment: datetime) -> bool:
        return policy.open_at(moment, hours=dict(self.hours), zone=self.journey.pickup_place.zone)

    def _check_dates(self) -> None:
        journey, rules = self.journey, self.policies.booking
        if journey.return_at <= journey.pickup_at:
            raise policy.DatesRefused("return_before_pickup")
        if "pickup" in self.moved and journey.pickup_at <= self.at:
            raise policy.DatesRefused("too_soon", hours=0)
        if "return" in self.moved and journey.return_at <= self.at:
            raise policy.DatesRefused("return_passed")
        # Refunds end 180 days after the capture: a later pick-up could not be given back any more.
        if "pickup" in self.moved and journey.pickup_at > self.at + timedelta(days=rules.horizon_days):
            raise policy.DatesRefused("too_far", days=rules.horizon_days)
        if self.moved and journey.return_at - journey.pickup_at < timedelta(hours=rules.minimum_hours):
            raise policy.DatesRefused("too_short", hours=rules.minimum_hours)
