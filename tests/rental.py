"""A rental's steps as its people do them: the customer, the payer at PayPal, the signer, the desk.

Used by tests of tasks and races. Each step calls the same use case that the pages call; the outside world is
the simulators over HTTP.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import requests
from PIL import Image
from sqlalchemy import select

from exodrive.bookings import handover, transitions
from exodrive.bookings.condition_models import POSITIONS, ReportKind
from exodrive.bookings.deposit import deposits
from exodrive.bookings.handover import PICKUP_CHECKS, RETURN_CHECKS, Condition
from exodrive.bookings.models import Booking
from exodrive.bookings.money import settlement
from exodrive.bookings.reservation import holding, offers, ordering
from exodrive.bookings.reservation.drivers import DriverDetails
from exodrive.bookings.reservation.offers import Desk, Journey, Offer
from exodrive.bookings.reservation.ordering import OrderDetails
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.payments import opening, tree
from exodrive.payments.states import Purpose
from exodrive.storage import files

KEY = "sandbox-only-secret-key-that-everybody-knows"
AGENT = Actor(ActorKind.STAFF, "Ada Agent")
ZONE = ZoneInfo("America/New_York")


def next_weekday_at_ten(days_ahead: int) -> datetime:
    """10:00 at the house on the first Monday to Friday at least so many days ahead."""
    day = (clock.now() + timedelta(days=days_ahead)).astimezone(ZONE)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


def desk() -> Desk:
    at = clock.now()
    return offers.desk(houses.house(), houses.rulebook(at), currencies=fleet.currencies(), at=at)


def offer(slug: str = "aurelia-gt", *, days_ahead: int = 10, days: int = 7) -> Offer:
    """A week from Monday to Monday, so that both ends lie in opening hours."""
    place = houses.place("rockville")
    pickup_at = next_weekday_at_ten(days_ahead)
    return_at = pickup_at + timedelta(days=days)
    while return_at.astimezone(ZONE).weekday() > 4:
        return_at += timedelta(days=1)
    return offers.make(
        fleet.car(slug), Journey(place, place, pickup_at, return_at), desk=desk(), at=clock.now()
    )


def hold(slug: str = "aurelia-gt", *, visitor: str | None = None, days_ahead: int = 10) -> UUID:
    with transaction():
        at = clock.now()
        booking, _ = holding.hold(
            offer(slug, days_ahead=days_ahead),
            policies=houses.rulebook(at),
            prefix="EXD",
            visitor=visitor,
            key=KEY,
            at=at,
        )
        return booking.id


def renter(**changes: object) -> DriverDetails:
    today = clock.now().date()
    details: dict[str, object] = {
        "name": "Maya Okafor",
        "email": "maya@okafor.example",
        "phone": "+13015550123",
        "address": "4 Elm Street, Bethesda, MD 20814",
        "born_on": date(today.year - 35, 4, 2),
        "licence_number": "O-215-660-118-204",
        "licence_region": "MD",
        "licence_since": date(today.year - 12, 4, 2),
        "licence_until": date(today.year + 3, 4, 2),
        "insurer": "Old Line Mutual",
        "insurance_policy": "OLM-22817",
        "insured_until": date(today.year + 1, 4, 2),
    }
    return DriverDetails(**{**details, **changes})  # type: ignore[arg-type]


def order(
    booking_id: UUID, *, extras: Mapping[str, int] | None = None, driver: DriverDetails | None = None
) -> None:
    with transaction():
        at = clock.now()
        found = session().get(Booking, booking_id)
        assert found is not None
        place = houses.place("rockville")
        counter = desk()
        booking = transitions.lock(booking_id)
        total = ordering.reprice(
            booking,
            pickup_place=place,
            return_place=place,
            extras=extras or {},
            additional_drivers=0,
            desk=counter,
        ).price.total
        details = OrderDetails(
            renter=driver or renter(),
            agreed_total=total,
            accepted=True,
            pickup_place=place,
            return_place=place,
            extras=extras or {},
        )
        ordering.place_order(booking_id, details, desk=counter, at=at)


def approve_url(booking_id: UUID, purpose: Purpose = Purpose.RENTAL) -> str:
    with transaction():
        payment = tree.of_booking(booking_id)[purpose]
        found = opening.usable_order(payment, at=clock.now())
        assert found is not None, f"no usable order: {payment.state}"
        assert found.approve_url is not None
        return found.approve_url


def approve(booking_id: UUID, purpose: Purpose = Purpose.RENTAL, *, funding: str | None = None) -> None:
    """Approve at PayPal and come back, as the browser would."""
    url = approve_url(booking_id, purpose)
    page = requests.get(url, timeout=60)
    choice = funding or (re.search(r'name="funding" value="([^"]+)"', page.text) or [None, ""])[1]
    answer = requests.post(
        url, data={"decision": "approve", "funding": choice}, allow_redirects=False, timeout=60
    )
    assert answer.status_code in (302, 303), answer.text[:300]
    token = re.search(r"token=([A-Z0-9]+)", answer.headers["Location"])
    assert token is not None
    with transaction():
        opening.payer_returned(booking_id, token.group(1), at=clock.now())


def sign(sign_url: str) -> None:
    """Sign at DocuSeal."""
    page = requests.get(sign_url, timeout=60)
    assert page.ok, page.status_code
    answer = requests.post(
        sign_url,
        data={"signature": "Maya Okafor", "agreed": "yes"},
        allow_redirects=False,
        timeout=60,
    )
    assert answer.status_code in (302, 303), answer.text[:500]


def ask_for_deposit(booking_id: UUID) -> None:
    with transaction():
        deposits.ask(booking_id, at=clock.now())


def go_to_deposit(booking_id: UUID) -> None:
    with transaction():
        deposits.pay(booking_id, at=clock.now())


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 24), "#6a1522").save(out, "JPEG")
    return out.getvalue()


def photograph(booking_id: UUID, kind: ReportKind) -> None:
    for position in POSITIONS:
        with transaction():
            row = files.keep(
                photo(), folder="photos", name=f"{position}.jpg", media_type="image/jpeg", at=clock.now()
            )
            handover.add_photo(booking_id, kind, position=position, file_id=row.id, at=clock.now())


def hand_over(booking_id: UUID, *, odometer: int = 20_000) -> None:
    photograph(booking_id, ReportKind.PICKUP)
    with transaction():
        handover.hand_over(
            booking_id,
            Condition(odometer=odometer, fuel_eighths=8, checks=PICKUP_CHECKS),
            by=AGENT,
            at=clock.now(),
        )


def take_back(booking_id: UUID, *, odometer: int = 20_150, fuel_eighths: int = 8) -> None:
    photograph(booking_id, ReportKind.RETURN)
    with transaction():
        booking = transitions.lock(booking_id)
        charges = handover.proposed_charges(
            booking, odometer=odometer, fuel_eighths=fuel_eighths, at=clock.now()
        )
        handover.take_back(
            booking_id,
            Condition(odometer=odometer, fuel_eighths=fuel_eighths, checks=RETURN_CHECKS),
            charges=charges,
            by=AGENT,
            at=clock.now(),
        )


def settle(booking_id: UUID) -> None:
    with transaction():
        booking = transitions.lock(booking_id)
        settlement.settle(
            booking_id, charge_ids={row.id for row in booking.charges}, by=AGENT, at=clock.now()
        )


def state(booking_id: UUID) -> str:
    with transaction():
        return session().scalars(select(Booking.state).where(Booking.id == booking_id)).one()


def money(booking_id: UUID, purpose: Purpose) -> tuple[str, Money, Money]:
    """A payment's state, what was captured and what was refunded."""
    with transaction():
        payment = tree.of_booking(booking_id)[purpose]
        return payment.state, tree.captured(payment), tree.refunded(payment)
