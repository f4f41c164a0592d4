"""Charges that come up one after the other: the first is told at once, the others in one letter."""

from __future__ import annotations

from uuid import UUID

import pytest

from exodrive.bookings.after_return import late_charges
from exodrive.bookings.charge import charges
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import ChargeKind
from exodrive.kernel import clock, outbox
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.notifications import messages
from tests import paper, rental
from tests.drain import drain, hurry, troubles

pytestmark = pytest.mark.usefixtures("house")
CLEANING, SMOKE, KEY, TYRE = "Sand in the seats", "Smoke in the roof", "Second key lost", "A tyre cut open"


@pytest.fixture
def back() -> UUID:
    """Returned, with its own letters written."""
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    drain()
    return booking_id


def add(booking_id: UUID, note: str) -> UUID:
    line = ChargeLine(ChargeKind.OTHER, Money(90_00, "USD"), note=note)
    with transaction():
        return late_charges.add(booking_id, line, by=rental.AGENT, at=clock.now()).id


def told(booking_id: UUID) -> list[str]:
    """The letters about charges, the first one first."""
    with transaction():
        found = [row for row in messages.of_booking(booking_id) if row.template == "charges_added"]
        return [" ".join(row.text.split()) for row in sorted(found, key=lambda row: row.id)]


def test_what_follows_the_first_is_told_together_and_each_once(back: UUID) -> None:
    add(back, CLEANING)
    drain()
    add(back, SMOKE)
    add(back, KEY)
    drain()
    (first,) = told(back)
    assert CLEANING in first
    hurry()
    drain()
    first, second = told(back)
    assert [SMOKE in first, KEY in first] == [False, False]
    assert [CLEANING in second, SMOKE in second, KEY in second] == [False, True, True]
    assert "$180.00" in second
    add(back, TYRE)  # the last of them is told late as well, and never forgotten
    hurry()
    drain()
    assert len(told(back)) == 3
    assert TYRE in told(back)[-1]
    assert troubles() == []


def test_a_letter_that_waits_is_joined_though_the_first_is_not_out_yet(back: UUID) -> None:
    for note in (CLEANING, SMOKE, KEY):
        add(back, note)
    drain()
    hurry()
    drain()
    first, second = told(back)
    assert CLEANING in first
    assert SMOKE in second
    assert KEY in second


def test_a_letter_that_is_written_twice_goes_out_once(back: UUID) -> None:
    """A worker died after writing it: the same charges under the same key."""
    wanted = add(back, CLEANING)
    drain()
    with transaction():
        outbox.emit(
            late_charges.ADDED, subject_id=back, booking_id=str(back), wanted=str(wanted),
            charges=[str(wanted)],
        )  # fmt: skip
    drain()
    assert len(told(back)) == 1


def test_what_waited_until_the_rental_was_settled_says_so(back: UUID) -> None:
    add(back, CLEANING)
    drain()
    add(back, SMOKE)
    rental.settle(back)
    paper.answer(back)
    hurry()
    drain()
    assert rental.state(back) == "closed"
    assert "settled it with your rental" in told(back)[-1]
    assert SMOKE in told(back)[-1]


def test_after_the_settlement_every_charge_has_its_bill_and_they_share_a_letter(back: UUID) -> None:
    rental.settle(back)
    paper.answer(back)
    drain()
    late = [add(back, note) for note in (CLEANING, SMOKE, KEY)]
    hurry()
    drain()
    assert len(told(back)) == 2
    assert "The bill follows by a mail of its own" in told(back)[-1]
    with transaction():
        rows = [row for row in charges.all_of(back) if row.id in late]
        assert len({row.bill_id for row in rows}) == 3
