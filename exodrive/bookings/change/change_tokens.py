"""What was shown is what is applied: a preview's token carries what is wanted and its price, signed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from exodrive.bookings.change.impact import Impact
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_states import Fault
from exodrive.kernel.errors import Conflict, Refused

LIFE = timedelta(minutes=30)
FORM = 1  # the form of the token's content


class StaleChange(Conflict):
    """The booking is no longer as it was when the change was shown, or that was too long ago."""

    code = "stale_change"


class ChangeForged(Refused):
    """The token is not one that this house has signed."""

    code = "change_forged"


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody was shown, and says yes to by sending it back. Amounts are minor units."""

    booking_id: UUID
    version: int
    wanted: Wanted
    fault: Fault
    by_staff: bool
    total: int
    deposit: int
    seal: str  # tells one showing from another, for a yes that is sent twice


def sign(impact: Impact, *, secret: str, by_staff: bool, at: datetime) -> str:
    """A preview as a token for a form."""
    content = [
        FORM,
        int(at.timestamp()),
        str(impact.booking.id),
        impact.version,
        impact.wanted.to_json(),
        impact.fault,
        by_staff,
        impact.after.total.amount,
        impact.deposit.amount,
    ]
    return str(_serializer(secret).dumps(content))


def read(token: str, *, secret: str, at: datetime) -> Shown:
    """What a token says. Raises ChangeForged, and StaleChange once its life is over."""
    try:
        content: list[Any] = _serializer(secret).loads(token)
    except BadData as error:
        raise ChangeForged from error
    if content[0] != FORM or at >= datetime.fromtimestamp(content[1], UTC) + LIFE:
        raise StaleChange
    _, _, booking_id, version, wanted, fault, by_staff, total, deposit = content
    return Shown(
        booking_id=UUID(booking_id),
        version=version,
        wanted=Wanted.from_json(wanted),
        fault=Fault(fault),
        by_staff=by_staff,
        total=total,
        deposit=deposit,
        seal=hashlib.sha256(token.encode()).hexdigest()[:16],
    )


def _serializer(secret: str) -> URLSafeSerializer:
    """HMAC-SHA256 over compressed JSON; the salt keeps other signed things from passing as a change."""
    return URLSafeSerializer(
        secret,
        salt="bookings.change",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
