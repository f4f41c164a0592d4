"""What a customer types is text wherever it is seen, and nothing is taken that no form asks for."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from exodrive.accounts import staff
from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.contracts import issuing as contracts
from exodrive.invoicing import issuing as invoices
from exodrive.kernel.db import session, transaction
from exodrive.notifications.models import Message
from exodrive.storage import files
from tests import rental
from tests.drain import drain
from tests.web.customer.booking import lasting, order
from tests.web.staff import stages
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn, email

MARK = '"><img src=x onerror=alert(1)>{{7*7}}${7*7}%(name)s'
TYPED = {
    "renter-name": f"Maya {MARK}",
    "renter-address-street": f"4 Elm Street {MARK}",
    "renter-licence_number": "O-215<script>",
    "renter-licence_region": "<b>MD</b>",
    "renter-insurer": f"=HYPERLINK(1) {MARK}",
    "renter-insurance_policy": "'\"><svg/onload=1>",
}
# What was reckoned out stands beside what was typed; 49 alone is part of many an id.
RUNS = ("<img src=x", "<script>", "<svg/onload", "<b>MD", "49${", "}}49", "alert(1)>49", "alert(1)&gt;49")


@pytest.fixture
def typed(rental_house: Flask) -> tuple[str, Any]:
    """A confirmed booking whose renter typed code for words; its link's secret and its id."""
    booking_id = rental.hold(days_ahead=1)
    with transaction():
        secret = links.secret(rental.KEY, booking_id, 1)
    browser = Browser(rental_house.test_client())
    answer = order(browser, f"/b/{secret}", **TYPED, **lasting())
    assert answer.status_code == 303, answer.text[:3000]
    drain()
    rental.approve(booking_id)
    drain()
    stages.sign(booking_id)
    return secret, booking_id


def test_it_is_text_everywhere(rental_house: Flask, signed_in: SignedIn, typed: tuple[str, Any]) -> None:
    secret, booking_id = typed
    agent, customer = signed_in("agent"), Browser(rental_house.test_client())
    reference = stages.reference(booking_id)
    with transaction():
        rows = session().query(Message).filter_by(booking_id=booking_id).all()
        mails = [f"{row.html}" for row in rows]
        subjects = [row.subject for row in rows]
        ids = [row.id for row in rows]
    pages = [
        customer.get(f"/b/{secret}"),
        agent.get("/desk?view=all"),
        agent.get("/desk?view=all&q=Maya"),
        agent.get(f"/desk/bookings/{reference}"),
        *(agent.get(f"/desk/bookings/{reference}/messages/{each}") for each in ids),
        *mails,
    ]
    assert len(mails) >= 2
    assert any("&lt;img src=x" in page for page in pages)
    for page in pages:
        for words in RUNS:
            assert words not in page, (words, page[max(0, page.find(words) - 200) :][:400])
    assert not any("\n" in each or "\r" in each for each in subjects)
    with transaction():
        contract = contracts.current(booking_id)
        assert contract is not None
        assert contract.agreement_file_id is not None
        paper = files.read(contract.agreement_file_id)[1]
    assert "49${" not in "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


def test_it_ends_no_line_of_a_calendar(rental_house: Flask, typed: tuple[str, Any]) -> None:
    secret, booking_id = typed
    with transaction():
        booking = session().get(Booking, booking_id)
        assert booking is not None
        booking.delivery_address = "4 Elm Street\r\nATTENDEE:mailto:evil@example.com\nX-EVIL:1;,"
    text = Browser(rental_house.test_client()).client.get(f"/b/{secret}/booking.ics").text
    assert not any(line.startswith(("ATTENDEE", "X-EVIL")) for line in text.splitlines())


def test_the_invoice_prints_it(rental_house: Flask, typed: tuple[str, Any]) -> None:
    _, booking_id = typed
    rental.ask_for_deposit(booking_id)
    stages.deposit_held(booking_id)
    rental.hand_over(booking_id)
    rental.take_back(booking_id)
    rental.settle(booking_id)
    drain()
    with transaction():
        invoice = invoices.of_booking(booking_id)
        assert invoice is not None
        assert invoice.file_id is not None
        text = "".join(
            page.extract_text() for page in PdfReader(io.BytesIO(files.read(invoice.file_id)[1])).pages
        )
    assert "onerror=alert(1)" in text, "printed as it was typed"
    assert "{{7*7}}" in text.replace("\n", "")


@pytest.mark.parametrize("name", ["Maya\r\nBcc: evil@example.com", "Maya\nOkafor"])
def test_a_name_ends_no_header_of_a_mail(rental_house: Flask, name: str) -> None:
    booking_id = rental.hold()
    rental.order(booking_id, driver=rental.renter(name=name))
    drain()
    with transaction():
        for row in session().query(Message):
            assert "\n" not in row.subject
            assert "\n" not in row.to_email
            assert "evil@example.com" not in row.to_email


def test_fields_that_no_form_has_change_nothing(
    rental_house: Flask, signed_in: SignedIn, password: str
) -> None:
    """Prices, states, roles and owners are ours, whoever names them."""
    booking_id = rental.hold()
    with transaction():
        secret = links.secret(rental.KEY, booking_id, 1)
    more = {
        "state": "closed", "total": "1", "price": "1", "deposit": "0", "currency": "JPY", "version": "99",
        "car_id": "1", "role": "owner", "id": "1", "customer_id": "1", "link_version": "9", "paid": "y",
    }  # fmt: skip
    before = _facts(booking_id)
    assert order(Browser(rental_house.test_client()), f"/b/{secret}", **more, **lasting()).status_code == 303
    after = _facts(booking_id)
    assert after["state"] == "awaiting_payment"
    for name in ("total", "deposit", "currency", "car_id", "link_version", "pickup_at"):
        assert after[name] == before[name], name
    agent = signed_in("agent")
    agent.send(
        agent.get("/desk/account").replace("/desk/logout", "/appearance"), "/appearance", theme="dark", **more
    )
    with transaction():
        found = staff.find(email("agent"))
        assert found is not None
        assert (found.role, found.active) == ("agent", True)


def _facts(booking_id: Any) -> dict[str, Any]:
    with transaction():
        booking = session().get(Booking, booking_id)
        assert booking is not None
        names = ("state", "total", "deposit", "currency", "car_id", "link_version", "pickup_at")
        return {name: getattr(booking, name) for name in names}
