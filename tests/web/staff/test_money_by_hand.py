"""Money, letters and invoices by hand at the desk: what is shown before the click, and what comes of it."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from exodrive.bookings import queries
from exodrive.invoicing import issuing as invoices
from exodrive.kernel.db import db, transaction
from exodrive.kernel.money import Money
from exodrive.notifications import messages
from exodrive.payments.states import Purpose
from tests import paper, rental
from tests.drain import drain
from tests.web.staff import stages
from tests.web.staff.conftest import SignedIn


def _page(booking_id: UUID) -> str:
    return f"/desk/bookings/{stages.reference(booking_id)}"


def _total(booking_id: UUID) -> Money:
    with transaction():
        found = queries.by_id(booking_id).total_money
    db.session.remove()
    return found


def _shown(amount: Money) -> str:
    return f"${amount.to_decimal():,}"


def test_a_part_is_taken_and_the_rest_kept_then_given_back(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.confirmed()
    page, total = _page(booking_id), _total(booking_id)
    manager = signed_in("manager")
    asks = manager.get(f"{page}/capture-rental")
    assert f"PayPal holds {_shown(total)}" in asks
    assert f'value="{total.to_text()}"' in asks, "the whole is proposed"
    shown = manager.do(f"{page}/capture-rental", amount="1,000.50", keep="y", reason="paid at the counter")
    assert "PayPal is asked for the money now" in shown
    assert "Capture of $1,000.50 asked for" in shown
    assert "Capture rental" not in shown, "nothing is offered while PayPal is asked"
    drain()
    assert rental.money(booking_id, Purpose.RENTAL)[:2] == ("partially_captured", Money(1_000_50, "USD"))
    shown = manager.get(page)
    assert f"{_shown(total - Money(1_000_50, 'USD'))} still held" in shown
    manager.do(f"{page}/refund-rental", amount="0.50", reason="rounded")
    drain()
    assert rental.money(booking_id, Purpose.RENTAL)[2] == Money(50, "USD")
    manager.do(f"{page}/void-rental", reason="pays the rest in the shop")
    drain()
    shown = manager.get(page)
    assert "Release rental" not in shown
    assert "pays the rest in the shop" in shown


@pytest.mark.parametrize(
    ("amount", "words"),
    [("", "Say how much"), ("abc", "Write an amount"), ("0", "Write an amount"), ("-5", "Write an amount"),
     ("10.005", "Write an amount"), ("1e9", "Write an amount"), ("99999999", "is the most at once")],
)  # fmt: skip
def test_what_is_no_amount_is_said_at_the_field(
    amount: str, words: str, house: Flask, signed_in: SignedIn
) -> None:
    booking_id = paper.confirmed()
    manager = signed_in("manager")
    address = f"{_page(booking_id)}/capture-rental"
    answer = manager.send(manager.get(address), address, amount=amount, reason="x")
    assert words in manager.read(answer, status=422)
    assert paper.kinds(booking_id)[-1] == "authorize"


def test_what_somebody_else_did_meanwhile_stops_it(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    manager = signed_in("manager")
    address = f"{_page(booking_id)}/capture-rental"
    page = manager.get(address)
    assert manager.send(page, address, reason="first").status_code == 303
    paper.answer(booking_id)
    answer = manager.send(page, address, reason="second")
    assert "moved on" in manager.read(answer, status=409)
    assert paper.kinds(booking_id).count("capture") == 1


def test_money_takes_a_manager(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed()
    page = _page(booking_id)
    agent = signed_in("agent")
    assert "Capture rental" not in agent.get(page)
    for deed in ("capture", "void", "refund"):
        for purpose in ("rental", "deposit"):
            assert agent.client.post(f"{page}/{deed}-{purpose}", data={"amount": "1"}).status_code in (
                400,
                403,
            )
            assert agent.client.get(f"{page}/{deed}-{purpose}").status_code == 403


def test_a_letter_of_ones_own_words_goes_out_once(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.paid()
    page = _page(booking_id)
    agent = signed_in("agent")
    form = agent.get(f"{page}/write")
    typed = {"subject": "Where to <park>", "text": "Dear Maya,\r\n\r\npark <b>anywhere</b>."}
    answer = agent.send(form, "/write", **typed)
    assert answer.status_code == 303
    assert "Wrote: Where to &lt;park&gt;" in agent.get(answer.headers["Location"])
    late = agent.read(agent.send(form, "/write", **typed), status=409)
    assert "changed while you typed" in late, "the page is older than the letter"
    assert "Dear Maya," in late
    drain()
    with transaction():
        (letter,) = [row for row in messages.of_booking(booking_id) if row.template == "desk_letter"]
    assert letter.subject == "Where to <park>"
    assert "park &lt;b&gt;anywhere&lt;/b&gt;." in letter.html
    assert letter.provider_id is not None
    assert "Write something" in agent.read(agent.send(form, "/write", subject="x", text=" "), status=422)


def test_nobody_is_written_to_before_there_is_a_renter(house: Flask, signed_in: SignedIn) -> None:
    booking_id = rental.hold()
    agent = signed_in("agent")
    assert agent.client.get(f"{_page(booking_id)}/write").status_code == 422


def test_the_fee_of_a_cancelled_booking_gets_its_invoice(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.confirmed_for_tomorrow()
    page = _page(booking_id)
    agent = signed_in("agent")
    assert "Issue invoice" not in agent.get(page)
    agent.do(f"{page}/cancel", reason="called")
    drain()
    with transaction():
        invoice = invoices.of_booking(booking_id)
        assert invoice is not None
        assert invoice.file_id is not None
        assert "invoice" in {row.template for row in messages.of_booking(booking_id)}
    shown = agent.get(page)
    assert "Issue invoice" not in shown
    assert f"Invoice {invoice.number} issued" in shown


def test_a_booking_without_money_offers_none_of_it(house: Flask, signed_in: SignedIn) -> None:
    booking_id = rental.hold()
    with transaction():
        reference = queries.by_id(booking_id).reference
    shown = signed_in("manager").get(f"/desk/bookings/{reference}")
    for words in ("Capture", "Refund", "Release"):
        assert f">{words} " not in shown
