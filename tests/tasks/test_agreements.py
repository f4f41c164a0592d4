"""The agreement between us and DocuSeal: declined, renewed, withdrawn, read when nobody told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import requests
from flask import Flask
from sqlalchemy import update

from exodrive.bookings import cancelling, queries, signing, transitions
from exodrive.bookings.models import Attention
from exodrive.contracts import issuing
from exodrive.contracts.models import Contract
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.money import Money
from exodrive.notifications import messages
from exodrive.providers import factory
from exodrive.tasks import sweeps
from tests import rental
from tests.drain import drain, troubles
from tests.tasks import steps
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")


def contract(booking_id: UUID) -> Contract:
    with transaction():
        found = issuing.latest(booking_id)
        assert found is not None
        return found


def attention(booking_id: UUID) -> str | None:
    with transaction():
        return queries.by_id(booking_id).attention


def cancel(booking_id: UUID) -> None:
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=Money(0, "USD"), at=clock.now())


def test_an_agreement_withdrawn_while_it_was_being_sent_cannot_be_signed(wire: Wire, house: Flask) -> None:
    booking_id = steps.ordered()

    def meanwhile() -> None:
        with house.app_context():
            cancel(booking_id)
            db.session.remove()

    wire.during("POST", "/submissions", meanwhile)
    rental.approve(booking_id)
    drain()
    withdrawn = contract(booking_id)
    assert (rental.state(booking_id), withdrawn.state) == ("cancelled", "voided")
    assert withdrawn.submission_id is not None
    assert factory.signing_gateway().show(withdrawn.submission_id).status == "archived"
    assert troubles() == []


def test_a_declined_agreement_wants_a_look_and_can_be_issued_anew(wire: Wire) -> None:
    booking_id = steps.paid()
    first = contract(booking_id)
    answer = requests.post(
        f"{first.sign_url}/decline", data={"reason": "The name is wrong"}, allow_redirects=False, timeout=60
    )
    assert answer.status_code in (302, 303)
    with transaction():
        issuing.signer_returned(booking_id)
    drain()
    assert contract(booking_id).decline_reason == "The name is wrong"
    assert attention(booking_id) == "agreement_declined"
    with transaction():
        signing.renew(booking_id, by=rental.AGENT, at=clock.now())
    drain()
    assert attention(booking_id) is None
    second = contract(booking_id)
    assert second.id != first.id
    rental.sign(steps.sign_url(booking_id))
    with transaction():
        issuing.signer_returned(booking_id)
    drain()
    assert rental.state(booking_id) == "confirmed"
    with transaction():
        templates = [row.template for row in messages.of_booking(booking_id)]
    assert templates.count("sign_agreement") == 2


def test_a_new_agreement_does_not_hide_another_reason_to_look(wire: Wire) -> None:
    booking_id = steps.paid()
    with transaction():
        transitions.lock(booking_id).attention = Attention.MAIL_BOUNCED
    with transaction():
        current = issuing.current(booking_id)
        assert current is not None
        issuing.void(issuing.lock(current.id))
    with transaction():
        signing.renew(booking_id, by=rental.AGENT, at=clock.now())
    drain()
    assert attention(booking_id) == "mail_bounced"


def test_a_signature_that_nobody_told_us_of_is_found_by_the_sweep(wire: Wire) -> None:
    booking_id = steps.paid()
    rental.sign(steps.sign_url(booking_id))
    sweeps.read_unsigned_agreements()
    assert drain() == []  # looked at a moment ago
    with transaction():
        session().execute(update(Contract).values(checked_at=clock.now() - timedelta(minutes=11)))
    sweeps.read_unsigned_agreements()
    drain()
    assert rental.state(booking_id) == "confirmed"
    signed = contract(booking_id)
    assert signed.agreement_file_id is not None
    assert signed.audit_file_id is not None


def test_a_signature_reported_twice_confirms_once(wire: Wire) -> None:
    booking_id = steps.paid()
    rental.sign(steps.sign_url(booking_id))
    for _ in range(3):
        with transaction():
            issuing.signer_returned(booking_id)
    drain()
    assert rental.state(booking_id) == "confirmed"
    with transaction():
        templates = [row.template for row in messages.of_booking(booking_id)]
    assert templates.count("confirmed") == 1


@pytest.mark.made_up
def test_one_broken_booking_does_not_stop_a_sweep(wire: Wire) -> None:
    """What a sweep finds is dealt with one by one; a fault at one is logged, and the next has its turn."""
    first, second = steps.ordered(), steps.ordered("calder-brake")
    with transaction():
        for number, booking_id in enumerate((first, second)):
            transitions.lock(booking_id).expires_at = clock.now() - timedelta(minutes=10 - number)
        # A damaged price: closing fails on it, with an error that is no fact of ours.
        transitions.lock(first).price = {"form": "damaged"}
    with transaction():
        transitions.lock(first).state = "returned"
        transitions.lock(first).settling_at = clock.now() - timedelta(minutes=1)
    sweeps.finish_settlements()
    sweeps.expire_bookings()
    assert (rental.state(first), rental.state(second)) == ("returned", "expired")
