"""A rental without pre-payment, paid in cash at the counter: from the quote to the invoice."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.bookings import queries
from exodrive.bookings.models import Booking
from exodrive.bookings.quote import quotes
from exodrive.invoicing import issuing
from exodrive.kernel.db import db, session, transaction
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments import tree
from tests import rental
from tests.drain import drain, troubles
from tests.web.staff import stages
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn
from tests.web.staff.test_new_booking import CONTACT, dates, send


def accepted(house: Flask, manager: Browser) -> UUID:
    """The desk sends a quote, the customer takes it, and gives the details."""
    with transaction():
        wanted = dates()
    sent = send(manager, manager.get("/desk/new"), "quote", **wanted, **CONTACT).headers["Location"]
    with transaction():
        quote = quotes.by_number(sent.rpartition("/")[2])
        link = f"/q/{quotes.secret(house.config['SECRET_KEY'], quote.id)}"
    db.session.remove()
    customer = Browser(house.test_client())
    assert customer.send(customer.get(link), f"{link}/accept").status_code == 303
    with transaction():
        booking_id = session().scalars(select(Booking.id)).one()
    rental.order(booking_id)
    return booking_id


def price_of(booking_id: UUID) -> str:
    with transaction():
        return queries.by_id(booking_id).total_money.to_text()


def deposit_of(booking_id: UUID) -> str:
    with transaction():
        return queries.by_id(booking_id).deposit_money.to_text()


@pytest.mark.usefixtures("rental_house")
def test_from_the_quote_to_the_invoice(rental_house: Flask, signed_in: SignedIn) -> None:
    manager = signed_in("manager")
    booking_id = accepted(rental_house, manager)
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    manager.do(f"{page}/waive-prepayment", reason="A guest of ten years")
    drain()
    stages.sign(booking_id)
    assert "Open" in manager.get(f"{page}/hand-over")

    shown = manager.do(f"{page}/take-rental", amount=price_of(booking_id), method="cash", reference="1")
    assert "Paid at the desk" in manager.get("/desk/bookings?view=confirmed"), shown
    manager.do(f"{page}/take-deposit", amount=deposit_of(booking_id), method="cash", reference="2")
    rental.hand_over(booking_id)
    rental.take_back(booking_id, odometer=20_050)
    manager.do(f"{page}/settle")
    drain()

    assert rental.state(booking_id) == "closed"
    with transaction():
        booking = queries.by_id(booking_id)
        invoice = issuing.of_booking(booking_id)
        assert invoice is not None
        assert invoice.total == invoice.paid == booking.total
        assert booking.hand_back == booking.deposit
        assert all(not list(tree.authorizations(row)) for row in tree.all_of(booking_id))
        for account in (Account.RECEIVABLE, Account.PREPAID, Account.CLEARING):
            assert not balance(account, currency="USD", booking_id=booking_id)
        assert balance(Account.CASH, currency="USD", booking_id=booking_id) == (
            booking.total_money + booking.deposit_money
        )
    assert troubles() == []
