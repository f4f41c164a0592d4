"""Promo codes on bookings: counted once, kept through changes, given back where nothing came of it."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from exodrive.bookings import cancelling, queries, transitions
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import expiry, holding, ordering, promoting
from exodrive.house import queries as houses
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.pricing import promotion_uses, promotions
from exodrive.pricing.discounts import Discount, DiscountSource, is_discount
from exodrive.pricing.price import LineKind
from exodrive.pricing.promotion_rules import CodeUnfit, Conditions, PromotionRefused, Terms, Unfit
from tests import paper, rental
from tests.domain.bookings.test_changing import change, later, shown

DAY = timedelta(days=1)
TENTH = Discount(DiscountSource.PROMOTION, rate_bp=1000)


def code(name: str = "SPRING", *, off: Discount = TENTH, **terms: Any) -> UUID:
    """A code of the house; conditions are named like the rules'."""
    limits = {key: terms.pop(key) for key in ("most_uses", "most_per_customer") if key in terms}
    with transaction():
        made = promotions.create(
            new_id(), Terms(name, off, Conditions(**terms), **limits), by=rental.AGENT, at=clock.now()
        )
        return made.id


def hold(typed: str = "SPRING", *, slug: str = "aurelia-gt", days_ahead: int = 10) -> UUID:
    with transaction():
        at = clock.now()
        offer = promoting.with_code(
            rental.offer(slug, days_ahead=days_ahead), typed, desk=rental.desk(), at=at
        )
        booking, _ = holding.hold(
            offer, policies=houses.rulebook(at), prefix="EXD", visitor=None, key=rental.KEY, at=at
        )
        return booking.id


def refused(typed: str) -> Unfit:
    with pytest.raises(PromotionRefused) as error:
        hold(typed)
    return error.value.why


def uses(promotion_id: UUID) -> int:
    with transaction():
        return promotion_uses.count(promotion_id)


def confirm(booking_id: UUID) -> None:
    """Order, pay and sign."""
    rental.order(booking_id)
    paper.answer(booking_id)
    paper.approve(booking_id)
    paper.answer(booking_id)
    paper.issue(booking_id)
    paper.sign(booking_id)


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def off(booking_id: UUID) -> int:
    return -sum(line.amount.amount for line in fresh(booking_id).agreed.lines if is_discount(line))


@pytest.mark.usefixtures("house")
class TestOneBooking:
    """A code from the hold on."""

    def test_a_hold_is_cheaper_by_it_and_counts(self) -> None:
        spring = code()
        plain = rental.offer().price
        booking_id = hold(" sprlng ")  # an l for the I: they look alike
        assert off(booking_id) == (plain.rental.amount + 5) // 10
        assert fresh(booking_id).total < plain.total.amount
        assert uses(spring) == 1

    def test_it_is_refused_for_a_reason(self) -> None:
        assert refused("NOSUCH") is Unfit.UNKNOWN
        assert refused("") is Unfit.UNKNOWN
        code("LONGONE", minimum_days=30)
        assert refused("LONGONE") is Unfit.TOO_SHORT
        code("SUMMER", pickup_from=date(2027, 6, 1))
        assert refused("SUMMER") is Unfit.OTHER_DATES
        code("SPORTS", categories=frozenset({"supercar"}))
        assert refused("SPORTS") is Unfit.OTHER_CAR
        gone = code("GONE")
        with transaction():
            promotions.end(gone, by=rental.AGENT, at=clock.now())
        assert refused("GONE") is Unfit.ENDED

    def test_the_last_use_is_given_back_by_an_expired_hold(self) -> None:
        spring = code(most_uses=1)
        first = hold()
        assert refused("SPRING") is Unfit.USED_UP
        with transaction():
            expiry.expire(transitions.lock(first), at=clock.now())
        assert uses(spring) == 0
        hold()
        assert uses(spring) == 1

    def test_a_cancellation_gives_it_back_before_the_payment_alone(self) -> None:
        spring = code()
        unpaid = hold()
        rental.order(unpaid)
        with transaction():
            fee = Money.zero("USD")
            cancelling.cancel(unpaid, agreed_fee=fee, by=rental.AGENT, at=clock.now())
        assert uses(spring) == 0

        paid = hold()
        confirm(paid)
        with transaction():
            booking = transitions.lock(paid)
            fee = cancelling.terms(booking, at=clock.now()).fee
            cancelling.cancel(paid, agreed_fee=fee, by=rental.AGENT, at=clock.now())
        assert uses(spring) == 1

    def test_each_customer_has_so_many(self) -> None:
        code(most_per_customer=1)
        rental.order(hold())
        second = hold(slug="calder-brake")
        with pytest.raises(PromotionRefused) as error:
            rental.order(second, driver=rental.renter(email=" MAYA@okafor.example"))
        assert error.value.why is Unfit.USED_BEFORE
        rental.order(second, driver=rental.renter(email="ben@okafor.example", licence_number="B-1"))

    def test_it_is_typed_or_taken_away_with_the_order(self) -> None:
        spring = code()
        booking_id = rental.hold()
        before = fresh(booking_id).total
        assert order_with(booking_id, "spring") < before
        assert uses(spring) == 1
        other = hold(slug="calder-brake")
        assert order_with(other, "") == fresh(other).agreed.total.amount
        assert off(other) == 0
        assert uses(spring) == 1

    def test_a_change_of_dates_keeps_it(self) -> None:
        spring = code()
        booking_id = hold()
        confirm(booking_id)
        change(booking_id, return_at=fresh(booking_id).return_at - 2 * DAY)
        assert off(booking_id) == (sum_of_days(booking_id) + 5) // 10
        assert uses(spring) == 1

    def test_a_change_that_it_is_not_for_says_so_and_loses_it(self) -> None:
        spring = code(minimum_days=7)
        booking_id = hold()
        confirm(booking_id)
        return_at = later(booking_id, -4)
        found = shown(booking_id, Wanted(return_at=return_at))
        assert found.code_lost is not None
        assert (found.code_lost.why, found.code_lost.days) == (Unfit.TOO_SHORT, 7)
        change(booking_id, return_at=return_at)
        assert off(booking_id) == 0
        assert uses(spring) == 0

    def test_a_change_keeps_a_code_whose_time_to_book_is_over(self, at: datetime) -> None:
        code(booked_until=at.date())
        booking_id = hold()
        confirm(booking_id)
        with clock.frozen(at + 3 * DAY):
            change(booking_id, return_at=fresh(booking_id).return_at - 2 * DAY)
        assert off(booking_id)

    def test_a_code_that_ended_meanwhile_stays_in_a_hold(self) -> None:
        spring = code()
        booking_id = hold()
        before = fresh(booking_id).total
        with transaction():
            promotions.end(spring, by=rental.AGENT, at=clock.now())
        rental.order(booking_id)
        assert fresh(booking_id).total == before
        assert uses(spring) == 1


