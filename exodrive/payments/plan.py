"""When a rental is captured, by policy and by how long PayPal keeps its word. Pure.

An authorization is honoured for 3 days and dead at 29; from day 4 it can be reauthorized once, which starts a
fresh honour period: https://developer.paypal.com/docs/checkout/standard/customize/authorization-honor/
"""

from __future__ import annotations

from datetime import datetime, timedelta

HONOUR = timedelta(days=3)
REAUTHORIZE_FROM = timedelta(days=4)
LIFE = timedelta(days=29)
MARGIN = timedelta(hours=12)  # what a night without PayPal may cost us


def capture_at(
    *,
    when: str,
    hours_before: int,
    authorized_at: datetime,
    signed_at: datetime,
    pickup_at: datetime,
    return_at: datetime,
) -> datetime | None:
    """The moment to capture; None where staff do it by hand (`manual`).

    What policy asks for is moved to a moment at which PayPal still answers for the money: out of the gap
    between the honour period and day 4, and, where the authorization would be dead by then, to the signing.
    """
    if when == "manual":
        return None
    wished = {
        "on_signing": signed_at,
        "before_pickup": pickup_at - timedelta(hours=hours_before),
        "on_return": return_at,
    }[when]
    wished = max(wished, signed_at)
    age = wished - authorized_at
    if age > LIFE - MARGIN:
        return signed_at
    if HONOUR - MARGIN < age < REAUTHORIZE_FROM:
        return max(authorized_at + HONOUR - MARGIN, signed_at)
    return wished


def reauthorize_first(*, authorized_at: datetime, expires_at: datetime | None, at: datetime) -> bool:
    """Whether a capture at `at` wants a fresh honour period before it."""
    dead = expires_at or authorized_at + LIFE
    return authorized_at + REAUTHORIZE_FROM <= at < dead
