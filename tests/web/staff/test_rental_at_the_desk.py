"""A rental from the desk's side, page by page: agreement, deposit, keys, return, settlement, invoice."""

from __future__ import annotations

import io

from flask import Flask

from exodrive.blueprints.staff.keys import photos
from exodrive.bookings import queries
from exodrive.bookings.condition_models import POSITIONS
from exodrive.bookings.handover import PICKUP_CHECKS, RETURN_CHECKS
from exodrive.kernel.db import transaction
from exodrive.payments.states import Purpose
from tests import rental
from tests.drain import drain, troubles
from tests.web.staff import stages
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn


def test_the_desk_runs_a_whole_rental(rental_house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    booking_id = stages.paid()
    reference = stages.reference(booking_id)
    page = f"/desk/bookings/{reference}"

    assert "Awaiting signature" in agent.get(page)
    assert "on its way again" in agent.do(f"{page}/remind")
    drain()
    stages.sign(booking_id)
    shown = agent.get(page)
    assert "Confirmed" in shown
    assert "SHA-256" in shown
    _agreement_opens(agent, shown)

    assert "has been asked for" in agent.do(f"{page}/ask-deposit")
    drain()
    stages.deposit_held(booking_id)

    _hand_over(agent, page)
    assert rental.state(booking_id) == "on_rent"
    _take_back(agent, page)
    assert rental.state(booking_id) == "returned"
    drain()

    sums = agent.get(f"{page}/settle")
    assert "$575.00" in sums  # 20 miles over at $5, cleaning at $125, a scratch at $350
    assert "Settled" in agent.do(f"{page}/settle")
    drain()
    assert troubles() == []
    assert rental.state(booking_id) == "closed"
    assert rental.money(booking_id, Purpose.DEPOSIT)[1].amount == 575_00
    shown = agent.get(page)
    assert "Invoice" in shown
    assert "Extra miles" in shown
    assert shown.count('loading="lazy"') >= 16  # eight photos out, eight back


def _agreement_opens(agent: Browser, shown: str) -> None:
    start = shown.index("/files/")
    answer = agent.client.get(shown[start : shown.index('"', start)])
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline")


def _photos() -> dict[str, object]:
    return {
        photos.field(position): (io.BytesIO(rental.photo()), f"{position}.jpg", "image/jpeg")
        for position in POSITIONS
    }


def _hand_over(agent: Browser, page: str) -> None:
    form = agent.get(f"{page}/hand-over")
    assert "of 15 done" in form
    early = agent.read(agent.send(form, "/hand-over", odometer="20,000"), status=422)
    assert "12 left: face matches the licence" in early
    assert "8 photos" in early
    back = agent.read(
        agent.send(early, "/hand-over", odometer="1", checks=[*PICKUP_CHECKS], **_photos()), status=422
    )
    assert "It cannot show less than before" in back
    fragment = agent.fragment(f"{page}/hand-over?checks=identity")
    assert "3 left" in fragment, "the photos were kept although the form was refused"
    agent.do(f"{page}/send-link")  # somebody else, meanwhile
    typed = {"odometer": "20,000", "checks": [*PICKUP_CHECKS], "marks": "Stone chip"}
    seen = agent.read(agent.send(back, "/hand-over", **typed), status=409)
    assert "changed while you typed" in seen
    assert "Stone chip" in seen, "nobody types it twice"
    answer = agent.send(seen, "/hand-over", checks=[*PICKUP_CHECKS])
    assert answer.status_code == 303
    assert "The keys are out" in agent.get(answer.headers["Location"])


def _take_back(agent: Browser, page: str) -> None:
    reading = str(20_000 + 7 * 100 + 20)
    form = agent.get(f"{page}/take-back")
    assert "Stone chip" in form
    asked = agent.read(
        agent.send(
            form,
            "/take-back",
            odometer=reading,
            checks=[*RETURN_CHECKS],
            marks="Scratch on the left door",
            **{"extra-1-kind": "cleaning", "extra-1-amount": "$125", "extra-1-note": "Sand"},
            **{"claim-position": ["left"]},
            **_photos(),
        ),
        status=422,
    )
    assert "Look at the charges below" in asked
    assert "20 miles" in asked
    for marks, amount, words in (
        ("A scratch", "much", "Write an amount such as 250.00"),
        ("A scratch", "380,00", "Write an amount such as 250.00"),
        ("", "380", "Describe the new marks above"),
    ):
        wrong = agent.send(asked, "/take-back", marks=marks, **{"claim-amount": amount})
        assert words in agent.read(wrong, status=422)
    fragment = agent.fragment(f"{page}/take-back?odometer={reading}&fuel=8")
    assert "20 miles" in fragment
    answer = agent.send(asked, "/take-back", **{"claim-amount": "$380"})
    assert answer.status_code == 303, answer.text
    charges = agent.get(f"{page}/charges")
    assert "Being assessed" in charges
    assert "Scratch on the left door" in charges
    assert agent.send(charges, "/assess", amount="350").status_code == 303


def test_cancelling_shows_the_fee_first(rental_house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    booking_id = stages.confirmed_for_tomorrow()
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    form = agent.get(f"{page}/cancel")
    assert "It was free until" in form
    assert "The fault is ours" not in form, "only a manager may say that the fault is the house's"
    assert "stays in the record" in agent.read(agent.send(form, "/cancel", reason=""), status=422)
    stale = agent.read(agent.send(form, "/cancel", reason="Ill", shown="0" * 32), status=409)
    assert "something else by now" in stale
    assert agent.send(stale, "/cancel").status_code == 303, "what was typed stays"
    assert agent.send(form, "/cancel", reason="Ill").status_code == 303, "a second click is no second deed"
    assert rental.state(booking_id) == "cancelled"
    assert "The booking has moved on" in agent.read(agent.client.get(f"{page}/cancel"), status=409)


def test_a_manager_may_say_that_the_fault_is_ours(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.confirmed_for_tomorrow()
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    manager = signed_in("manager")
    policy = manager.get(f"{page}/cancel")
    assert f"{page}/cancel?houses_fault=1" in policy
    unseen = manager.read(manager.send(policy, "/cancel", reason="Gearbox", houses_fault="1"), status=409)
    assert "The fault is the house’s: everything goes back." in unseen
    assert rental.state(booking_id) == "confirmed", "what was not shown is not done"
    seen = manager.get(f"{page}/cancel?houses_fault=1")
    assert manager.send(seen, "/cancel", reason="Gearbox").status_code == 303
    with transaction():
        assert queries.by_id(booking_id).cancellation_fee == 0


def test_an_agent_cannot_excuse_by_a_forged_form(rental_house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    booking_id = stages.confirmed_for_tomorrow()
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    answer = agent.send(agent.get(f"{page}/cancel"), "/cancel", reason="Mine", houses_fault="1")
    assert answer.status_code == 403
    assert agent.client.get(f"{page}/cancel?houses_fault=1").status_code == 403
    assert rental.state(booking_id) == "confirmed"


def test_what_somebody_else_changed_is_not_overwritten(rental_house: Flask, signed_in: SignedIn) -> None:
    agent, manager = signed_in("agent"), signed_in("manager")
    booking_id = stages.confirmed()
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    seen = agent.get(f"{page}/ask-deposit")
    manager.do(f"{page}/send-link")
    late = agent.read(agent.send(seen, "/ask-deposit"), status=409)
    assert "Somebody else changed this just now" in late
    assert "has been asked for" in agent.do(f"{page}/ask-deposit")
    twice = agent.read(agent.send(seen, "/ask-deposit"), status=409)
    assert "moved on" in twice


def test_keys_without_a_deposit_take_a_manager_and_a_reason(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.confirmed()
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    agent = signed_in("agent")
    assert "Override with a reason" not in agent.get(page)
    assert "deposit held" in agent.fragment(f"{page}/hand-over")
    manager = signed_in("manager")
    assert "Override with a reason" in manager.get(page)
    waived = manager.do(f"{page}/waive-deposit", reason="Old friend of the house")
    assert "without a deposit" in waived
    assert "Deposit waived" in waived
    assert "deposit held" not in agent.fragment(f"{page}/hand-over")
    assert "Old friend of the house" in agent.get(page)
