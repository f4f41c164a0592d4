"""Promo codes are found, counted and listed by their indexes, however many bookings there are."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select

from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import promoting
from exodrive.kernel import clock
from exodrive.kernel.actors import SYSTEM
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from exodrive.pricing import promotion_uses, promotions
from exodrive.pricing.discounts import Discount, DiscountSource
from exodrive.pricing.promotion_models import Promotion, PromotionUse
from exodrive.pricing.promotion_rules import Conditions, Terms
from tests.filled import FilledHouse
from tests.plans.explained import watched

pytestmark = pytest.mark.slow
USES = 4_000  # a tenth of them of the code that is looked at


@pytest.fixture
def code(house: FilledHouse) -> Iterator[UUID]:
    """A code among ten, all of them used."""
    at = clock.now()
    with transaction():
        ids = [
            promotions.create(new_id(), Terms(f"PLANNED{n}", _off(), Conditions()), by=SYSTEM, at=at).id
            for n in range(2, 12)
        ]
        bookings = session().scalars(select(Booking.id).limit(USES)).all()
        rows = [
            {"id": new_id(), "promotion_id": ids[n % 10], "booking_id": booking_id, "taken_at": at}
            for n, booking_id in enumerate(bookings)
        ]
        session().execute(insert(PromotionUse), rows)
    yield ids[0]
    with transaction():
        session().execute(delete(PromotionUse))
        session().execute(delete(Promotion))


def test_typing_claiming_and_giving_back(code: UUID) -> None:
    with transaction():
        booking_id = session().scalars(select(PromotionUse.booking_id).limit(1)).one()
    with watched() as watch, transaction():
        promotion_uses.look("planned2")
        promotion_uses.give_back(booking_id, at=clock.now())
        promotion_uses.claim("planned2", booking_id=booking_id, at=clock.now(), email="maya@okafor.example")
    assert watch.faults == []


def test_the_desks_page_of_a_code(code: UUID) -> None:
    with watched() as watch:
        promotions.one(code)
        promotions.ever_used(code)
        promoting.come_of([code])
    assert watch.faults == []


def _off() -> Discount:
    return Discount(DiscountSource.PROMOTION, rate_bp=1000)
