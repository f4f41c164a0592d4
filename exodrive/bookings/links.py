"""The secret link of a booking's page.

The secret is derived from the house's key, the booking and the link's version, so that every mail can carry
it, while the database holds only its hash. Raising the version revokes the old link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from exodrive.bookings.models import Booking
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.ids import hash_secret

LIFE_AFTER_RETURN = timedelta(days=180)  # as long as a refund can still come


class LinkUnknown(NotFound):
    """No booking has this link: it was mistyped, revoked or has expired. Which of them is not said."""

    code = "link_unknown"


def secret(key: str, booking_id: UUID, version: int) -> str:
    """The link's secret: 256 bits under the house's `key`, safe in an address."""
    digest = hmac.new(
        key.encode(), b"booking-link|%s|%d" % (str(booking_id).encode(), version), hashlib.sha256
    )
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()


def issue(booking: Booking, *, key: str) -> str:
    """Store the hash of the booking's present link and return its secret."""
    value = secret(key, booking.id, booking.link_version)
    booking.link_hash = hash_secret(value)
    return value


def revoke(booking: Booking, *, key: str) -> str:
    """End the old link of a locked booking and return the secret of the new one."""
    booking.link_version += 1
    return issue(booking, key=key)


def booking_id(value: str, *, at: datetime) -> UUID:
    """Whose link this is. Raises LinkUnknown."""
    found = (
        session()
        .execute(select(Booking.id, Booking.return_at).where(Booking.link_hash == hash_secret(value)))
        .one_or_none()
    )
    if found is None or at > found.return_at + LIFE_AFTER_RETURN:
        raise LinkUnknown
    owner: UUID = found.id
    return owner
