"""When a rental is captured: within what PayPal answers for, never after its word has run out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exodrive.payments import plan
from exodrive.payments.plan import Hold, Planned, StepKind, Terms

HOURS_29_DAYS = 29 * 24
START = datetime(2027, 3, 1, 12, tzinfo=UTC)


def hour(number: float) -> datetime:
    """So many hours after the authorization."""
    return START + timedelta(hours=number)


def planned(
    when: str, *, signed: float, pickup: float, back: float, before: int = 24, at: float | None = None
) -> tuple[Planned, ...]:
    terms = Terms(
        when=when,
        hours_before=before,
        signed_at=hour(signed),
        pickup_at=hour(pickup),
        return_at=hour(back),
    )
    return plan.steps(Hold(authorized_at=START), terms, at=hour(signed if at is None else at))


def hours_of(steps: tuple[Planned, ...], kind: StepKind) -> list[float]:
    return [(step.due_at - START) / timedelta(hours=1) for step in steps if step.kind is kind]


def capture_hour(when: str, *, signed: float, pickup: float, back: float) -> float | None:
    found = hours_of(planned(when, signed=signed, pickup=pickup, back=back), StepKind.CAPTURE)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("when", "signed", "pickup", "back", "expected"),
    [
        # On signing: at once, whatever follows.
        ("on_signing", 1, 200, 300, 1),
        ("on_signing", 65, 200, 300, 65),
        # Signed inside the gap: with the renewal of day 4, unless the keys go out before it.
        ("on_signing", 80, 200, 300, 96),
        ("on_signing", 80, 90, 300, 80),
        # By hand: never by itself.
        ("manual", 1, 48, 72, None),
        # A day before pick-up, within the honour period of 3 days less a margin of 12 hours.
        ("before_pickup", 1, 48, 96, 24),
        ("before_pickup", 1, 84, 96, 60),
        # Between that and day 4 nobody answers for the money and nothing can be renewed: earlier.
        ("before_pickup", 1, 85, 96, 60),
        ("before_pickup", 1, 96, 120, 60),
        ("before_pickup", 1, 119, 144, 60),
        # From day 4 on it can be renewed first.
        ("before_pickup", 1, 120, 144, 96),
        ("before_pickup", 1, 480, 500, 456),
        # Up to half a day before day 29; beyond that it is taken at the signing.
        ("before_pickup", 1, HOURS_29_DAYS - 12 + 24, 900, HOURS_29_DAYS - 12),
        ("before_pickup", 1, HOURS_29_DAYS - 11 + 24, 900, 1),
        ("before_pickup", 1, 150 * 24, 151 * 24, 1),
        # Signed late: never before the signing.
        ("before_pickup", 40, 48, 96, 40),
        ("before_pickup", 70, 84, 96, 70),
        # On return.
        ("on_return", 1, 24, 48, 48),
        ("on_return", 1, 24, 90, 60),
        ("on_return", 1, 24, 200, 200),
        ("on_return", 1, 600, 700, 1),
    ],
)
def test_the_moment_of_the_capture(
    when: str, signed: float, pickup: float, back: float, expected: float | None
) -> None:
    assert capture_hour(when, signed=signed, pickup=pickup, back=back) == expected


MOMENTS = {
    "when": st.sampled_from(["on_signing", "before_pickup", "on_return", "manual"]),
    "signed": st.integers(0, 28 * 24),
    "pickup": st.integers(1, 150 * 24),
    "length": st.integers(4, 60 * 24),
    "before": st.integers(0, 14 * 24),
    "later": st.integers(0, 28 * 24),
    "renewed": st.booleans(),
    "touched": st.booleans(),
    "life": st.one_of(st.none(), st.integers(5 * 24, HOURS_29_DAYS)),
}


@settings(max_examples=2000)
@given(**MOMENTS)
def test_no_plan_counts_on_money_that_nobody_answers_for(
    when: str,
    signed: int,
    pickup: int,
    length: int,
    before: int,
    later: int,
    renewed: bool,
    touched: bool,
    life: int | None,
) -> None:
    """No capture of a dead hold, none in the gap, one renewal at most: wherever the booking's dates go."""
    hold = Hold(
        authorized_at=START,
        expires_at=None if life is None else hour(life),
        renewed=renewed,
        touched=touched,
    )
    pickup = max(pickup, signed + 1)
    terms = Terms(
        when=when,
        hours_before=before,
        signed_at=hour(signed),
        pickup_at=hour(pickup),
        return_at=hour(pickup + length),
    )
    at = hour(signed + later)
    steps = plan.steps(hold, terms, at=at)
    renewals = [step.due_at for step in steps if step.kind is StepKind.REAUTHORIZE]
    captures = [step.due_at for step in steps if step.kind is StepKind.CAPTURE]
    assert bool(steps) == (at < hold.dies_at)
    assert all(at <= step.due_at < hold.dies_at for step in steps)
    assert len(captures) == (0 if when == "manual" or not steps else 1)
    assert len(renewals) <= 1
    if renewed or touched:
        assert not renewals
    for renewed_at in renewals:
        assert renewed_at >= START + plan.REAUTHORIZE_FROM
        assert renewed_at <= captures[0] <= renewed_at + plan.HONOUR
    for captured_at in captures:
        age = captured_at - START
        in_gap = plan.HONOUR <= age < plan.REAUTHORIZE_FROM
        no_renewal = hold.renewable_from is None or terms.pickup_at < START + plan.REAUTHORIZE_FROM
        assert not in_gap or (captured_at == at and no_renewal)
        # Beyond the honour period only with a renewal, or at once where none can be had.
        assert age < plan.HONOUR or renewals or (captured_at == at and no_renewal)


