"""Changes before anybody has approved anything: applied at once, and another amount is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask

from exodrive.availability import occupancies
from exodrive.availability import queries as availability
from exodrive.bookings import changes, queries, transitions
from exodrive.bookings.by_hand.purse import MoneyUnderWay
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.change_rules import ChangeImpossible, PolicyForbids
from exodrive.bookings.change.impact import Impact, Paper
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_states import ChangeState
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import expiry
from exodrive.bookings.reservation.ordering import HoldEnded
from exodrive.fleet import queries as fleet
from exodrive.kernel import clock
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import session, transaction
from exodrive.payments import opening, recording, tree
from exodrive.payments.ports import OrderAnswer
from exodrive.payments.states import Purpose
from tests import audited, paper, rental
from tests.domain.bookings.conftest import NOON
from tests.domain.bookings.test_lock_order import together

DAY = timedelta(days=1)


def booking_of(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def days_more(booking_id: UUID, days: int) -> datetime:
    at = booking_of(booking_id).return_at + days * DAY
    while at.astimezone(rental.ZONE).weekday() > 4:
        at += DAY if days > 0 else -DAY
    return at


def shown(booking_id: UUID, **wanted: object) -> Impact:
    with transaction():
        return changing.preview(booking_id, Wanted(**wanted), at=clock.now())  # type: ignore[arg-type]


def token(impact: Impact) -> str:
    return change_tokens.sign(impact, secret=rental.KEY, by_staff=False, at=clock.now())


def agree(booking_id: UUID, yes: str) -> str:
    with transaction():
        return changing.agree(booking_id, yes, secret=rental.KEY, by=CUSTOMER, at=clock.now()).state


def change(booking_id: UUID, **wanted: object) -> str:
    return agree(booking_id, token(shown(booking_id, **wanted)))


def order(booking_id: UUID) -> tuple[int | None, bool]:
    """(what PayPal asks of the payer, whether the payer can be sent there)."""
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        usable = opening.usable_order(payment, at=clock.now())
        return payment.orders[-1].amount, usable is not None


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("days", [2, -2])
def test_what_waits_for_its_payment_is_changed_at_once_and_its_order_too(days: int) -> None:
    booking_id = paper.awaiting_payment()
    total, until = booking_of(booking_id).total, booking_of(booking_id).expires_at
    found = shown(booking_id, return_at=days_more(booking_id, days))
    assert [(step.code, step.amount) for step in found.money] == [("approve_instead", found.after.total)]
    assert (found.to_pay.amount, found.paper) == (0, Paper.NONE)
    assert agree(booking_id, token(found)) == ChangeState.APPLIED
    after = booking_of(booking_id)
    assert (after.total > total) == (days > 0)
    assert order(booking_id) == (total, False), "nobody is sent to the old amount"
    assert paper.answer(booking_id) == ["patch_order"]
    assert order(booking_id) == (after.total, True)
    assert booking_of(booking_id).expires_at == until, "a change gives no more time"
    paper.approve(booking_id)
    paper.answer(booking_id)
    assert rental.state(booking_id) == "awaiting_signature"
    audited.assert_no_breach_yet()


@pytest.mark.usefixtures("house")
def test_a_held_car_is_exchanged_for_another_with_other_dates() -> None:
    booking_id = rental.hold()
    until = booking_of(booking_id).expires_at
    other = fleet.car("corsara-v10")
    assert change(booking_id, car_id=other.id, return_at=days_more(booking_id, 1)) == ChangeState.APPLIED
    held = booking_of(booking_id)
    place = occupancies.place_of(booking_id)
    assert place is not None
    assert (held.car_id, place.kind) == (other.id, "hold")
    assert not availability.is_free(other.id, place.period)
    assert held.expires_at == until
    rental.order(booking_id)
    paper.answer(booking_id)
    assert order(booking_id) == (booking_of(booking_id).total, True)
    audited.assert_no_breach_yet()


@pytest.mark.usefixtures("house")
def test_a_hold_has_no_drivers_or_extras_yet() -> None:
    booking_id = rental.hold()
    for wanted in ({"extras": {"child_seat": 1}}, {"add_drivers": (rental.renter(),)}):
        with pytest.raises(ChangeImpossible):
            shown(booking_id, **wanted)


@pytest.mark.usefixtures("house")
def test_what_is_over_by_the_clock_is_changed_no_more() -> None:
    for booking_id in (rental.hold(), paper.awaiting_payment("corsara-v10")):
        found = shown(booking_id, return_at=days_more(booking_id, 1))
        end = booking_of(booking_id).expires_at
        assert end is not None
        with clock.frozen(end):
            with pytest.raises(HoldEnded):
                agree(booking_id, token(found))
            with pytest.raises(HoldEnded):
                shown(booking_id, return_at=days_more(booking_id, 1))


@pytest.mark.usefixtures("house")
def test_until_when_it_may_be_changed_counts_from_the_payment_on() -> None:
    """Somebody who books for tomorrow may still choose other dates; too soon for the house stays too soon."""
    booking_id = rental.hold(days_ahead=3)
    with clock.frozen(NOON), transaction():
        booking = transitions.lock(booking_id)
        booking.expires_at = booking.pickup_at
    with clock.frozen(booking_of(booking_id).pickup_at - timedelta(hours=4)):
        found = shown(booking_id, return_at=days_more(booking_id, 1))
        assert not found.window_closed
        with pytest.raises(PolicyForbids) as refused:
            shown(booking_id, pickup_at=clock.now() + timedelta(minutes=30))
        assert "too_soon" in refused.value.reasons


@pytest.mark.usefixtures("house")
def test_what_the_payer_has_approved_is_changed_after_it_stands() -> None:
    booking_id = paper.awaiting_payment()
    yes = token(shown(booking_id, return_at=days_more(booking_id, 1)))
    paper.approve(booking_id)
    with pytest.raises(MoneyUnderWay):
        shown(booking_id, return_at=days_more(booking_id, 1))
    with pytest.raises((MoneyUnderWay, change_tokens.StaleChange)):
        agree(booking_id, yes)
    paper.answer(booking_id)
    assert rental.state(booking_id) == "awaiting_signature"


@pytest.mark.usefixtures("house")
def test_who_changes_again_and_again_gets_no_more_time() -> None:
    booking_id = paper.awaiting_payment()
    end = booking_of(booking_id).expires_at
    assert end is not None
    with clock.frozen(end - timedelta(minutes=1)):
        for days in (1, -1):
            change(booking_id, return_at=days_more(booking_id, days))
            paper.answer(booking_id)
    with transaction():
        expiry.expire_if_due(booking_id, at=end)
    assert rental.state(booking_id) == "expired"


@pytest.mark.parametrize("_", range(4))
def test_a_change_in_the_second_of_the_approval(open_house: Flask, _: int) -> None:
    """Over real connections: what PayPal is to hold is always what the booking costs."""
    booking_id = paper.awaiting_payment()
    before = booking_of(booking_id).total
    yes = token(shown(booking_id, return_at=days_more(booking_id, 2)))
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        payment_id, known = payment.id, payment.orders[-1]
        approved = OrderAnswer(known.paypal_id, "APPROVED", payment.money, created_at=known.created_at)

    def changes_it() -> None:
        agree(booking_id, yes)

    def reads_it() -> None:
        with transaction():
            transitions.lock(booking_id)
            paper.follow(recording.read(payment_id, approved, at=NOON))

    ends = together(open_house, changes_it, reads_it)
    assert set(ends) <= {"done", "money_under_way", "stale_change"}
    changed = changes.latest(booking_id) is not None
    total = booking_of(booking_id).total
    assert (total != before) == changed
    if changed:
        assert "authorize" not in paper.kinds(booking_id), "the old amount is never authorized"
        with transaction():
            assert tree.lock(payment_id).amount == total
    else:
        paper.answer(booking_id)
        assert rental.state(booking_id) == "awaiting_signature"
        assert rental.money(booking_id, Purpose.RENTAL)[0] == "authorized"
    session().rollback()
    audited.assert_no_breach_yet()
