"""A new booking at the desk: priced while it is typed, and ended in a quote, a payment link or neither."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from exodrive.blueprints import search
from exodrive.bookings.models import Booking
from exodrive.bookings.quote import quotes
from exodrive.bookings.quote.quote_models import Quote
from exodrive.bookings.states import State
from exodrive.kernel.db import db, session, transaction
from tests import paper, rental
from tests.web import codes
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn

CONTACT = {
    "renter-name": "Maya Okafor",
    "renter-email": "maya@okafor.example",
    "renter-phone": "(301) 555-0123",
}


def dates(days_ahead: int = 10) -> dict[str, str]:
    offer = rental.offer(days_ahead=days_ahead)
    zone = str(rental.ZONE)
    return {
        "car": "aurelia-gt",
        "pickup": search.local(offer.journey.pickup_at, zone),
        "back_at": search.local(offer.journey.return_at, zone),
    }


@pytest.mark.parametrize(("role", "offered"), [("viewer", False), ("agent", True)])
def test_a_phone_has_the_way_to_it_below_more(
    house: Flask, signed_in: SignedIn, role: str, offered: bool
) -> None:
    """There the bar above has no room for its button."""
    drawer = signed_in(role).get("/desk").partition('class="drawer"')[2].partition("</details>")[0]
    assert ('href="/desk/new"' in drawer) is offered


def renter() -> dict[str, str]:
    who = rental.renter()
    typed = {
        name: str(getattr(who, name) or "")
        for name in (
            "born_on", "licence_number", "licence_since", "licence_until", "insurer", "insurance_policy",
            "insured_until",
        )
    }  # fmt: skip
    address = {
        "street": "4 Elm Street",
        "city": "Bethesda",
        "area": "MD",
        "postcode": "20814",
        "country": "US",
    }
    return {
        **CONTACT,
        **{f"renter-{name}": value for name, value in typed.items()},
        **{f"renter-address-{name}": value for name, value in address.items()},
    }


def bookings() -> list[Booking]:
    with transaction():
        found = list(session().scalars(select(Booking).order_by(Booking.id)))
    db.session.remove()
    return found


def send(browser: Browser, page: str, deed: str, **typed: Any) -> Any:
    return browser.send(page, "/desk/new", deed=deed, **typed)


def test_it_says_the_price_and_whether_the_car_is_free(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    form = agent.get("/desk/new")
    with transaction():
        wanted = dates()
    shown = agent.read(send(agent, form, "price", **wanted))
    assert "Free" in shown
    rental.hold("aurelia-gt")
    db.session.remove()
    shown = agent.read(send(agent, shown, "price", **wanted))
    assert "The car is taken for some of that time" in shown
    (other, *_) = re.findall(r'value="(dates:[^"]+)"', shown)
    shown = agent.read(send(agent, shown, other, **wanted))
    assert "The car is taken" not in shown


def test_a_quote_needs_no_more_than_who_it_is_for(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    form = agent.get("/desk/new")
    with transaction():
        wanted = dates()
    answer = send(agent, form, "quote", **wanted)
    assert answer.status_code == 422
    shown = agent.read(answer, status=422)
    assert "Write the name." in shown
    assert "Name your insurer." not in shown
    first = send(agent, shown, "quote", **wanted, **CONTACT, note="See you soon")
    again = send(agent, shown, "quote", **wanted, **CONTACT, note="See you soon")
    assert first.headers["Location"] == again.headers["Location"], "a second click is no second quote"
    page = agent.get(first.headers["Location"])
    assert "See you soon" in page
    assert bookings() == []
    other = send(agent, shown, "quote", **wanted, **CONTACT, note="Another one")
    assert other.headers["Location"] != first.headers["Location"]


def test_it_is_booked_with_the_way_to_pay(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    form = agent.get("/desk/new")
    with transaction():
        wanted = dates()
    refused = send(agent, form, "book", **wanted, **renter())
    assert refused.status_code == 422
    assert "Tell the renter the terms" in agent.read(refused, status=422)
    answer = send(agent, form, "book", **wanted, **renter(), accepted="y")
    assert answer.status_code == 303, agent.read(answer)
    (booking,) = bookings()
    assert (booking.state, booking.source) == (State.AWAITING_PAYMENT, "desk")
    lost = send(agent, form, "book", **wanted, **renter(), accepted="y")
    assert lost.status_code == 409
    assert "4 Elm Street" in agent.read(lost, status=409), "what was typed stays"


def test_a_promo_code_lowers_the_price_and_is_booked(house: Flask, signed_in: SignedIn) -> None:
    spring = codes.make()
    agent = signed_in("agent")
    form = agent.get("/desk/new")
    with transaction():
        wanted = dates()
        plain = rental.offer().price.total
    refused = agent.read(send(agent, form, "price", **wanted, promo="AUTUMN"))
    assert "We know no such promo code." in refused
    assert f"${plain.amount / 100:,.2f}" in refused
    answer = send(agent, form, "book", **wanted, **renter(), accepted="y", promo="AUTUMN")
    assert answer.status_code == 422
    again = agent.read(answer, status=422)
    assert 'value="AUTUMN"' in again, "what was typed stays"
    assert bookings() == []
    shown = agent.read(send(agent, again, "price", **wanted, promo="spring"))
    assert "Promo code SPRING" in shown
    assert send(agent, shown, "book", **wanted, **renter(), accepted="y", promo="spring").status_code == 303
    (booking,) = bookings()
    assert booking.total < plain.amount
    assert codes.uses(spring) == 1


def test_a_promo_code_lowers_a_quote(house: Flask, signed_in: SignedIn) -> None:
    codes.make(most_uses=1)
    agent = signed_in("agent")
    form = agent.get("/desk/new")
    with transaction():
        wanted = dates()
    for typed, words in (("AUTUMN", "We know no such"), ("x" * 41, "Make it shorter")):
        wrong = send(agent, form, "quote", **wanted, **CONTACT, promo=typed)
        assert words in agent.read(wrong, status=422)
    sent = send(agent, form, "quote", **wanted, **CONTACT, promo="SPRING")
    assert "Promo code SPRING" in agent.get(sent.headers["Location"])


def test_other_dates_and_cars_are_priced_with_the_code(house: Flask, signed_in: SignedIn) -> None:
    codes.make()
    agent = signed_in("agent")
    form = agent.get("/desk/new")
    with transaction():
        wanted = dates()
    rental.hold("aurelia-gt")
    db.session.remove()
    buttons = re.compile(r'value="(?:dates|car):[^"]+">([^<]+)<')
    plain = buttons.findall(agent.read(send(agent, form, "price", **wanted)))
    lower = buttons.findall(agent.read(send(agent, form, "price", **wanted, promo="SPRING")))
    assert plain
    assert len(plain) == len(lower)
    assert not set(plain) & set(lower)


def test_without_pre_payment_is_a_managers_decision(house: Flask, signed_in: SignedIn) -> None:
    with transaction():
        wanted = dates()
    agent, manager = signed_in("agent"), signed_in("manager")
    form = agent.get("/desk/new")
    assert "Without pre-payment" not in form
    typed = {**wanted, **renter(), "accepted": "y", "reason": "A guest of ten years"}
    assert send(agent, form, "unpaid", **typed).status_code == 403
    form = manager.get("/desk/new")
    assert send(manager, form, "unpaid", **{**typed, "reason": " "}).status_code == 422
    assert send(manager, form, "unpaid", **typed).status_code == 303
    (booking,) = bookings()
    assert (booking.state, booking.prepayment_waiver) == (State.AWAITING_SIGNATURE, "A guest of ten years")
    page = manager.get(f"/desk/bookings/{booking.reference}")
    assert "A guest of ten years" in page
    assert "Stands without payment in advance" in page
    assert "Send the way to PayPal" in page


def test_who_is_known_need_not_be_typed_again(house: Flask, signed_in: SignedIn) -> None:
    paper.confirmed()
    db.session.remove()
    agent = signed_in("agent")
    found = agent.read(send(agent, agent.get("/desk/new"), "find", who="okafor"))
    (fill,) = re.findall(r'value="(fill:[^"]+)"', found)
    filled = agent.read(send(agent, found, fill))
    assert "maya@okafor.example" in filled
    assert "Old Line Mutual" in filled
    assert "This customer is not in the register" in agent.read(send(agent, found, "fill:nobody"))


@pytest.mark.parametrize(
    "typed",
    [
        {"pickup": "never"},
        {"pickup": "2027-03-01T10:00", "back_at": "2027-02-01T10:00"},
        {"car": "no-such-car"},
        {"pickup_place": "the moon"},
        {"days": "365"},
        {"days": "x"},
        {"hold_hours": "9999999999999999999999"},
        {"more_drivers": "77"},
        {"renter-phone": "none"},
        {"renter-email": "a@"},
        {"note": "x" * 2000},
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_sent(
    house: Flask, signed_in: SignedIn, typed: dict[str, str]
) -> None:
    agent = signed_in("agent")
    with transaction():
        wanted = dates()
    answer = send(agent, agent.get("/desk/new"), "quote", **{**wanted, **CONTACT, **typed})
    assert answer.status_code == 422
    with transaction():
        assert session().scalar(select(func.count()).select_from(Quote)) == 0


def test_the_deeds_of_a_quote(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    with transaction():
        wanted = dates()
    address = send(
        agent, agent.get("/desk/new"), "quote", **wanted, **CONTACT, days="2", hold_hours="24"
    ).headers["Location"]
    page = agent.get(address)
    assert "Car kept until" in page
    assert "Not yet" in page
    assert agent.send(page, f"{address}/extend", days="0").status_code == 422
    assert agent.send(page, f"{address}/extend", days="3").status_code == 303
    assert agent.send(page, f"{address}/withdraw", reason="Sold").status_code == 409, "it was extended since"
    page = agent.get(address)
    assert agent.send(page, f"{address}/resend").status_code == 303
    page = agent.get(address)
    assert agent.send(page, f"{address}/withdraw", reason=" ").status_code == 422
    assert agent.send(page, f"{address}/withdraw", reason="Sold").status_code == 303
    page = agent.get(address)
    assert "Quote withdrawn" in page
    assert f"{address}/withdraw" not in page
    assert address in agent.get("/desk/quotes?view=ended")
    assert address not in agent.get("/desk/quotes")


def test_a_customer_accepts_on_the_page_of_the_quote(house: Flask, signed_in: SignedIn) -> None:
    with transaction():
        wanted = dates()
    agent = signed_in("agent")
    address = send(agent, agent.get("/desk/new"), "quote", **wanted, **CONTACT, **{"extra": ""}).headers[
        "Location"
    ]
    with transaction():
        quote = quotes.by_number(address.rpartition("/")[2])
        link = f"/q/{quotes.secret(rental.KEY, quote.id)}"
    db.session.remove()
    customer = Browser(house.test_client())
    page = customer.get(link)
    assert "Your quote for the Aurelia GT" in page
    agent.get(link)
    assert "<dd>Once, " in agent.get(address), "what staff look at is not counted"
    answer = customer.send(page, f"{link}/accept")
    assert answer.status_code == 303
    form = customer.get(answer.headers["Location"])
    assert 'value="Maya Okafor"' in form
    again = customer.send(page, f"{link}/accept")
    assert again.headers["Location"] == answer.headers["Location"]
    assert "You have accepted it" in customer.get(link)
    assert customer.send(page, f"{link}/decline").status_code == 409


def test_the_page_when_the_car_is_gone_the_time_is_over_or_nobody_wants_it(
    house: Flask, signed_in: SignedIn
) -> None:
    with transaction():
        wanted = dates()
    agent = signed_in("agent")
    address = send(agent, agent.get("/desk/new"), "quote", **wanted, **CONTACT).headers["Location"]
    with transaction():
        quote = quotes.by_number(address.rpartition("/")[2])
        link = f"/q/{quotes.secret(rental.KEY, quote.id)}"
    db.session.remove()
    customer = Browser(house.test_client())
    page = customer.get(link)
    booking_id = rental.hold("aurelia-gt")
    db.session.remove()
    lost = customer.send(page, f"{link}/accept")
    assert lost.status_code == 409
    assert "Somebody has taken the car for these dates" in customer.read(lost, status=409)
    with transaction():
        taken = session().get(Booking, booking_id)
        assert taken is not None
        taken.expires_at = taken.held_at + timedelta(seconds=1)
    db.session.remove()
    assert customer.send(page, f"{link}/decline", why="Too dear").status_code == 303
    assert "You have declined it" in customer.get(link)
    assert "Too dear" in agent.get(address)
    assert house.test_client().get(link + "x").status_code == 404
