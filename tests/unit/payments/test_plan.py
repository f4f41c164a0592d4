"""When a rental is captured: within what PayPal answers for, never after its word has run out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exodrive.payments import plan

HOURS_29_DAYS = 29 * 24
START = datetime(2027, 3, 1, 12, tzinfo=UTC)


def hour(number: float) -> datetime:
    """So many hours after the authorization."""
    return START + timedelta(hours=number)


def capture_hour(when: str, *, signed: float, pickup: float, back: float, before: int = 24) -> float | None:
    found = plan.capture_at(
        when=when,
        hours_before=before,
        authorized_at=START,
        signed_at=hour(signed),
        pickup_at=hour(pickup),
        return_at=hour(back),
    )
    return None if found is None else (found - START) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("when", "signed", "pickup", "back", "expected"),
    [
        # On signing: at once, whatever follows.
        ("on_signing", 1, 200, 300, 1),
        ("on_signing", 80, 200, 300, 80),
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
        ("before_pickup", 70, 84, 96, 70),  # signed inside the gap: at once is the best there is
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


@given(
    when=st.sampled_from(["on_signing", "before_pickup", "on_return"]),
    signed=st.integers(0, 48),
    pickup=st.integers(1, 150 * 24),
    length=st.integers(4, 60 * 24),
)
def test_a_plan_never_counts_on_money_that_nobody_answers_for(
    when: str, signed: int, pickup: int, length: int
) -> None:
    pickup = max(pickup, signed)
    found = capture_hour(when, signed=signed, pickup=pickup, back=pickup + length)
    assert found is not None
    assert found >= signed
    assert found <= HOURS_29_DAYS - 12
    assert not 60 < found < 96


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
