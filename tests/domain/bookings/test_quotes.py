"""Quotes: a price that stands until a day, accepted at exactly that price where the car is still free."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from exodrive.availability.occupancies import CarTaken
from exodrive.bookings import transitions
from exodrive.bookings.change import change_tokens, changing, gifts
from exodrive.bookings.change.gifts import GiftBeyondLimit
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.models import Booking
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.quote import quote_accepting, quote_following, quotes, quoting
from exodrive.bookings.quote.quote_models import Quote
from exodrive.bookings.quote.quote_states import NEXT, QuoteState, possible
from exodrive.bookings.quote.quotes import QuoteNotFound, QuoteSettled
from exodrive.bookings.quote.quoting import Draft, GiftUnexplained, QuoteTooLong
from exodrive.bookings.reservation import expiry, holding, ordering
from exodrive.bookings.states import State
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.pricing.discounts import Discount, DiscountSource
from exodrive.pricing.promotion_rules import PromotionRefused
from tests import audited, rental
from tests.domain.bookings.test_promoting import code, hold, uses

CAR = "aurelia-gt"


def draft(**changes: Any) -> Draft:
    wanted = rental.offer(CAR)
    given = {"name": "Maya Okafor", "email": "Maya@Okafor.example", "phone": "+13015550123"}
    return Draft(**{"car": wanted.car, "journey": wanted.journey, **given, **changes})


def sent(**changes: Any) -> Quote:
    with transaction():
        quote, _secret = quoting.send(
            draft(**changes),
            desk=rental.desk(),
            prefix="EXD",
            key=rental.KEY,
            by=rental.AGENT,
            at=clock.now(),
        )
    return quote


def accept(quote_id: UUID) -> Booking:
    with transaction():
        booking, _ = quote_accepting.accept(
            quote_id, desk=rental.desk(), prefix="EXD", key=rental.KEY, at=clock.now()
        )
    return booking


def test_every_state_is_reached_and_ends(house: Flask) -> None:
    assert set(NEXT.values()) == set(QuoteState)
    assert possible(QuoteState.DECLINED) == possible(QuoteState.WITHDRAWN) == frozenset()


def test_it_keeps_its_price_and_no_car(house: Flask) -> None:
    quote = sent()
    assert quote.state == QuoteState.OPEN
    assert quote.number.startswith("EXDQ-")
    assert quote.valid_until == clock.now() + timedelta(days=7)
    assert quote.booking_id is None
    assert rental.hold(CAR), "anybody may have the car meanwhile"


def test_it_is_accepted_at_exactly_its_price_though_the_car_costs_more_by_now(house: Flask) -> None:
    quote = sent(extras={"child-seat": 1}, additional_drivers=1)
    with transaction():
        fleet.car(CAR).daily_price += 100_00
    booking = accept(quote.id)
    assert (booking.state, booking.total, booking.price) == (State.HELD, quote.total, quote.price)
    assert (quote.state, quote.booking_id) == (QuoteState.ACCEPTED, booking.id)
    place = houses.place("rockville")
    again = ordering.reprice(
        transitions.lock(booking.id),
        pickup_place=place,
        return_place=place,
        extras={"child-seat": 1},
        additional_drivers=1,
        desk=rental.desk(),
    )
    assert again.price.total == quote.total_money
    assert booking.expires_at == clock.now() + timedelta(minutes=60)
    assert quote.number.lower() in booking.search


def test_pressing_twice_leads_to_one_booking(house: Flask) -> None:
    quote = sent()
    assert accept(quote.id).id == accept(quote.id).id


def test_what_ran_out_before_it_was_ordered_can_be_accepted_again(house: Flask) -> None:
    quote = sent()
    first = accept(quote.id)
    with transaction():
        holding.give_up(first.id, at=clock.now())
    second = accept(quote.id)
    assert second.id != first.id
    assert second.total == quote.total


def test_who_ordered_and_did_not_pay_takes_another_way(house: Flask) -> None:
    quote = sent()
    booking = accept(quote.id)
    rental.order(booking.id)
    assert accept(quote.id).id == booking.id
    assert booking.expires_at is not None
    with transaction():
        expiry.expire_if_due(booking.id, at=booking.expires_at)
    with pytest.raises(QuoteSettled):
        accept(quote.id)


def test_the_car_is_kept_where_staff_want_it(house: Flask) -> None:
    quote = sent(hold_hours=24)
    booking = session().get(Booking, quote.booking_id)
    assert booking is not None
    assert (booking.state, booking.expires_at) == (State.HELD, clock.now() + timedelta(hours=24))
    with pytest.raises(CarTaken):
        rental.hold(CAR)
    assert accept(quote.id).id == booking.id
    assert booking.expires_at == clock.now() + timedelta(hours=24), "what was promised is not shortened"


@pytest.mark.parametrize("end", ["withdraw", "decline", "expire"])
def test_the_kept_car_is_free_again_once_it_is_over(house: Flask, end: str) -> None:
    quote = sent(hold_hours=24)
    with transaction():
        if end == "withdraw":
            quoting.withdraw(quote.id, reason="Sold", by=rental.AGENT, at=clock.now())
        elif end == "decline":
            quote_accepting.decline(quote.id, reason="Too dear", at=clock.now())
        else:
            quoting.expire(quote.id, at=quote.valid_until)
    assert quote.state != QuoteState.OPEN
    assert rental.hold(CAR)
    with pytest.raises(QuoteSettled):
        accept(quote.id)


def test_the_car_may_be_gone(house: Flask) -> None:
    quote = sent()
    rental.hold(CAR)
    with pytest.raises(CarTaken):
        accept(quote.id)


def test_nothing_is_offered_that_is_taken(house: Flask) -> None:
    rental.hold(CAR)
    with pytest.raises(CarTaken):
        sent()


def test_over_before_the_sweep_has_said_so(house: Flask) -> None:
    quote = sent(days=1)
    assert quote_accepting.stands(quote, at=quote.valid_until - timedelta(seconds=1))
    assert not quote_accepting.stands(quote, at=quote.valid_until)
    assert quotes.due(at=quote.valid_until) == [quote.id]
    with clock.frozen(quote.valid_until), pytest.raises(QuoteSettled) as refused:
        accept(quote.id)
    assert refused.value.state == QuoteState.EXPIRED


def test_it_never_stands_longer_than_the_rental_can_be_booked(house: Flask) -> None:
    quote = sent(days=30)
    assert quote.valid_until == quote.pickup_at - timedelta(hours=4)


@pytest.mark.parametrize("terms", [{"days": 0}, {"days": 31}, {"hold_hours": 49}, {"hold_hours": -1}])
def test_within_the_rules(house: Flask, terms: dict[str, int]) -> None:
    with pytest.raises(QuoteTooLong):
        sent(**terms)


def test_it_is_extended_even_a_day_late(house: Flask) -> None:
    quote = sent(days=1)
    rules = rental.desk().policies.booking
    with transaction():
        quoting.expire(quote.id, at=quote.valid_until)
    assert quote.state == QuoteState.EXPIRED
    with transaction():
        quoting.extend(quote.id, days=3, rules=rules, by=rental.AGENT, at=clock.now())
    assert (quote.state, quote.valid_until) == (QuoteState.OPEN, clock.now() + timedelta(days=3))
    with pytest.raises(DatesRefused), transaction():
        quoting.extend(quote.id, days=3, rules=rules, by=rental.AGENT, at=quote.pickup_at)


def test_deeds_know_the_version_and_the_state(house: Flask) -> None:
    quote = sent()
    with pytest.raises(Stale), transaction():
        quoting.withdraw(quote.id, reason="x", by=rental.AGENT, at=clock.now(), version=quote.version + 1)
    with transaction():
        quoting.send_again(quote.id, by=rental.AGENT, at=clock.now(), version=quote.version)
        quoting.withdraw(quote.id, reason="x", by=rental.AGENT, at=clock.now())
    for move in (
        lambda: quoting.send_again(quote.id, by=rental.AGENT, at=clock.now()),
        lambda: quoting.withdraw(quote.id, reason="x", by=rental.AGENT, at=clock.now()),
        lambda: quote_accepting.decline(quote.id, reason=None, at=clock.now()),
    ):
        with pytest.raises(QuoteSettled), transaction():
            move()
    actions = {row.action for row in audit.trail(quote.id)}
    assert actions == {"quote.sent", "quote.sent_again", "quote.withdrawn"}


def test_its_page_is_found_by_the_secret_alone(house: Flask) -> None:
    quote = sent()
    value = quotes.secret(rental.KEY, quote.id)
    assert quotes.by_secret(value).id == quote.id
    with pytest.raises(QuoteNotFound):
        quotes.by_secret(value + "A")
    with transaction():
        quote_accepting.opened(quote.id, at=clock.now())
        quote_accepting.opened(quote.id, at=clock.now() + timedelta(hours=1))
    assert (quote.openings, quote.opened_at) == (2, clock.now())


def test_the_list_goes_on_from_page_to_page(house: Flask) -> None:
    made = [sent().id for _ in range(3)]
    first, following = quotes.listing(limit=2)
    rest, end = quotes.listing(limit=2, cursor=following)
    assert [row.id for row in (*first, *rest)] == made[::-1]
    assert end is None
    assert quotes.listing(view="ended") == ([], None)


def test_a_promo_code_counts_though_others_have_used_it_up_meanwhile(house: Flask) -> None:
    code("SPRING", most_uses=1)
    plain = sent().total
    quote = sent(promo_code="spr1ng")
    assert quote.total < plain
    hold("SPRING", slug="noctua-r")
    with pytest.raises(PromotionRefused):
        sent(promo_code="SPRING")
    booking = accept(quote.id)
    assert booking.total == quote.total
    rental.order(booking.id)
    session().expire_all()
    assert booking.total == quote.total
    audited.assert_no_breach_yet()


def test_the_second_click_finds_the_quote_that_has_the_last_use(house: Flask) -> None:
    spring = code("SPRING", most_uses=1)
    wanted = draft(promo_code="SPRING", hold_hours=24)
    once = new_id()
    with transaction():
        first, again = (
            quoting.send(
                wanted,
                desk=rental.desk(),
                prefix="EXD",
                key=rental.KEY,
                by=rental.AGENT,
                at=clock.now(),
                once=once,
            )[0]
            for _ in range(2)
        )
    assert first.id == again.id
    assert uses(spring) == 1


def test_a_code_and_a_gift_stand_beside_each_other(house: Flask) -> None:
    code("SPRING")
    gift = Discount(DiscountSource.GIFT, amount=Money(100_00, "USD"))
    both = sent(promo_code="SPRING", gift=gift, gift_reason="The last one was late")
    off = {line.code: line.amount.amount for line in both.agreed.lines}
    assert off["gift"] == -100_00
    assert off["promotion"] < 0


def test_a_gift_is_taken_off_and_stays_off_whatever_is_chosen_later(house: Flask) -> None:
    gift = Discount(DiscountSource.GIFT, amount=Money(100_00, "USD"))
    plain = sent().total
    for terms in ({"gift": gift}, {"gift": Discount(DiscountSource.GIFT, rate_bp=9000), "gift_reason": "x"}):
        with pytest.raises((GiftUnexplained, GiftBeyondLimit)):
            sent(**terms)
    quote = sent(gift=gift, gift_reason="The last one was late")
    assert quote.total < plain - 100_00, "the tax on it goes as well"
    assert quote.gift_reason == "The last one was late"
    booking = accept(quote.id)
    assert booking.total == quote.total
    place = houses.place("rockville")
    dearer = ordering.reprice(
        transitions.lock(booking.id),
        pickup_place=place,
        return_place=place,
        extras={"child-seat": 1},
        additional_drivers=0,
        desk=rental.desk(),
    )
    assert gifts.given(dearer.price) == Money(100_00, "USD")


def test_a_quote_offers_what_the_desk_has_made_of_its_place(house: Flask) -> None:
    quote = sent(hold_hours=24)
    assert quote.booking_id is not None
    before, return_at = quote.total, quote.return_at - timedelta(days=3)
    with transaction():
        impact = changing.preview(
            quote.booking_id, Wanted(return_at=return_at), at=clock.now(), by_staff=True
        )
        yes = change_tokens.sign(impact, secret=rental.KEY, by_staff=True, at=clock.now())
    with transaction():
        changing.agree(
            quote.booking_id, yes, secret=rental.KEY, by=rental.AGENT, reason="asked to", at=clock.now()
        )
    for _ in range(2):
        with transaction():
            quote_following.follow(quote.booking_id, at=clock.now())
    session().expire_all()
    with transaction():
        found = quotes.by_id(quote.id)
        assert found.booking is not None
        assert (found.total, found.return_at) == (found.booking.total, return_at)
        assert found.total < before
        assert quote_accepting.offer(found, policies=rental.desk().policies).price.total == found.total_money
    (followed,) = [row for row in audit.trail(quote.id) if row.action == "quote.followed"]
    assert (followed.data["before"], followed.data["total"]) == (before, found.total)
    booking = accept(quote.id)
    assert (booking.id, booking.total) == (quote.booking_id, found.total)
