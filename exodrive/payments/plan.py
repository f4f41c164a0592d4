"""The plan of a payment: what is done with its money and when, by policy and how long PayPal holds it. Pure.

An authorization is honoured for 3 days and dead at 29; from day 4 it can be reauthorized once, which starts a
fresh honour period: https://developer.paypal.com/docs/checkout/standard/customize/authorization-honor/
All ages are counted from PayPal's `create_time` of the authorization.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class StepKind(StrEnum):
    """What a step of a payment's plan does."""

    REAUTHORIZE = "reauthorize"  # renew the hold, once, always the original
    CAPTURE = "capture"
    DECIDE = "decide"  # a person decides before the hold dies: nothing takes the money by itself
    APPROVE = "approve"  # the customer agrees to it anew: PayPal holds it no longer
    RELEASE = "release"  # let go of what is held
    REFUND = "refund"  # give back what was taken as a security


class StepState(StrEnum):
    PLANNED = "planned"
    WANTED = "wanted"  # under way: with PayPal, the customer or staff
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


HONOUR = timedelta(days=3)
REAUTHORIZE_FROM = timedelta(days=4)
LIFE = timedelta(days=29)
MARGIN = timedelta(hours=12)  # what a night without PayPal may cost us
# A renewal that is refused leaves this much time to have the customer approve again.
RENEWED_AHEAD = timedelta(days=1)
# Where nobody takes the money by itself, a person is told this much before PayPal lets go of it.
WARNED_AHEAD = timedelta(days=2)

