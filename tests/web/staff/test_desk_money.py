"""Money at the counter and a deposit let go, as the desk does it: roles, slips of the pen, stale pages."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from exodrive.bookings import queries
from exodrive.bookings.by_hand import releasing
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from exodrive.kernel.money import Money
from exodrive.payments import receipts
from exodrive.payments.receipt_models import For, Receipt
from exodrive.payments.states import Purpose
from tests import paper, rental
from tests.web.staff import stages
from tests.web.staff.conftest import SignedIn


def _page(booking_id: UUID) -> str:
    return f"/desk/bookings/{stages.reference(booking_id)}"


def _deposit(booking_id: UUID) -> Money:
    with transaction():
        found = queries.by_id(booking_id).deposit_money
    db.session.remove()
    return found


def _rows(booking_id: UUID) -> list[Receipt]:
    with transaction():
        rows = receipts.of_booking(booking_id)
    db.session.remove()
    return rows


def release_rental(booking_id: UUID) -> None:
    """The customer wants to pay here: a manager lets go of PayPal's hold."""
    with transaction():
        releasing.void(
            booking_id, purpose=Purpose.RENTAL, reason="pays here", by=rental.AGENT, at=clock.now()
        )
    paper.answer(booking_id)
    db.session.remove()


def test_a_deposit_is_taken_corrected_and_handed_back(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    page, whole = _page(booking_id), _deposit(booking_id)
    agent = signed_in("agent")
    asks = agent.get(f"{page}/take-deposit")
    assert f'value="{whole.to_text()}"' in asks, "the whole is proposed"
    shown = agent.do(f"{page}/take-deposit", amount=whole.to_text(), method="cash", reference="envelope 12")
    assert "Held at the desk" in shown
    assert "envelope 12" in shown
    assert "Take deposit here" not in shown, "it is whole"
    assert "Hand back" not in shown, "an agent takes, a manager gives back"
    manager = signed_in("manager")
    (taken,) = _rows(booking_id)
    manager.do(f"{page}/correct-receipt", receipt=str(taken.id), amount="100", reason="miscounted")
    shown = manager.do(
        f"{page}/give-back-receipt", receipt=str(taken.id), amount="50", method="cash", reference="slip 3",
        reason="rounded",
    )  # fmt: skip
    assert "miscounted" in shown
    assert "Handed back" in shown
    rows = _rows(booking_id)
    assert receipts.standing(rows, For.DEPOSIT, currency="USD") == whole - Money(150_00, "USD")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": ""}, "Say how much"),
        ({"amount": "abc"}, "Write an amount"),
        ({"amount": "0"}, "Write an amount"),
        ({"amount": "10.005"}, "Write an amount"),
        ({"amount": "99999999999"}, "is the most at once"),
        ({"reference": " "}, "Say what finds it again"),
        ({"method": "shells"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_written_down_is_said_at_the_field(
    typed: dict[str, str], words: str, house: Flask, signed_in: SignedIn
) -> None:
    booking_id = paper.confirmed()
    agent = signed_in("agent")
    address = f"{_page(booking_id)}/take-deposit"
    given = {"amount": "5", "method": "terminal", "reference": "7041", **typed}
    answer = agent.send(agent.get(address), address, **given)
    assert words in agent.read(answer, status=422)
    assert _rows(booking_id) == []


def test_two_tabs_take_it_once(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    agent = signed_in("agent")
    address = f"{_page(booking_id)}/take-deposit"
    form = agent.get(address)
    given = {"amount": "5", "method": "terminal", "reference": "7041"}
    assert agent.send(form, address, **given).status_code == 303
    assert agent.send(form, address, **given).status_code == 409
    assert len(_rows(booking_id)) == 1


def test_more_than_the_receipt_cannot_go_back(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    manager = signed_in("manager")
    page = _page(booking_id)
    manager.do(f"{page}/take-deposit", amount="5", method="terminal", reference="7041")
    (taken,) = _rows(booking_id)
    address = f"{page}/give-back-receipt"
    given = {"amount": "5.01", "method": "cash", "reference": "x", "reason": "x", "receipt": str(taken.id)}
    answer = manager.send(manager.get(address), address, **given)
    assert "is the most at once" in manager.read(answer, status=422)
    answer = manager.send(manager.get(address), address, **{**given, "receipt": str(booking_id)})
    assert "Not a valid choice" in manager.read(answer, status=422)


def test_giving_back_takes_a_manager(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    agent = signed_in("agent")
    page = _page(booking_id)
    agent.do(f"{page}/take-deposit", amount="5", method="terminal", reference="7041")
    for deed in ("give-back-receipt", "correct-receipt"):
        assert agent.client.get(f"{page}/{deed}").status_code == 403


def test_the_rental_is_paid_here_where_paypal_secures_nothing(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    page, agent = _page(booking_id), signed_in("agent")
    assert "Take rental here" not in agent.get(page), "PayPal holds all of it"
    assert agent.client.get(f"{page}/take-rental").status_code == 409
    release_rental(booking_id)
    with transaction():
        price = queries.by_id(booking_id).total_money
    db.session.remove()
    address = f"{page}/take-rental"
    given = {"method": "terminal", "reference": "7041"}
    answer = agent.send(agent.get(address), address, amount=(price + Money(1, "USD")).to_text(), **given)
    assert "is the most at once" in agent.read(answer, status=422)
    half = Money(price.amount // 2, "USD")
    shown = agent.do(address, amount=half.to_text(), **given)
    assert "Take rental here" in shown, "the other half is missing"
    asks = agent.get(address)
    assert f'value="{(price - half).to_text()}"' in asks
    shown = agent.do(address, amount=(price - half).to_text(), **given)
    assert "Take rental here" not in shown
    assert len(_rows(booking_id)) == 2


def test_a_receipt_is_printed(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    page, agent = _page(booking_id), signed_in("agent")
    agent.do(f"{page}/take-deposit", amount="1250", method="cash", reference="envelope <12>")
    shown = agent.get(f"{page}/receipts/1")
    for words in ("$1,250.00", "Cash", "envelope &lt;12&gt;", "Deposit", rental.renter().name):
        assert words in shown, words
    for number in ("2", "0", "99999999999999999999"):
        assert agent.client.get(f"{page}/receipts/{number}").status_code == 404


def test_a_clean_car_frees_the_deposit_before_the_settlement(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.returned()
    agent = signed_in("agent")
    page = _page(booking_id)
    assert "Goes back by" in agent.get(page)
    shown = agent.do(f"{page}/release-deposit", reason="no new marks")
    assert "The deposit is on its way back" in shown
    assert "no new marks" in shown
    assert "Inspected: release deposit" not in shown
    assert paper.answer(booking_id) == ["void"]
