"""A discount that staff give: before the payment, while it is held, and after it was taken."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from exodrive.bookings import queries, transitions
from exodrive.bookings.by_hand import capturing
from exodrive.bookings.by_hand.purse import MoneyUnderWay
from exodrive.bookings.change import change_tokens, gifts
from exodrive.bookings.change.change_rules import ChangeImpossible
from exodrive.bookings.change.gifts import GiftBeyondLimit, GiftTooSmall
from exodrive.bookings.change.impact import Impact, Paper
from exodrive.bookings.change_models import Change
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation.ordering import HoldEnded
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import opening, recording, tree
from exodrive.payments.ports import OrderAnswer
from exodrive.payments.states import Purpose
from exodrive.pricing.discounts import Discount, DiscountSource
from tests import audited, paper, rental
from tests.domain.bookings.conftest import NOON
from tests.domain.bookings.test_lock_order import together

HUNDRED = Discount(DiscountSource.GIFT, amount=Money(100_00, "USD"))
HALF = Discount(DiscountSource.GIFT, rate_bp=5000)


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def shown(booking_id: UUID, gift: Discount, *, by_manager: bool = True) -> Impact:
    with transaction():
        return gifts.preview(booking_id, gift, by_manager=by_manager, at=clock.now())


def give(booking_id: UUID, gift: Discount = HUNDRED, *, reason: str = "Waited an hour") -> Change:
    found = shown(booking_id, gift)
    token = change_tokens.sign(found, secret=rental.KEY, by_staff=True, at=clock.now())
    return say_yes(booking_id, token, reason=reason)


def say_yes(booking_id: UUID, token: str, *, by_manager: bool = True, reason: str = "Waited") -> Change:
    with transaction():
        return gifts.give(
            booking_id,
            token,
            secret=rental.KEY,
            by=rental.AGENT,
            by_manager=by_manager,
            reason=reason,
            at=clock.now(),
        )


@pytest.mark.usefixtures("house")
def test_a_held_car_costs_less_and_its_order_asks_for_that() -> None:
    booking_id = rental.hold()
    until = fresh(booking_id).expires_at
    found = shown(booking_id, HUNDRED)
    assert [(step.code, step.amount) for step in found.money] == [("approve_instead", found.after.total)]
    give(booking_id)
    assert fresh(booking_id).expires_at == until, "a gift gives no more time"
    rental.order(booking_id, extras={"child-seat": 1})
    assert gifts.given(fresh(booking_id).agreed) == Money(100_00, "USD")
    paper.answer(booking_id)
    paper.approve(booking_id)
    paper.answer(booking_id)
    held = tree.of_booking(booking_id)[Purpose.RENTAL]
    assert (held.state, held.amount) == ("authorized", fresh(booking_id).total)
    audited.assert_no_breach_yet()


@pytest.mark.usefixtures("house")
def test_a_hold_that_is_over_gets_none() -> None:
    booking_id = rental.hold()
    token = change_tokens.sign(shown(booking_id, HUNDRED), secret=rental.KEY, by_staff=True, at=clock.now())
    end = fresh(booking_id).expires_at
    assert end is not None
    with clock.frozen(end):
        with pytest.raises(HoldEnded):
            say_yes(booking_id, token)
        with pytest.raises(HoldEnded):
            shown(booking_id, HUNDRED)


@pytest.mark.usefixtures("house")
def test_what_waits_for_its_payment_has_its_order_changed_at_paypal() -> None:
    booking_id = paper.awaiting_payment()
    before = fresh(booking_id).total
    give(booking_id)
    after = fresh(booking_id).total
    assert before - after == 111_50, "with the tax on it"
    assert paper.answer(booking_id) == ["patch_order"]
    payment = tree.of_booking(booking_id)[Purpose.RENTAL]
    assert (payment.amount, payment.orders[-1].amount) == (after, after)
    paper.approve(booking_id)
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "authorized"
    audited.assert_no_breach_yet()


@pytest.mark.usefixtures("house")
def test_what_the_payer_has_approved_is_lowered_after_it_stands() -> None:
    booking_id = paper.awaiting_payment()
    paper.approve(booking_id)
    with pytest.raises(MoneyUnderWay):
        shown(booking_id, HUNDRED)
    paper.answer(booking_id)
    assert [step.code for step in shown(booking_id, HUNDRED).money] == ["take_less"]


@pytest.mark.parametrize("_", range(3))
def test_a_gift_in_the_second_of_the_approval(open_house: Flask, _: int) -> None:
    """Over real connections: PayPal holds the lowered price or the whole one, never what is not asked for."""
    booking_id = paper.awaiting_payment()
    token = change_tokens.sign(shown(booking_id, HUNDRED), secret=rental.KEY, by_staff=True, at=clock.now())
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        payment_id, known = payment.id, payment.orders[-1]
        approved = OrderAnswer(known.paypal_id, "APPROVED", payment.money, created_at=known.created_at)

    def gives_it() -> None:
        say_yes(booking_id, token)

    def reads_it() -> None:
        with transaction():
            transitions.lock(booking_id)
            paper.follow(recording.read(payment_id, approved, at=NOON))

    ends = together(open_house, gives_it, reads_it)
    assert set(ends) <= {"done", "money_under_way", "stale_change"}
    session().rollback()
    if gifts.given(fresh(booking_id).agreed):
        assert "authorize" not in paper.kinds(booking_id), "the old amount is never authorized"
        total = fresh(booking_id).total
        with transaction():
            locked = tree.lock(payment_id)
            assert locked.amount == total
            assert opening.usable_order(locked, at=clock.now()) is None
    else:
        paper.answer(booking_id)
        assert rental.money(booking_id, Purpose.RENTAL)[0] == "authorized"
        assert rental.state(booking_id) == "awaiting_signature"
    session().rollback()
    audited.assert_no_breach_yet()


@pytest.mark.usefixtures("house")
def test_after_the_signature_nobody_signs_to_pay_less() -> None:
    booking_id = paper.confirmed()
    found = shown(booking_id, HUNDRED)
    assert found.paper is Paper.NONE
    assert [(step.code, step.amount.amount) for step in found.money] == [("take_less", 111_50)]
    give(booking_id, reason="Waited an hour")
    entry = next(row for row in audit.trail(booking_id) if row.action == gifts.GIVEN)
    assert (entry.reason, entry.data["amount"]) == ("Waited an hour", 100_00)
    assert tree.of_booking(booking_id)[Purpose.RENTAL].amount == fresh(booking_id).total


@pytest.mark.usefixtures("house")
def test_what_was_taken_goes_back() -> None:
    booking_id = paper.confirmed()
    with transaction():
        capturing.capture(
            booking_id,
            purpose=Purpose.RENTAL,
            amount=None,
            final=True,
            reason="now",
            by=rental.AGENT,
            at=clock.now(),
        )
    paper.answer(booking_id)
    give(booking_id)
    assert paper.answer(booking_id) == ["refund"]
    audited.assert_no_breach_yet()


@pytest.mark.usefixtures("house")
def test_it_stands_in_the_books_beside_the_revenue() -> None:
    booking_id = paper.on_rent()
    give(booking_id)
    rental.take_back(booking_id)
    rental.settle(booking_id)
    paper.answer(booking_id)
    with transaction():
        given = postings.balance(Account.DISCOUNTS, currency="USD", booking_id=booking_id)
    assert given == Money(100_00, "USD")
    audited.assert_no_breach_yet()


@pytest.mark.usefixtures("house")
def test_a_yes_that_is_sent_twice_gives_once() -> None:
    booking_id = paper.confirmed()
    token = change_tokens.sign(shown(booking_id, HUNDRED), secret=rental.KEY, by_staff=True, at=clock.now())
    first, again = say_yes(booking_id, token), say_yes(booking_id, token)
    assert first.id == again.id
    assert gifts.given(fresh(booking_id).agreed) == Money(100_00, "USD")


@pytest.mark.usefixtures("house")
def test_agents_give_up_to_a_limit() -> None:
    booking_id = paper.confirmed()
    with pytest.raises(GiftBeyondLimit) as refused:
        shown(booking_id, HALF, by_manager=False)
    tenth = refused.value.most
    shown(booking_id, Discount(DiscountSource.GIFT, amount=tenth), by_manager=False)
    token = change_tokens.sign(shown(booking_id, HALF), secret=rental.KEY, by_staff=True, at=clock.now())
    with pytest.raises(GiftBeyondLimit):
        say_yes(booking_id, token, by_manager=False)
    assert gifts.given(fresh(booking_id).agreed) == Money(0, "USD")


@pytest.mark.usefixtures("house")
def test_two_gifts_stand_beside_each_other_and_a_tenth_stays() -> None:
    booking_id = paper.confirmed()
    give(booking_id, HALF)
    give(booking_id, HALF)
    with pytest.raises(GiftTooSmall):
        shown(booking_id, HUNDRED)


@pytest.mark.usefixtures("house")
def test_it_takes_a_reason_and_a_token_of_its_own() -> None:
    booking_id = paper.confirmed()
    with pytest.raises(Refused) as refused:
        give(booking_id, reason=" ")
    assert refused.value.code == "change_unexplained"


@pytest.mark.usefixtures("house")
def test_what_is_back_is_settled_instead() -> None:
    booking_id = paper.returned()
    with pytest.raises(ChangeImpossible):
        shown(booking_id, HUNDRED)
