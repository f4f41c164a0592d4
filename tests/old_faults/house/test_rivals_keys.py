"""What rivals get wrong about keys and deposits: no photos, no evidence, no hours, no seasons."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exodrive.bookings import handover, queries, transitions
from exodrive.bookings.condition_models import POSITIONS, ReportKind
from exodrive.bookings.handover import PICKUP_CHECKS, NotReady
from exodrive.bookings.models import ChargeKind
from exodrive.bookings.money.settlement import BeyondDeposit
from exodrive.bookings.reservation import offers
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.payments.states import Purpose
from exodrive.pricing.models import Season
from exodrive.pricing.price import LineKind
from tests import paper, rental
from tests.domain.bookings.test_handover import hand_over, take_back

pytestmark = pytest.mark.usefixtures("house")


def test_no_keys_without_the_photos() -> None:
    """Nobody could say afterwards how the car was when it left."""
    booking_id = paper.confirmed()
    paper.hold_deposit(booking_id)
    with pytest.raises(NotReady) as raised:
        hand_over(booking_id, checks=PICKUP_CHECKS)
    assert raised.value.missing == [f"photo_{position}" for position in POSITIONS]
    rental.photograph(booking_id, ReportKind.PICKUP)
    hand_over(booking_id)
    assert rental.state(booking_id) == "on_rent"


def test_no_return_without_the_photos_either() -> None:
    booking_id = paper.on_rent()
    with pytest.raises(NotReady) as raised:
        take_back(booking_id, late=timedelta())
    assert raised.value.missing == [f"photo_{position}" for position in POSITIONS]


def test_no_keys_without_the_deposit() -> None:
    """It was found missing when the car came back damaged."""
    booking_id = paper.confirmed()
    rental.photograph(booking_id, ReportKind.PICKUP)
    with pytest.raises(NotReady) as raised:
        hand_over(booking_id)
    assert raised.value.missing == ["deposit"]


def test_a_deposit_is_kept_for_items_with_their_evidence_and_for_nothing_else() -> None:
    """It was kept as a sum, with nothing to show for it."""
    booking_id = paper.returned(odometer=20_000 + 900, fuel_eighths=7)
    charges = {row.kind: row for row in queries.by_id(booking_id).charges}
    assert set(charges) == {ChargeKind.MILEAGE, ChargeKind.FUEL}
    assert charges[ChargeKind.MILEAGE].params["miles"] == 200
    for kind in ReportKind:
        report = handover.report(booking_id, kind)
        assert report is not None
        assert report.completed_at is not None
        assert {photo.position for photo in report.photos} == set(POSITIONS)
    due = sum(row.amount for row in charges.values())
    rental.settle(booking_id)
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.DEPOSIT) == ("captured", Money(due, "USD"), Money(0, "USD"))


def test_nothing_beyond_the_deposit_is_taken() -> None:
    booking_id = paper.returned(odometer=20_000 + 9_000)
    with pytest.raises(BeyondDeposit):
        rental.settle(booking_id)


def test_a_late_return_is_charged_by_the_hour() -> None:
    """Prices knew whole days alone: a quarter of an hour cost a day, or nothing."""
    booking_id = paper.on_rent()
    with transaction():
        booking = transitions.lock(booking_id)
        at = booking.return_at + timedelta(hours=1, minutes=40)
        (late,) = handover.proposed_charges(booking, odometer=20_100, fuel_eighths=8, at=at)
    assert (late.kind, late.params) == (ChargeKind.LATE, {"hours": 2})
    assert late.amount < Money(booking.car.daily_price, "USD")


def test_a_season_has_its_price_for_its_days_alone() -> None:
    """There were no prices of a season."""
    plain = rental.offer()
    first = plain.journey.pickup_at.date()
    with transaction():
        session().add(
            Season(
                kind="season",
                name="The week of the fair",
                rate_bp=2000,
                first_day=first + timedelta(days=1),
                last_day=first + timedelta(days=2),
                valid_from=date(2020, 1, 1),
            )
        )
    at = clock.now()
    desk = offers.desk(houses.house(), houses.rulebook(at), currencies={"USD"}, at=at)
    dear = offers.make(plain.car, plain.journey, desk=desk, at=at)

    def amounts(offer: offers.Offer) -> list[int]:
        return [line.amount.amount for line in offer.price.lines if line.kind is LineKind.RENTAL]

    dearer = 2 * plain.car.daily_price * 20 // 100
    assert dearer in amounts(dear)
    assert dearer not in amounts(plain)
    assert plain.price.total < dear.price.total