SEEN_AFTER = timedelta(minutes=15)  # the scheduler looks every minute, and PayPal answers in seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What PayPal holds. `renewed`: it is a reauthorization; `touched`: something was taken from it."""

    authorized_at: datetime
    expires_at: datetime | None = None
    renewed: bool = False
    touched: bool = False

    @property
    def dies_at(self) -> datetime:
        return self.expires_at or self.authorized_at + LIFE

    @property
    def renewable_from(self) -> datetime | None:
        """PayPal renews an original once, and none that was taken from."""
        start = self.authorized_at + REAUTHORIZE_FROM
        return start if start < self.dies_at and not (self.renewed or self.touched) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When the policy takes the money: `on_signing`, `before_pickup`, `on_return` or `manual`."""

    when: str
    hours_before: int
    signed_at: datetime
    pickup_at: datetime
    return_at: datetime

    @property
    def wished_at(self) -> datetime:
        return {
            "on_signing": self.signed_at,
            "before_pickup": self.pickup_at - timedelta(hours=self.hours_before),
            "on_return": self.return_at,
        }[self.when]


@dataclass(frozen=True, slots=True)
class Planned:
    """One step to be. `amount` in minor units, None for all that is left; `cause` says why then."""

    kind: StepKind
    due_at: datetime
    cause: str
    amount: int | None = None


def steps(hold: Hold, terms: Terms, *, at: datetime) -> tuple[Planned, ...]:
    """What is still to be done, seen from `at`; nothing where the hold is dead by then.

    What policy asks for is moved to a moment at which PayPal answers for the money: out of the gap between
    the honour period and day 4, into a fresh honour period where it can be had, and, where the hold would be
    dead by then, to now.
    """
    if at >= hold.dies_at:
        return ()
    if terms.when == "manual":
        return (Planned(StepKind.DECIDE, max(at, hold.dies_at - WARNED_AHEAD), "manual"),)
    wished = max(terms.wished_at, terms.signed_at, at)
    renewable = hold.renewable_from
    honoured = hold.authorized_at + HONOUR
    safe = honoured - MARGIN
    if wished > hold.dies_at - MARGIN:
        return _now(hold, terms, "beyond_life", at=at)
    if wished <= safe:
        return (Planned(StepKind.CAPTURE, wished, terms.when),)
    if renewable is not None and wished >= renewable:
        ahead = min(max(renewable, wished - RENEWED_AHEAD, at), wished)
        return (
            Planned(StepKind.REAUTHORIZE, ahead, "honour_over"),
            Planned(StepKind.CAPTURE, wished, terms.when),
        )
    return _now(hold, terms, "honour_ends", at=max(at, safe))


def _now(hold: Hold, terms: Terms, cause: str, *, at: datetime) -> tuple[Planned, ...]:
    """At once; in the gap, where nobody answers for the money, with the renewal of day 4 if the keys wait."""
    renewable = hold.renewable_from
    if renewable is None or at < hold.authorized_at + HONOUR:
        return (Planned(StepKind.CAPTURE, at, cause),)
    if at >= renewable:
        return (Planned(StepKind.REAUTHORIZE, at, "honour_over"), Planned(StepKind.CAPTURE, at, cause))
    if terms.pickup_at < renewable:
        return (Planned(StepKind.CAPTURE, at, cause),)
    return (
        Planned(StepKind.REAUTHORIZE, renewable, "honour_over"),
        Planned(StepKind.CAPTURE, renewable, cause),
    )


def moved_capture(hold: Hold, due_at: datetime, *, at: datetime) -> tuple[Planned, ...]:
    """A capture that a person has moved to `due_at`, with its renewal where it falls past day 4."""
    capture = Planned(StepKind.CAPTURE, due_at, "moved")
    renewable = hold.renewable_from
    if renewable is None or due_at < renewable:
        return (capture,)
    ahead = min(max(renewable, due_at - RENEWED_AHEAD, at), due_at)
    return (Planned(StepKind.REAUTHORIZE, ahead, "honour_over"), capture)


def while_guaranteed(hold: Hold, due_at: datetime, *, at: datetime) -> datetime:
    """When a capture planned for `due_at` is made at the latest: while PayPal answers for the money.

    Where that is over already, or a renewal can still come first, it keeps its moment.
    """
    safe = hold.authorized_at + HONOUR - MARGIN
    return due_at if hold.renewable_from is not None or at > safe else min(due_at, safe)


def windows(
    hold: Hold, kind: StepKind, *, at: datetime, until: datetime | None = None
) -> list[tuple[datetime, datetime]]:
    """From when to when a step could be planned, both included; `until` is what a renewal comes before.

    A capture keeps out of the gap before day 4, and whatever is done, is done before the hold's last night.
    """
    last = hold.dies_at - MARGIN
    renewable = hold.renewable_from
    if kind is StepKind.REAUTHORIZE:
        found = [(max(at, renewable), min(until or last, last))] if renewable is not None else []
    elif kind is StepKind.CAPTURE and renewable is not None:
        found = [(at, hold.authorized_at + HONOUR - MARGIN), (max(at, renewable), last)]
    else:
        found = [(at, last)]
    return [(start, end) for start, end in found if start <= end]


def deposit(hold: Hold, *, return_at: datetime, at: datetime) -> tuple[Planned, ...]:
    """Renewed once, when the car comes back: PayPal answers for it again while claims are made.

    What is still held before its last night is taken, to be given back: the car is not back yet, or a claim
    is not assessed. A deposit that is let go of in time leaves that step out.
    """
    last = hold.dies_at - MARGIN
    if at >= hold.dies_at:
        return ()
    taken = Planned(StepKind.CAPTURE, max(last, at), "hold_ends")
    if hold.renewable_from is None:
        return (taken,)
    renew_at = max(hold.renewable_from, return_at, at)
    return (Planned(StepKind.REAUTHORIZE, renew_at, "return"), taken) if renew_at < last else (taken,)


def at_risk_from(kind: StepKind, due_at: datetime, *, dies_at: datetime | None, at: datetime) -> datetime:
    """From when an open step is money at risk: overdue, a person's or the customer's turn, or too late."""
    if dies_at is not None and due_at >= dies_at:
        return at
    waits_for_a_person = kind in (StepKind.DECIDE, StepKind.APPROVE)
    return due_at if waits_for_a_person else due_at + SEEN_AFTER


def reauthorize_first(*, authorized_at: datetime, expires_at: datetime | None, at: datetime) -> bool:
    """Whether a capture at `at` wants a fresh honour period before it."""
    dead = expires_at or authorized_at + LIFE
    return authorized_at + REAUTHORIZE_FROM <= at < dead
