"""Changing a booking on its customer's page and at the desk: shown, agreed to, done."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask

from exodrive.blueprints import search
from exodrive.bookings import changes, links, queries, signing
from exodrive.bookings.change_states import ChangeState
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from tests import paper, rental
from tests.web.staff import stages
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn


def _link(booking_id: UUID) -> str:
    with transaction():
        booking = queries.by_id(booking_id)
        secret = links.secret(rental.KEY, booking.id, booking.link_version)
    db.session.remove()
    return f"/b/{secret}"


def _return(booking_id: UUID, days: int) -> str:
    """The return so many days on which the house is open from the present one, as the form writes it."""
    with transaction():
        at: datetime = queries.by_id(booking_id).return_at
    db.session.remove()
    for _ in range(abs(days)):
        at += timedelta(days=1 if days > 0 else -1)
        while at.astimezone(rental.ZONE).weekday() > 4:
            at += timedelta(days=1 if days > 0 else -1)
    return search.local(at, str(rental.ZONE))


def _state(booking_id: UUID) -> str:
    with transaction():
        (*_, last) = changes.of_booking(booking_id)
    db.session.remove()
    return last.state


def test_a_customer_shortens_a_rental_after_seeing_what_it_saves(house: Flask) -> None:
    booking_id = paper.confirmed()
    link = _link(booking_id)
    browser = Browser(house.test_client())
    assert f'href="{link}/change"' in browser.get(link)
    form = browser.get(f"{link}/change")
    shown = browser.read(browser.send(form, "/change", back_at=_return(booking_id, -2)))
    assert "This is what would change" in shown
    assert "less is taken of what PayPal holds" in shown
    assert "An addendum to the agreement is mailed" in shown
    answer = browser.send(shown, "/change/yes")
    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    assert _state(booking_id) == ChangeState.APPLIED
    again = browser.send(shown, "/change/yes")
    assert again.status_code == 303, "a yes that is sent twice is one"


def test_what_costs_more_waits_and_can_be_withdrawn(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    link = _link(booking_id)
    browser = Browser(house.test_client())
    form = browser.get(f"{link}/change")
    shown = browser.read(browser.send(form, "/change", back_at=_return(booking_id, 1)))
    assert "more is to be approved at PayPal" in shown
    answer = browser.send(shown, "/change/yes")
    assert answer.headers["Location"] == f"{link}/change"
    assert "PayPal is being asked" in browser.get(f"{link}/change")
    paper.answer(booking_id)
    waiting = browser.get(f"{link}/change")
    assert "https://paypal.example/checkoutnow" in waiting
    at_the_desk = f"/desk/bookings/{stages.reference(booking_id)}"
    viewer = signed_in("viewer")
    assert "Your change is not made yet" in browser.get(link)
    assert "more waits for the customer’s approval" in viewer.get(at_the_desk)
    assert browser.send(waiting, "/change/withdraw").status_code == 303
    assert _state(booking_id) == ChangeState.WITHDRAWN
    assert "Your change is not made yet" not in browser.get(link)
    assert "more waits for the customer’s approval" not in viewer.get(at_the_desk)


def test_what_is_wrong_stands_on_the_form(house: Flask) -> None:
    booking_id = paper.confirmed()
    link = _link(booking_id)
    browser = Browser(house.test_client())
    form = browser.get(f"{link}/change")
    for typed, words in (
        ({}, "Change something first"),
        ({"back_at": "yesterday"}, "Choose a date and a time"),
        ({"back_at": "2001-01-01T10:00"}, "Choose a return"),
        ({"back_at": _return(booking_id, 1)[:-5] + "03:00"}, "The house is closed at the return"),
        ({"return_place": "the-moon"}, "Not a valid choice"),
    ):
        assert words in browser.read(browser.send(form, "/change", **typed), status=422)
    for token in ("", "x", "a.b.c"):
        answer = browser.client.post(f"{link}/change/yes", data={"token": token})
        assert answer.status_code in (400, 422), "nothing that we did not show"


def test_the_desk_changes_beyond_the_policy_with_a_reason(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    page = f"/desk/bookings/{stages.reference(booking_id)}/change"
    agent = signed_in("agent")
    with clock.frozen(clock.now()):
        form = agent.get(page)
        shown = agent.read(agent.send(form, "/change", back_at=_return(booking_id, -2)))
    assert "What it would do" in shown
    assert "is free again" in shown, "it comes back earlier"
    answer = agent.send(shown, "/change/yes", reason="")
    assert answer.status_code == 422
    answer = agent.send(shown, "/change/yes", reason="Asked by phone")
    assert answer.status_code == 303
    assert "Asked by phone" in agent.get(answer.headers["Location"])
    assert _state(booking_id) == ChangeState.APPLIED


def test_by_the_houses_fault_it_costs_nothing(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    page = f"/desk/bookings/{stages.reference(booking_id)}/change"
    agent = signed_in("agent")
    shown = agent.read(agent.send(agent.get(page), "/change", car="corsara-v10", houses_fault="1"))
    assert agent.send(shown, "/change/yes", reason="Our car broke down").status_code == 303
    assert _state(booking_id) == ChangeState.APPLIED


def test_a_held_car_gets_other_dates_and_its_form_follows(house: Flask) -> None:
    booking_id = rental.hold()
    link = _link(booking_id)
    browser = Browser(house.test_client())
    page = browser.get(link)
    assert f'href="{link}/change"' in page
    form = browser.get(f"{link}/change")
    shown = browser.read(browser.send(form, "/change", back_at=_return(booking_id, 2)))
    assert "in all is then to be approved at PayPal" in shown
    assert browser.send(shown, "/change/yes").headers["Location"] == link
    assert _state(booking_id) == ChangeState.APPLIED
    late = browser.send(page, "/details")
    assert late.status_code == 409, "the form beside the old dates orders nothing"
    assert "other dates or another car" in late.text
    with transaction():
        assert queries.by_id(booking_id).state == "held"


def test_before_the_payment_paypal_is_asked_for_the_new_amount(house: Flask) -> None:
    booking_id = paper.awaiting_payment()
    link = _link(booking_id)
    browser = Browser(house.test_client())
    assert "checkoutnow" in browser.get(link)
    shown = browser.read(
        browser.send(browser.get(f"{link}/change"), "/change", back_at=_return(booking_id, 1))
    )
    assert browser.send(shown, "/change/yes").headers["Location"] == link
    page = browser.get(link)
    assert "checkoutnow" not in page, "nobody is sent to the old amount"
    paper.answer(booking_id)
    page = browser.get(link)
    assert "checkoutnow" in page
    with transaction():
        total = queries.by_id(booking_id).total_money
    assert f"PayPal holds ${total.to_text()}" in page.replace(",", "")


def test_a_yes_that_comes_too_late_loses_nothing(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    link, desk = _link(booking_id), f"/desk/bookings/{stages.reference(booking_id)}/change"
    wish = {"back_at": _return(booking_id, -2)}
    browser, agent = Browser(house.test_client()), signed_in("agent")
    shown = browser.read(browser.send(browser.get(f"{link}/change"), "/change", **wish))
    at_desk = agent.read(agent.send(agent.get(desk), "/change", **wish))
    other = browser.read(
        browser.send(browser.get(f"{link}/change"), "/change", back_at=_return(booking_id, -1))
    )
    assert browser.send(other, "/change/yes").status_code == 303
    for answer in (
        browser.send(shown, "/change/yes"),
        agent.send(at_desk, "/change/yes", reason="Asked by phone"),
    ):
        assert answer.status_code == 409
        assert "Something has changed since you saw it" in answer.text
        assert f'value="{wish["back_at"]}"' in answer.text
    assert "Asked by phone" in answer.text
    assert agent.send(answer.text, "/change/yes").status_code == 303


def test_the_desk_is_asked_why_beside_the_field(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    desk = f"/desk/bookings/{stages.reference(booking_id)}/change"
    agent = signed_in("agent")
    shown = agent.read(agent.send(agent.get(desk), "/change", back_at=_return(booking_id, -2)))
    answer = agent.send(shown, "/change/yes", reason=" ")
    assert answer.status_code == 422
    assert 'aria-describedby="reason-error"' in answer.text
    assert agent.send(answer.text, "/change/yes", reason="Asked by phone").status_code == 303


def test_the_desk_changes_what_is_not_paid_yet(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.awaiting_payment()
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    agent = signed_in("agent")
    assert f'href="{page}/change"' in agent.get(page)
    shown = agent.read(agent.send(agent.get(f"{page}/change"), "/change", back_at=_return(booking_id, 2)))
    assert agent.send(shown, "/change/yes", reason="Asked by phone").status_code == 303
    assert paper.answer(booking_id) == ["patch_order"]


def test_a_change_is_signed_on_its_page_before_the_keys(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    link, desk = _link(booking_id), f"/desk/bookings/{stages.reference(booking_id)}"
    browser, agent, manager = Browser(house.test_client()), signed_in("agent"), signed_in("manager")
    shown = browser.read(
        browser.send(browser.get(f"{link}/change"), "/change", back_at=_return(booking_id, -2))
    )
    browser.send(shown, "/change/yes")
    assert "The paper for your change opens here in a moment" in browser.get(link)
    assert "A worker fills it in" in agent.get(desk)
    addendum = paper.issue_change(booking_id)
    assert "https://sign.example/s/x" in browser.get(link)
    keys = agent.get(f"{desk}/hand-over")
    assert "Change signed" in keys
    assert "waive-addendum" not in keys
    assert "waive-addendum" in manager.get(f"{desk}/hand-over")
    assert "before the change is signed" in manager.do(f"{desk}/waive-addendum", reason="Signed on paper")
    assert "Signed on paper" in agent.get(desk)
    paper.sign_paper(addendum)
    page = browser.get(link)
    assert "Sign your change" not in page
    assert browser.client.get(f"{link}/addendum.pdf").data == paper.PDF.agreement
    assert "Addendum, PDF" in agent.get(desk)


def test_a_change_that_was_not_signed_is_sent_again(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    link, desk = _link(booking_id), f"/desk/bookings/{stages.reference(booking_id)}"
    browser, agent = Browser(house.test_client()), signed_in("agent")
    shown = browser.read(
        browser.send(browser.get(f"{link}/change"), "/change", back_at=_return(booking_id, -2))
    )
    browser.send(shown, "/change/yes")
    addendum = paper.issue_change(booking_id)
    with transaction():
        signing.record(addendum, paper.submission(addendum, "expired"), at=clock.now())
    assert "ended without a signature" in browser.get(link)
    agent.do(f"{desk}/renew")
    again = paper.issue_change(booking_id)
    assert again != addendum
    agent.do(f"{desk}/remind")