@pytest.mark.usefixtures("house")
class TestTheRegister:
    """Making and changing codes."""

    def test_two_that_look_alike_are_one(self) -> None:
        code("SPRING")
        with pytest.raises(promotions.CodeTaken):
            code("SPR1NG")
        with pytest.raises(CodeUnfit):
            code("abc")

    def test_a_used_code_keeps_what_it_takes_off(self) -> None:
        spring = code(most_uses=5)
        hold()
        with transaction():
            terms = promotions.one(spring).terms
        with pytest.raises(promotions.PromotionFixed):
            edit(spring, replace(terms, discount=replace(TENTH, rate_bp=2000)))
        with pytest.raises(promotions.PromotionFixed):
            edit(spring, replace(terms, code="OTHER"))
        hold(slug="calder-brake")
        with pytest.raises(promotions.BelowUses):
            edit(spring, replace(terms, most_uses=1))
        edit(spring, replace(terms, most_uses=2, conditions=Conditions(minimum_days=2)))
        with pytest.raises(Stale):
            edit(spring, terms)
        actions = [entry.action for entry in audit.trail(spring)]
        assert actions == ["promotion.changed", "promotion.created"]

    def test_it_is_ended_and_taken_up_again(self) -> None:
        spring = code()
        for deed in (promotions.end, promotions.end, promotions.reactivate, promotions.reactivate):
            with transaction():
                deed(spring, by=rental.AGENT, at=clock.now(), reason="why not")
        actions = [entry.action for entry in audit.trail(spring)]
        assert actions == ["promotion.reactivated", "promotion.ended", "promotion.created"]
        hold()

    def test_what_came_of_it(self) -> None:
        spring = code()
        hold()
        with transaction():
            assert promoting.come_of([spring])[spring] == promoting.Come(1, {"USD": 0})


def sum_of_days(booking_id: UUID) -> int:
    lines = fresh(booking_id).agreed.lines
    return sum(row.amount.amount for row in lines if row.kind is LineKind.RENTAL and not is_discount(row))


def edit(promotion_id: UUID, terms: Terms, *, version: int = 1) -> None:
    with transaction():
        promotions.edit(promotion_id, terms, version=version, by=rental.AGENT, at=clock.now())


def order_with(booking_id: UUID, typed: str) -> int:
    """Order with what was typed as the code; the total."""
    with transaction():
        place, counter, at = houses.place("rockville"), rental.desk(), clock.now()
        booking = transitions.lock(booking_id)
        total = ordering.reprice(
            booking,
            pickup_place=place,
            return_place=place,
            extras={},
            additional_drivers=0,
            desk=counter,
            promo_code=typed,
            at=at,
        ).price.total
        details = ordering.OrderDetails(
            renter=rental.renter(),
            agreed_total=total,
            accepted=True,
            pickup_place=place,
            return_place=place,
            promo_code=typed,
        )
        return ordering.place_order(booking_id, details, desk=counter, at=at).total


RIVALS = 12


def test_the_last_uses_go_to_so_many_and_no_more(open_house: Flask) -> None:
    """Twelve connections want one of three uses, each for another booking."""
    spring = code(most_uses=3)
    bookings = [rental.hold(days_ahead=10 + 12 * number) for number in range(RIVALS)]
    start = threading.Barrier(RIVALS)

    def claim(booking_id: UUID) -> str:
        with open_house.app_context():
            session().execute(text("SELECT 1"))
            session().rollback()
            start.wait(timeout=60)
            try:
                with transaction():
                    transitions.lock(booking_id)
                    promotion_uses.claim("spring", booking_id=booking_id, at=clock.now())
            except PromotionRefused as lost:
                return lost.why
            return "won"

    with ThreadPoolExecutor(RIVALS) as pool:
        outcome = Counter(pool.map(claim, bookings))
    assert outcome == {"won": 3, Unfit.USED_UP: RIVALS - 3}
    assert uses(spring) == 3