def test_a_renewal_leaves_a_day_to_ask_the_customer_again() -> None:
    steps = planned("before_pickup", signed=1, pickup=480, back=500)
    assert hours_of(steps, StepKind.REAUTHORIZE) == [456 - 24]
    assert hours_of(steps, StepKind.CAPTURE) == [456]


def test_by_hand_a_person_is_told_two_days_before_the_hold_dies() -> None:
    steps = planned("manual", signed=1, pickup=480, back=500)
    assert hours_of(steps, StepKind.DECIDE) == [HOURS_29_DAYS - 48]


def test_a_deposit_is_renewed_as_the_car_comes_back_and_never_before_day_4() -> None:
    hold = Hold(authorized_at=START)
    for back, expected in ((60, [96]), (200, [200]), (HOURS_29_DAYS - 12, [])):
        steps = plan.deposit(hold, return_at=hour(back), at=START)
        assert hours_of(steps, StepKind.REAUTHORIZE) == expected
        assert hours_of(steps, StepKind.CAPTURE) == [HOURS_29_DAYS - 12], "unless it went back before"


def test_nothing_is_planned_with_a_deposit_that_is_gone() -> None:
    assert plan.deposit(Hold(authorized_at=START), return_at=hour(60), at=hour(HOURS_29_DAYS)) == ()


@pytest.mark.parametrize(
    ("kind", "due", "dies", "seen"),
    [
        (StepKind.CAPTURE, 10, 20, 10.25),
        (StepKind.DECIDE, 10, 20, 10),
        (StepKind.CAPTURE, 20, 20, 1),  # too late already: at once
        (StepKind.APPROVE, 10, None, 10),
    ],
)
def test_from_when_a_step_is_money_at_risk(kind: StepKind, due: int, dies: int | None, seen: float) -> None:
    found = plan.at_risk_from(kind, hour(due), dies_at=None if dies is None else hour(dies), at=hour(1))
    assert found == hour(seen)


@pytest.mark.parametrize(
    ("age_hours", "first"),
    [(0, False), (72, False), (95.9, False), (96, True), (400, True), (695.9, True), (696, False)],
)
def test_a_capture_from_day_4_on_is_renewed_first_while_the_authorization_lives(
    age_hours: float, first: bool
) -> None:
    found = plan.reauthorize_first(authorized_at=START, expires_at=None, at=hour(age_hours))
    assert found is first


def test_paypals_own_end_counts_where_it_is_known() -> None:
    ends = hour(20 * 24)
    assert plan.reauthorize_first(authorized_at=START, expires_at=ends, at=hour(20 * 24 - 1))
    assert not plan.reauthorize_first(authorized_at=START, expires_at=ends, at=hour(20 * 24))


def test_a_renewed_hold_is_taken_while_it_is_guaranteed() -> None:
    renewed_at = START + timedelta(days=5)
    renewed = Hold(authorized_at=renewed_at, expires_at=START + plan.LIFE, renewed=True)
    safe = renewed_at + plan.HONOUR - plan.MARGIN
    late, soon = renewed_at + timedelta(days=9), renewed_at + timedelta(days=1)
    assert plan.while_guaranteed(renewed, late, at=renewed_at) == safe
    assert plan.while_guaranteed(renewed, soon, at=renewed_at) == soon
    assert plan.while_guaranteed(renewed, late, at=safe + timedelta(hours=1)) == late
    assert plan.while_guaranteed(Hold(authorized_at=renewed_at), late, at=renewed_at) == late
