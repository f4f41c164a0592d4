"""Damage noted as the car comes back is a claim with its photos, and the deposit waits for it."""

from __future__ import annotations

from uuid import UUID

import pytest

from exodrive.bookings import handover, queries
from exodrive.bookings.after_return import evidence, late_charges
from exodrive.bookings.after_return.claims import Claim, NothingMarked
from exodrive.bookings.after_return.late_charges import ChargeUnusable
from exodrive.bookings.by_hand import deposit_release
from exodrive.bookings.charge import charges
from exodrive.bookings.condition_models import POSITIONS, ReportKind
from exodrive.bookings.handover import RETURN_CHECKS, Condition
from exodrive.bookings.models import Charge
from exodrive.bookings.money.settlement import ChargesContested
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from tests import audited, paper, rental

pytestmark = pytest.mark.usefixtures("house")


def take_back(claim: Claim, *, marks: str = "Kerb mark,\n front left wheel") -> UUID:
    booking_id = paper.on_rent()
    rental.photograph(booking_id, ReportKind.RETURN)
    with transaction():
        handover.take_back(
            booking_id,
            Condition(odometer=20_010, fuel_eighths=8, checks=RETURN_CHECKS, marks=marks),
            charges=[],
            claim=claim,
            by=rental.AGENT,
            at=clock.now(),
        )
    return booking_id


def claimed(booking_id: UUID) -> Charge:
    (charge,) = charges.all_of(booking_id)
    return charge


def shown(booking_id: UUID) -> list[str | None]:
    found = evidence.of_charges(booking_id, charges.all_of(booking_id))
    return [piece.position for pieces in found.values() for piece in pieces]


def release(booking_id: UUID) -> None:
    with transaction():
        deposit_release.release(booking_id, reason="clean", by=rental.AGENT, at=clock.now())


def test_it_keeps_the_deposit_until_it_is_assessed() -> None:
    booking_id = take_back(Claim(Money(400_00, "USD"), ("wheel_front_left", "front")))
    charge = claimed(booking_id)
    assert (charge.kind, charge.state, charge.amount) == ("damage", "claimed", 400_00)
    assert charge.note == "Kerb mark, front left wheel"
    assert shown(booking_id) == ["front", "wheel_front_left"]
    with pytest.raises(ChargesContested):
        release(booking_id)
    with transaction():
        late_charges.assess(
            booking_id, charge.id, amount=Money(310_00, "USD"), by=rental.AGENT, at=clock.now()
        )
    release(booking_id)
    assert queries.by_id(booking_id).deposit_released_at is not None
    audited.assert_no_breach_yet()


def test_without_a_choice_all_photos_show_it() -> None:
    assert shown(take_back(Claim(Money(1_00, "USD")))) == list(POSITIONS)


@pytest.mark.parametrize(
    ("claim", "marks", "refusal"),
    [
        (Claim(Money(400_00, "USD")), " \n", NothingMarked),
        (Claim(Money(0, "USD")), "A dent", ChargeUnusable),
        (Claim(Money(10**12, "USD")), "A dent", ChargeUnusable),
        (Claim(Money(5, "JPY")), "A dent", ChargeUnusable),
        (Claim(Money(5, "USD"), ("roof",)), "A dent", evidence.PhotoUnknown),
    ],
)
def test_what_is_no_claim_is_refused(claim: Claim, marks: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        take_back(claim, marks=marks)
