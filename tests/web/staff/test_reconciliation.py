"""Reconciliation at the desk: a difference is seen with its cents, mended, explained, counted on Today."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.ids import new_id
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.reconciliation.models import Difference, Run
from tests import paper
from tests.web.staff import stages
from tests.web.staff.conftest import SignedIn

pytestmark = pytest.mark.made_up
PAGE = "/desk/reconciliation"


def differs(booking_id: UUID, *, cause: str = "refund_unknown", theirs: int | None = 50_07) -> UUID:
    """A difference as a reading would have found it."""
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        row = Difference(
            id=new_id(), payment_id=payment.id, booking_id=booking_id, cause=cause, subject="8WM07411U33",
            currency=payment.currency, theirs=theirs, found_at=clock.now(),
        )  # fmt: skip
        session().add(row)
        difference_id = row.id
    db.session.remove()
    return difference_id


def kept(difference_id: UUID) -> Difference:
    db.session.remove()
    with transaction():
        return session().get_one(Difference, difference_id)


def test_before_anything_differs_it_says_so(house: Flask, signed_in: SignedIn) -> None:
    shown = signed_in("viewer").get(PAGE)
    assert "Nothing differs" in shown
    assert "Reconcile now" not in shown


def test_a_difference_is_shown_and_its_button_pressed_once(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    difference_id = differs(booking_id)
    manager = signed_in("manager")
    assert "Differs from PayPal" in manager.get("/desk")
    shown = manager.get(PAGE)
    for words in ("Money was given back in PayPal’s own pages", "$50.07", "nothing", "Take over"):
        assert words in shown
    assert stages.reference(booking_id) in shown
    mend = f"{PAGE}/{difference_id}/mend"
    for _ in range(2):  # a double click
        answer = manager.send(shown, mend)
        assert answer.status_code == 303
    assert "Under way" in manager.get(PAGE)
    row = kept(difference_id)
    assert (row.state, row.asked_by) == ("open", "Marc Manager")
    wanted = "SELECT count(*) FROM events WHERE name = 'difference.mending_wanted'"
    with transaction():
        assert session().execute(text(wanted)).scalar() == 1


def test_what_is_right_as_it_is_is_explained_with_a_reason(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    difference_id = differs(booking_id)
    manager = signed_in("manager")
    address, explain = f"{PAGE}/{difference_id}", f"{PAGE}/{difference_id}/explain"
    page = manager.get(address)
    assert "Say why" in manager.read(manager.send(page, explain, reason=" "), status=422)
    assert manager.send(page, explain, reason="By telephone, mail of Tuesday").status_code == 303
    shown = manager.get(address)
    assert "By telephone, mail of Tuesday" in shown
    assert "Take over" not in shown
    assert "Explained" in manager.get(PAGE)
    # the page that another tab still shows
    for action in (explain, f"{address}/mend"):
        assert "It is solved already" in manager.read(manager.send(page, action, reason="x"), status=409)
    assert "Difference explained" in manager.get(f"/desk/bookings/{stages.reference(booking_id)}")


def test_a_reconciliation_is_begun_for_all_or_for_one(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    reference = stages.reference(booking_id)
    agent = signed_in("agent")
    page = agent.get(PAGE)
    assert "There is no booking" in agent.read(agent.send(page, PAGE, booking="EXD-000000"), status=422)
    for booking in ("", reference.lower()):
        assert agent.send(page, PAGE, booking=booking).status_code == 303
    shown = agent.get(PAGE)
    assert shown.count("PayPal is being read: 0 of 1") == 2
    assert "hx-trigger" in shown
    with transaction():
        assert session().query(Run).count() == 2
    agent.send(page, PAGE, booking="")
    with transaction():
        assert session().query(Run).count() == 2


def test_only_managers_mend_and_explain(house: Flask, signed_in: SignedIn) -> None:
    difference_id = differs(paper.confirmed())
    agent = signed_in("agent")
    shown = agent.get(f"{PAGE}/{difference_id}")
    assert "Take over" not in shown
    assert "Look at it" in agent.get(PAGE)
    assert agent.client.get(f"{PAGE}/{new_id()}").status_code == 404


def test_yen_have_no_cents(house: Flask, signed_in: SignedIn) -> None:
    difference_id = differs(paper.confirmed(), theirs=90_000)
    with transaction():
        session().get_one(Difference, difference_id).currency = "JPY"
    db.session.remove()
    assert "¥90,000" in signed_in("viewer").get(PAGE)
