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

from exodrive.bookings import transitions
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.customers.models import Customer
from exodrive.kernel import outbox
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound, Refused
from exodrive.kernel.ids import hash_secret, new_id, read_reference

WANTED = "booking.link_wanted"
ONE_MAIL_EACH = timedelta(minutes=10)  # however often somebody asks
MOST_MAILS = 5
GIVEN_UP = (State.EXPIRED, State.CANCELLED)
LIFE_AFTER_RETURN = timedelta(days=180)  # as long as a refund can still come


class LinkUnknown(NotFound):
    """No booking has this link: it was mistyped, revoked or has expired. Which of them is not said."""

    code = "link_unknown"


class NobodyToWrite(Refused):
    """The booking has no renter yet: there is no address to send anything to."""

    code = "nobody_to_write"


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


def version_of(booking_id: UUID) -> int | None:
    """Which link of a booking counts now; None where there is no such booking."""
    found: int | None = session().scalar(select(Booking.link_version).where(Booking.id == booking_id))
    return found


def send_again(booking_id: UUID, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Mail the present link to the renter. Raises NobodyToWrite, Stale."""
    _mail(transitions.lock(booking_id, version=version), "booking.link_sent_again", by=by, at=at)


def replace(
    booking_id: UUID, *, key: str, reason: str, by: Actor, at: datetime, version: int | None = None
) -> None:
    """End the present link, for a reason, and mail a new one. Raises NobodyToWrite, Stale."""
    booking = transitions.lock(booking_id, version=version)
    revoke(booking, key=key)
    _mail(booking, "booking.link_replaced", by=by, at=at, reason=reason)


def _mail(booking: Booking, action: str, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    if booking.renter is None:
        raise NobodyToWrite
    transitions.note(booking, action, by=by, at=at, reason=reason)
    outbox.emit(WANTED, subject_id=booking.id, booking_id=str(booking.id), wanted=str(new_id()))


def want(*, email: str, reference: str, at: datetime) -> None:
    """Have the link mailed to the renter if the address and the reference belong together.

    Without a reference it is the links of all that the address has going, a mail each. Says nothing about
    whether there are any: whoever asks learns it from the mail alone.
    """
    found = (
        select(Booking.id)
        .join(Booking.customer)
        .where(Customer.email == email.strip().lower(), Booking.return_at >= at - LIFE_AFTER_RETURN)
        .order_by(Booking.pickup_at.desc())
        .limit(MOST_MAILS)
    )
    if reference:
        found = found.where(Booking.reference == read_reference(reference))
    else:
        found = found.where(Booking.state.not_in(GIVEN_UP))
    for owner in session().scalars(found):
        wanted = f"{owner}/{int(at.timestamp() // ONE_MAIL_EACH.total_seconds())}"
        outbox.emit(WANTED, subject_id=owner, booking_id=str(owner), wanted=wanted)
