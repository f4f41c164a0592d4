"""The charges of a return as staff type them."""

from __future__ import annotations

import pytest

from exodrive.blueprints.staff.charging import charge_form
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import ChargeKind
from exodrive.kernel.money import Money

MILES = ChargeLine(ChargeKind.MILEAGE, Money(100_00, "USD"), params={"miles": 20, "each": 500})
SHOWN = "mileage=10000"


def _form(**sent: str) -> charge_form.ChargeForm:
    return charge_form.of(
        [MILES], {key.replace("__", "-"): value for key, value in sent.items()}, currency="USD"
    )


def test_proposals_stand_until_somebody_touches_them() -> None:
    form = _form()
    assert not form.seen
    assert form.lines() == [MILES]
    assert form.rows[0].amount == "100.00"


def test_an_amount_that_was_changed_is_decided_and_not_worked_out() -> None:
    form = _form(worked_out=SHOWN, mileage__kept="1", mileage__amount="$1,050", mileage__note="Agreed")
    assert form.seen
    assert form.lines() == [ChargeLine(ChargeKind.MILEAGE, Money(1050_00, "USD"), note="Agreed")]


def test_a_proposal_taken_off_is_not_charged() -> None:
    assert _form(worked_out=SHOWN, mileage__amount="100.00").lines() == []


def test_what_was_typed_for_other_proposals_is_dropped() -> None:
    form = _form(worked_out="mileage=5000", mileage__amount="1.00")
    assert not form.seen
    assert form.lines() == [MILES]


@pytest.mark.parametrize("amount", ["", "x", "-5", "0", "1.005", "1e9", "NaN"])
def test_an_amount_that_is_none_is_named(amount: str) -> None:
    form = _form(worked_out=SHOWN, mileage__kept="1", mileage__amount=amount)
    assert form.lines() == []
    assert form.faults == ["Write an amount such as 250.00."]


def test_staff_add_charges_of_their_own_with_a_note() -> None:
    sent = {
        "worked_out": SHOWN,
        "extra-1-kind": "damage",
        "extra-1-amount": "400",
        "extra-2-kind": "cleaning",
    }
    form = charge_form.of([MILES], sent, currency="USD")
    assert form.lines() == []
    assert len(form.faults) == 2
    form = charge_form.of([MILES], {**sent, "extra-1-note": "Rear wheel", "extra-2-kind": ""}, currency="USD")
    assert form.lines() == [ChargeLine(ChargeKind.DAMAGE, Money(400_00, "USD"), note="Rear wheel")]


def test_only_the_kinds_on_offer_can_be_added() -> None:
    sent = {"extra-1-kind": "mileage", "extra-1-amount": "1", "extra-1-note": "x"}
    form = charge_form.of([], sent, currency="USD")
    assert form.lines() == []
    assert form.faults
