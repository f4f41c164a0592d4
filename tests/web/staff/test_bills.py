"""Bills at the desk: opened, looked at, paid, withdrawn, given up, and what cannot be."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from exodrive.billing import queries
from exodrive.kernel.db import db, transaction
from tests import paper
from tests.bill_paper import Sheet
from tests.web.staff import stages
from tests.web.staff.conftest import SignedIn


@pytest.fixture
def page(house: Flask) -> str:
    """The address of a rental that is over."""
    return f"/desk/bookings/{stages.reference(paper.returned())}"


def sheet_at(address: str) -> Sheet:
    """PayPal's side of the bill whose page this is."""
    number = address.rpartition("/")[2]
    with transaction():
        found = queries.by_paypal([], [number])
        assert found is not None
        bill_id: UUID = found.id
    return Sheet(bill_id)


def opened(signed_in: SignedIn, page: str, *, amount: str = "400.00") -> str:
    """The address of a new bill."""
    manager = signed_in("manager")
    form = manager.get(f"{page}/bills/new")
    answer = manager.send(form, "/bills/new", name_0="A scratched rim", amount_0=amount, note="See the photo")
    assert answer.status_code == 303, answer.text[:3000]
    db.session.remove()
    return str(answer.headers["Location"])


def sent(signed_in: SignedIn, page: str) -> tuple[str, Sheet]:
    address = opened(signed_in, page)
    sheet = sheet_at(address)
    sheet.perform()
    db.session.remove()
    return address, sheet


def test_opened_by_hand_it_stands_on_the_bookings_page(signed_in: SignedIn, page: str) -> None:
    address, _ = sent(signed_in, page)
    shown = signed_in("agent").get(address)
    for words in ("A scratched rim", "$400.00", "See the photo", "Mail it", "Sent"):
        assert words in shown
    assert address in signed_in("agent").get(page)


def test_what_was_typed_wrong_is_said_and_kept(signed_in: SignedIn, page: str) -> None:
    manager = signed_in("manager")
    form = manager.get(f"{page}/bills/new")
    for typed in (
        {},
        {"name_0": "A rim"},
        {"amount_0": "5"},
        {"name_0": "A rim", "amount_0": "1e99"},
        {"name_0": "A rim", "amount_0": "-5"},
        {"name_0": "A rim", "amount_0": "99999999999"},
        {"name_0": "A rim", "amount_0": "1.005"},
    ):
        answer = manager.send(form, "/bills/new", **typed)
        shown = manager.read(answer, status=422)
        assert "One thing needs a look" in shown
        assert typed.get("name_0", "") in shown


def test_money_at_the_desk(signed_in: SignedIn, page: str) -> None:
    address, sheet = sent(signed_in, page)
    agent = signed_in("agent")
    for wrong in ("400.01", "0", "x"):
        answer = agent.send(agent.get(address), "/payment", amount=wrong)
        assert "One thing needs a look" in agent.read(answer, status=422)
    answer = agent.send(agent.get(address), "/payment", amount="150", method="terminal", reference="slip 12")
    shown = agent.get(answer.headers["Location"])
    assert "$150.00 is noted" in shown
    assert "slip 12" in shown
    assert "Paid in part" in shown
    db.session.remove()
    sheet.perform()
    assert "not noted at PayPal" not in agent.get(address)


def test_two_clicks_from_one_page_take_it_once(signed_in: SignedIn, page: str) -> None:
    address, _ = sent(signed_in, page)
    agent = signed_in("agent")
    shown = agent.get(address)
    assert agent.send(shown, "/payment", amount="100").status_code == 303
    again = agent.send(shown, "/payment", amount="100")
    assert again.status_code == 409
    assert "$300.00" in agent.get(address)


def test_withdrawn_and_billed_anew(signed_in: SignedIn, page: str) -> None:
    address, sheet = sent(signed_in, page)
    manager = signed_in("manager")
    answer = manager.send(manager.get(address), "/cancel", reason="")
    assert "Say why" in manager.read(answer, status=422)
    assert manager.send(manager.get(address), "/cancel", reason="wrong line").status_code == 303
    db.session.remove()
    sheet.perform()
    shown = manager.get(address)
    assert "Withdrawn" in shown
    assert "Open another bill" in shown
    assert "$400.00 is owed by the books" in manager.get(f"{page}/bills/new")


def test_only_a_manager_gives_up_what_is_owed(signed_in: SignedIn, page: str) -> None:
    address, _ = sent(signed_in, page)
    agent, manager = signed_in("agent"), signed_in("manager")
    assert "Give up the rest" not in agent.get(address)
    assert agent.send(manager.get(address), "/write-off", reason="x").status_code in (400, 403)
    assert manager.send(manager.get(address), "/write-off", reason="moved away").status_code == 303
    shown = manager.get(address)
    assert "Written off" in shown
    assert "moved away" in manager.get(page)


def test_reminded_and_looked_at_again(signed_in: SignedIn, page: str) -> None:
    address, _ = sent(signed_in, page)
    agent = signed_in("agent")
    for deed, words in (
        ("/remind", "being reminded"),
        ("/look", "being asked"),
        ("/send", "on its way again"),
    ):
        answer = agent.send(agent.get(address), deed)
        assert answer.status_code == 303
        assert words in agent.get(answer.headers["Location"])
        db.session.remove()


def test_refused_it_says_why_and_is_sent_again(signed_in: SignedIn, page: str) -> None:
    address = opened(signed_in, page)
    sheet_at(address).refuse("USER_NOT_FOUND")
    db.session.remove()
    agent = signed_in("agent")
    assert "PayPal takes no mail for this address" in agent.get(address)
    assert "A bill needs somebody" in agent.get(page)
    assert agent.send(agent.get(address), "/send").status_code == 303


def test_other_peoples_bills_are_not_found(signed_in: SignedIn, page: str) -> None:
    agent = signed_in("agent")
    for number in ("B-0000000000", "x" * 300, "new%20"):
        answer = agent.client.get(f"{page}/bills/{number}")
        assert answer.status_code == 404, number


def test_a_running_rental_has_nothing_to_bill(signed_in: SignedIn, house: Flask) -> None:
    page = f"/desk/bookings/{stages.reference(paper.on_rent())}"
    manager = signed_in("manager")
    assert "Open a bill" not in manager.get(page)
    answer = manager.send(manager.get(f"{page}/bills/new"), "/bills/new", name_0="A rim", amount_0="5")
    assert answer.status_code == 409
