"""What becomes of a booking that is made up, and at which moments. Pure, but for its chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from exodrive.bookings.states import State
from exodrive.house.rules import BookingRules, DepositRules

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
# So long after the return the desk settles: until then a rental waits on the list.
INSPECTION = 6 * DAY  # so that at any hour, weekends too, some cars are back and not settled yet
# (days from booking to pick-up, weight)
LEADS = ((1, 12), (2, 12), (4, 16), (7, 18), (14, 16), (25, 12), (45, 9), (90, 5))
# Of the bookings that came to nothing: (where they stood, how they ended, weight).
GIVEN_UP = (
    (State.HELD, State.EXPIRED, 36),
    (State.AWAITING_PAYMENT, State.EXPIRED, 10),
    (State.AWAITING_SIGNATURE, State.EXPIRED, 5),
    (State.AWAITING_PAYMENT, State.CANCELLED, 9),
    (State.AWAITING_SIGNATURE, State.CANCELLED, 8),
    (State.CONFIRMED, State.CANCELLED, 32),
)
MISSED = 0.02
# Of the rentals ahead, those that are being made at this moment; in a large house no more than so many.
UNFINISHED = ((State.HELD, 0.02), (State.AWAITING_PAYMENT, 0.03), (State.AWAITING_SIGNATURE, 0.08))
MOST_UNFINISHED = 30
SOON_CAPTURED = 0.02  # of the rentals ahead: authorized a short while ago, and captured later by the plan
# Captured on signing, since the authorization would not live until the day before pick-up.
EARLY = timedelta(days=30.5)


@dataclass(frozen=True, slots=True)
class Fate:
    """A life up to `until`, no further than `stands_at`; then, where it came to nothing, `ends_as`."""

    held_at: datetime
    until: datetime
    stands_at: State = State.CLOSED
    ends_as: State | None = None


class Oracle:
    """Decides what becomes of bookings, all seen from one moment."""

    def __init__(self, chance: Random, *, now: datetime, rules: BookingRules) -> None:
        self._chance, self._now, self._rules = chance, now, rules
        self._unfinished = {state: MOST_UNFINISHED for state, _ in UNFINISHED}

    def given_up(self, pickup_at: datetime) -> Fate:
        """Of a booking that did not keep its place. It has ended, whenever its dates are."""
        chance, rules = self._chance, self._rules
        stood_at, ends_as, _ = chance.choices(GIVEN_UP, [weight for *_, weight in GIVEN_UP])[0]
        held_at = min(pickup_at - self._lead(), self._now - 3 * DAY) - chance.random() * HOUR
        moments = {
            State.HELD: held_at + rules.hold_minutes * MINUTE,
            State.AWAITING_PAYMENT: held_at + (15 + rules.payment_minutes) * MINUTE,
            State.AWAITING_SIGNATURE: min(held_at + rules.signature_hours * HOUR, pickup_at - HOUR),
        }
        if ends_as is State.EXPIRED:
            return Fate(held_at, moments[stood_at], stood_at, ends_as)
        latest = moments.get(stood_at, min(pickup_at - HOUR, self._now))
        since = held_at + 5 * HOUR if stood_at is State.CONFIRMED else held_at + HOUR
        return Fate(held_at, since + chance.random() * (latest - since), stood_at, ends_as)

    def kept(self, pickup_at: datetime, return_at: datetime) -> Fate:
        """Of a booking that took its place: it went as far as it could by now."""
        if pickup_at <= self._now:
            held_at = pickup_at - self._lead() - self._chance.random() * 8 * HOUR
            if return_at + INSPECTION < self._now and self._chance.random() < MISSED:
                return Fate(held_at, pickup_at + 3 * HOUR, State.CONFIRMED, State.NO_SHOW)
            return Fate(held_at, self._now)
        return self._unfinished_one(pickup_at) or Fate(self._held_for_later(pickup_at), self._now)

    def _unfinished_one(self, pickup_at: datetime) -> Fate | None:
        if pickup_at < self._now + 3 * DAY:
            return None
        chosen = self._chance.random()
        for state, share in UNFINISHED:
            chosen -= share
            if chosen < 0 and self._unfinished[state]:
                self._unfinished[state] -= 1
                age = {
                    State.HELD: self._chance.uniform(1, 6) * MINUTE,
                    State.AWAITING_PAYMENT: self._chance.uniform(20, 40) * MINUTE,
                    State.AWAITING_SIGNATURE: self._chance.uniform(2, 30) * HOUR,
                }[state]
                return Fate(self._now - age, self._now, state)
        return None

    def _held_for_later(self, pickup_at: datetime) -> datetime:
        ahead = pickup_at - self._now
        if ahead > 2 * DAY and self._chance.random() < SOON_CAPTURED:
            return self._now - self._chance.uniform(5, 40) * HOUR
        least, most = max(ahead + 5 * HOUR, EARLY), timedelta(days=self._rules.horizon_days)
        return pickup_at - least - self._chance.random() ** 2 * max(timedelta(), most - least)

    def _lead(self) -> timedelta:
        days, _ = self._chance.choices(LEADS, [weight for _, weight in LEADS])[0]
        return days * DAY


@dataclass(frozen=True, slots=True)
class Moments:
    """When each step of a life is done, if it comes to it."""

    held_at: datetime
    ordered_at: datetime
    authorized_at: datetime
    sent_at: datetime
    viewed_at: datetime
    signed_at: datetime
    deposit_asked_at: datetime
    deposit_held_at: datetime
    handed_over_at: datetime
    taken_back_at: datetime


def moments(
    fate: Fate, pickup_at: datetime, return_at: datetime, *, rules: DepositRules, chance: Random
) -> Moments:
    """Minutes for what a customer does at the screen; the promised times for the keys, a little off.

    Keys have been given if `pickup_at` has passed, and are back if `return_at` has.
    """
    ordered_at = fate.held_at + chance.uniform(3, 12) * MINUTE
    authorized_at = ordered_at + chance.uniform(1, 6) * MINUTE
    sent_at = authorized_at + chance.uniform(4, 20) * timedelta(seconds=1)
    viewed_at = sent_at + chance.uniform(1, 30) * MINUTE
    signed_at = viewed_at + chance.uniform(2, 60) * MINUTE
    asked_at = max(signed_at, pickup_at - timedelta(hours=rules.ask_hours_before))
    return Moments(
        held_at=fate.held_at,
        ordered_at=ordered_at,
        authorized_at=authorized_at,
        sent_at=sent_at,
        viewed_at=viewed_at,
        signed_at=signed_at,
        deposit_asked_at=asked_at,
        deposit_held_at=asked_at + chance.uniform(0.1, 0.8) * (pickup_at - asked_at),
        handed_over_at=pickup_at + min(fate.until - pickup_at, chance.random() * 20 * MINUTE),
        taken_back_at=return_at + min(fate.until - return_at, chance.uniform(-40, 25) * MINUTE),
    )
