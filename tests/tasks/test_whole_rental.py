"""The main line: hold, order, pay, sign, deposit, keys, return, settle; and what the books say afterwards."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from exodrive.bookings import queries
from exodrive.contracts import issuing as contracts
from exodrive.contracts.states import ContractState
from exodrive.invoicing import issuing as invoices
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account, Entry
from exodrive.ledger.postings import balance
from exodrive.notifications import messages
from exodrive.payments.states import Purpose
from exodrive.storage import files
from tests import rental
from tests.drain import drain, troubles


def test_a_rental_from_hold_to_invoice(house: Flask) -> None:
    booking_id = rental.hold()
    rental.order(booking_id)
    drain()
    assert troubles() == []
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"
    assert troubles() == []

    with transaction():
        contract = contracts.current(booking_id)
        assert contract is not None
        assert contract.state == ContractState.SENT
        assert contract.sign_url is not None
        sign_url, contract_id = contract.sign_url, contract.id
    rental.sign(sign_url)
    with transaction():
        contracts.signer_returned(booking_id)
    drain()
    assert rental.state(booking_id) == "confirmed"
    with transaction():
        signed = contracts.lock(contract_id)
        assert signed.agreement_file_id is not None
        assert files.read(signed.agreement_file_id)[1].startswith(b"%PDF")

    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    drain()
    rental.approve(booking_id, Purpose.DEPOSIT)
    drain()
    assert rental.money(booking_id, Purpose.DEPOSIT)[0] == "authorized"

    rental.hand_over(booking_id)
    rental.take_back(booking_id, odometer=20_000 + 7 * 100 + 20, fuel_eighths=7)
    drain()
    rental.settle(booking_id)
    drain()
    assert troubles() == []
    assert rental.state(booking_id) == "closed"
    _check_the_books(booking_id)


def _check_the_books(booking_id) -> None:  # type: ignore[no-untyped-def]
    with transaction():
        booking = queries.by_id(booking_id)
        charges = Money(sum(row.amount for row in booking.charges), "USD")
        total = booking.total_money
    assert charges.amount == 20 * 500 + 3 * 700 + 2500  # twenty miles over, an eighth of 24 gallons, service
    assert rental.money(booking_id, Purpose.RENTAL) == ("captured", total, Money(0, "USD"))
    assert rental.money(booking_id, Purpose.DEPOSIT) == ("captured", charges, Money(0, "USD"))
    with transaction():
        invoice = invoices.of_booking(booking_id)
        assert invoice is not None
        assert invoice.file_id is not None
        assert invoice.total_money == invoice.paid_money == total + charges
        assert balance(Account.PREPAID, currency="USD") == Money(0, "USD")
        assert balance(Account.RECEIVABLE, currency="USD") == Money(0, "USD")
        assert session().scalar(select(func.sum(Entry.amount))) == 0
        letters = [message.template for message in messages.of_booking(booking_id)]
        assert all(message.provider_id for message in messages.of_booking(booking_id))
    assert sorted(letters) == sorted(set(letters))
    assert {"booking_received", "payment_received", "sign_agreement", "confirmed", "invoice"} <= set(letters)
