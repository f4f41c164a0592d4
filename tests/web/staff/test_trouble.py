"""What staff do where something went wrong: PayPal refused, the agreement was declined, mail came back."""

from __future__ import annotations

import re
from io import BytesIO
from uuid import UUID

import requests
from flask import Flask

from exodrive.bookings import queries, transitions
from exodrive.bookings.models import Attention
from exodrive.contracts import issuing as contracts
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.notifications.models import Message
from exodrive.payments import operations, tree, wishes
from exodrive.payments.models import OperationKind, OperationState
from exodrive.payments.states import Purpose
from tests import rental
from tests.drain import drain
from tests.web.staff import stages
from tests.web.staff.conftest import SignedIn


def _refuse_capture(booking_id: UUID) -> None:
    """PayPal refused the capture; nothing of it happened there."""
    with transaction():
        booking = transitions.lock(booking_id)
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        wishes.capture(payment, amount=payment.money, at=clock.now())
        operation = payment.operations[-1]
        assert operation.kind == OperationKind.CAPTURE
        operations.settle(operation, at=clock.now(), code="TRANSACTION_REFUSED", debug_id="f00d")
        booking.attention = Attention.PAYMENT_REFUSED


def test_a_refused_call_is_asked_for_again(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.confirmed()
    _refuse_capture(booking_id)
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    manager = signed_in("manager")
    shown = manager.get(page)
    assert "TRANSACTION_REFUSED" in shown
    assert "f00d" in shown
    assert "asked again" in manager.do(f"{page}/retry-payment", reason="They raised their limit")
    with transaction():
        states = [row.state for row in tree.of_booking(booking_id)[Purpose.RENTAL].operations[-2:]]
        assert states == [OperationState.REJECTED, OperationState.WANTED]
    drain()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
    shown = manager.get(page)
    assert "Ask PayPal again" not in shown
    assert "They raised their limit" in shown


def test_a_declined_agreement_is_issued_anew(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.paid()
    _decline(booking_id)
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    agent = signed_in("agent")
    shown = agent.get(page)
    assert "The renter declined the agreement" in shown
    assert "Resend agreement" not in shown
    assert "being issued" in agent.do(f"{page}/renew")
    drain()
    with transaction():
        contract = contracts.current(booking_id)
        assert contract is not None
        assert contract.state == "sent"
        assert queries.by_id(booking_id).attention is None


def _decline(booking_id: UUID) -> None:
    with transaction():
        contract = contracts.current(booking_id)
        assert contract is not None
        assert contract.sign_url is not None
        url = contract.sign_url
    answer = requests.post(
        f"{url}/decline", data={"reason": "Not my name"}, allow_redirects=False, timeout=60
    )
    assert answer.status_code in (200, 302, 303), answer.text[:300]
    with transaction():
        contracts.signer_returned(booking_id)
    drain()


def test_what_was_seen_leaves_the_banner_with_a_reason(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.paid()
    with transaction():
        transitions.lock(booking_id).attention = Attention.MAIL_BOUNCED
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    agent = signed_in("agent")
    assert "A mail came back" in agent.get(page)
    assert "mail came back" in agent.get("/desk/bookings")
    after = agent.do(f"{page}/clear-attention", reason="Called, address was right")
    assert "The address may be wrong" not in after
    assert "Called, address was right" in after


def test_a_new_link_ends_the_old_one_and_mails_the_new(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.paid()
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    with transaction():
        before = queries.by_id(booking_id).link_hash
    signed_in("manager").do(f"{page}/replace-link", reason="Forwarded to a stranger")
    drain()
    with transaction():
        booking = queries.by_id(booking_id)
        assert booking.link_hash != before
        assert booking.link_version == 2
        assert session().query(Message).filter_by(booking_id=booking_id, template="booking_link").count() == 1


def test_a_mail_is_shown_as_sent_and_runs_nothing(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.paid()
    agent = signed_in("agent")
    reference = stages.reference(booking_id)
    found = re.search(
        rf"/desk/bookings/{reference}/messages/[0-9a-f-]+", agent.get(f"/desk/bookings/{reference}")
    )
    assert found is not None
    page = agent.get(found.group())
    assert "sandbox title=" in page
    mail = agent.client.get(f"{found.group()}/html")
    assert "default-src 'none'" in mail.headers["Content-Security-Policy"]
    assert "sandbox" in mail.headers["Content-Security-Policy"]
    other = stages.reference(rental.hold("corsara-v10", visitor="another"))
    assert agent.client.get(found.group().replace(reference, other)).status_code == 404


def test_a_photo_that_is_none_is_refused_and_nothing_kept(rental_house: Flask, signed_in: SignedIn) -> None:
    booking_id = stages.confirmed()
    page = f"/desk/bookings/{stages.reference(booking_id)}"
    agent = signed_in("agent")
    form = agent.get(f"{page}/hand-over")
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    headers = {"X-CSRFToken": token.group(1)}

    def send(content: bytes, position: str = "left", kind: str = "pickup") -> int:
        data = {"photo": (BytesIO(content), "left.jpg", "image/jpeg")}
        return agent.client.post(f"{page}/photos/{kind}/{position}", data=data, headers=headers).status_code

    assert send(b"<svg/>") == 422
    assert send(rental.photo(), position="roof") == 404
    assert send(rental.photo(), kind="return") == 422, "the car is not out yet"
    assert send(rental.photo()) == 204
    assert "7 photos" in agent.fragment(f"{page}/hand-over")
