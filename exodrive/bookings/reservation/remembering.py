"""Filling in the details of an earlier rental: only for whoever can read the renter's mail.

Somebody who books types an address and gets, whatever the address, the same answer. Where it has rented
before, six figures go to it; typed into the page that asked, they open the details. The figures are derived
from the house's key and the row's id, so they stand nowhere. They are read on any device, which a link would
not be, and are worth nothing elsewhere than in the browser that asked.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from exodrive.bookings import transitions
from exodrive.bookings.models import Booking, Driver
from exodrive.bookings.reservation.reservation_models import DetailsCode
from exodrive.bookings.states import State
from exodrive.customers.models import Customer
from exodrive.kernel import outbox
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id

WANTED = "booking.details_code_wanted"
LIFE = timedelta(minutes=15)
FIGURES = 6
TRIES = 5
# Whoever guesses has so many times TRIES in so long: one chance in 70,000.
MOST_CODES, WITHIN = 3, timedelta(hours=1)
KEPT = timedelta(days=1)


def ask(booking_id: UUID, *, email: str, at: datetime) -> UUID:
    """Have a code mailed to this address if it has rented before; returns what the asker's browser keeps.

    Says nothing about whether it has: whoever asks learns it from the mail alone.
    """
    address = email.strip().lower()
    booking = transitions.lock(booking_id)
    code = DetailsCode(id=new_id(), booking_id=booking.id, email=address, tries=0, created_at=at)
    known = latest(address) is not None
    often = _asked(address, since=at - WITHIN) >= MOST_CODES
    session().add(code)
    session().flush()
    if known and not often and booking.state == State.HELD:
        outbox.emit(
            WANTED, subject_id=booking.id, booking_id=str(booking.id), wanted=str(code.id), code=str(code.id)
        )
    return code.id


def figures(code_id: UUID, *, key: str) -> str:
    """The code itself, under the house's `key`."""
    digest = hmac.new(key.encode(), b"details-code|" + code_id.bytes, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10**FIGURES:0{FIGURES}d}"


def redeem(code_id: UUID, typed: str, *, booking_id: UUID, key: str, at: datetime) -> bool:
    """Whether the typed figures are those of the code; each try counts, and it is good once.

    The first codes of an hour alone can be right: the others were never mailed.
    """
    booking = transitions.lock(booking_id)
    code = session().get(DetailsCode, code_id, with_for_update=True)
    if code is None or code.booking_id != booking.id or not _open(code, at=at):
        return False
    code.tries += 1
    before = _asked(code.email, since=code.created_at - WITHIN, until=code.created_at)
    plain = "".join(sign for sign in typed if sign in "0123456789")
    right = hmac.compare_digest(plain, figures(code.id, key=key))
    if not right or before >= MOST_CODES or latest(code.email) is None:
        return False
    code.used_at = at
    transitions.note(booking, "booking.details_filled", by=CUSTOMER, at=at)
    return True


def details(code_id: UUID, *, booking_id: UUID, at: datetime) -> Driver | None:
    """The renter's details of the last rental, for the holder of a redeemed code, while the code lives."""
    code = session().get(DetailsCode, code_id)
    if code is None or code.booking_id != booking_id or code.used_at is None or at > code.used_at + LIFE:
        return None
    return latest(code.email)


def latest(email: str) -> Driver | None:
    """The renter of the last rental under this address that was paid for."""
    return session().scalar(
        select(Driver)
        .join(Booking, Booking.id == Driver.booking_id)
        .join(Booking.customer)
        .where(Customer.email == email, Driver.position == 0, Booking.authorized_at.is_not(None))
        .order_by(Booking.ordered_at.desc())
        .limit(1)
    )


def last_of(customer_id: UUID) -> Driver | None:
    """The renter of a customer's last ordered rental: for the desk, which may see it anyway."""
    return session().scalar(
        select(Driver)
        .join(Booking, Booking.id == Driver.booking_id)
        .where(Booking.customer_id == customer_id, Driver.position == 0, Booking.ordered_at.is_not(None))
        .order_by(Booking.id.desc())
        .limit(1)
    )


def recipient(code_id: UUID, *, at: datetime) -> str | None:
    """Where a code goes that has not ended; for the letter."""
    code = session().get(DetailsCode, code_id)
    return code.email if code is not None and _open(code, at=at) else None


def sweep(*, at: datetime) -> None:
    """Forget who asked, a day later."""
    session().execute(delete(DetailsCode).where(DetailsCode.created_at < at - KEPT))


def _open(code: DetailsCode, *, at: datetime) -> bool:
    return code.used_at is None and code.tries < TRIES and at <= code.created_at + LIFE


def _asked(email: str, *, since: datetime, until: datetime | None = None) -> int:
    found = (
        select(func.count())
        .select_from(DetailsCode)
        .where(DetailsCode.email == email, DetailsCode.created_at > since)
    )
    if until is not None:
        found = found.where(DetailsCode.created_at < until)
    return session().scalar(found) or 0
