"""A provider that is away delays a booking and never loses it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from exodrive.bookings import queries
from exodrive.contracts import issuing
from exodrive.kernel import deliveries
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import Delivery, DeliveryState
from exodrive.notifications import messages
from exodrive.payments.states import Purpose
from tests import rental
from tests.drain import drain, hurry, troubles
from tests.tasks import steps
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")


def letters(booking_id: UUID) -> dict[str, str]:
    """Each letter with how far it came."""
    with transaction():
        return {row.template: row.state for row in messages.of_booking(booking_id)}


def try_again(times: int = 1) -> None:
    for _ in range(times):
        hurry()
        drain()


def test_paypal_away_keeps_the_place_and_mails_the_link_when_it_is_back(wire: Wire) -> None:
    wire.away.add("paypal")
    booking_id = rental.hold()
    rental.order(booking_id)
    drain()
    with transaction():
        booking = queries.by_id(booking_id)
        ordered_at, expires_at, delayed = booking.ordered_at, booking.expires_at, booking.payment_delayed
    assert delayed
    assert ordered_at is not None
    assert expires_at == ordered_at + timedelta(days=1)
    assert "payment_link" not in letters(booking_id)
    assert [line.split(":")[0] for line in troubles()] == ["payments.perform"]
    try_again(3)
    assert rental.state(booking_id) == "awaiting_payment"

    wire.away.clear()
    try_again()
    assert troubles() == []
    assert letters(booking_id)["payment_link"] == "sent"
    assert len(wire.calls("POST", "/v2/checkout/orders")) == 1
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"


def test_paypal_away_while_it_authorizes_pins_the_place(wire: Wire) -> None:
    booking_id = steps.ordered()
    rental.approve(booking_id)
    wire.away.add("paypal")
    drain()  # nobody can read the order yet
    wire.away.clear()
    wire.lose("POST", "/authorize", times=2)
    try_again()
    with transaction():
        assert queries.by_id(booking_id).expires_at is None
    try_again(3)
    assert rental.state(booking_id) == "awaiting_signature"
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "authorized"


def test_docuseal_away_sends_the_agreement_later_and_once(wire: Wire) -> None:
    wire.away.add("docuseal")
    booking_id = steps.paid()
    with transaction():
        contract = issuing.current(booking_id)
        assert contract is not None
        assert contract.state == "draft"
    try_again(3)
    assert "sign_agreement" not in letters(booking_id)
    wire.away.clear()
    try_again()
    with transaction():
        contract = issuing.current(booking_id)
        assert contract is not None
        assert contract.state == "sent"
    assert letters(booking_id)["sign_agreement"] == "sent"
    assert len(wire.calls("POST", "/submissions")) == 1


def test_docuseal_away_after_the_signature_brings_the_documents_home_later(wire: Wire) -> None:
    booking_id = steps.paid()
    rental.sign(steps.sign_url(booking_id))
    with transaction():
        issuing.signer_returned(booking_id)
    wire.away.add("docuseal")
    drain()
    try_again(2)
    assert rental.state(booking_id) == "awaiting_signature"
    wire.away.clear()
    try_again(2)
    assert rental.state(booking_id) == "confirmed"


def test_resend_away_loses_no_letter_and_sends_none_twice(wire: Wire) -> None:
    wire.away.add("resend")
    booking_id = steps.paid()
    assert set(letters(booking_id).values()) == {"queued"}
    assert rental.state(booking_id) == "awaiting_signature"  # nothing waits for a letter
    try_again(2)
    wire.away.clear()
    wire.lose("POST", "/emails")  # the first one arrives, and we do not hear of it
    try_again(3)
    sent = letters(booking_id)
    assert set(sent.values()) == {"sent"}
    assert steps.mailbox(wire, booking_id) == sorted(sent)


def test_an_outage_of_days_ends_with_staff(wire: Wire) -> None:
    wire.away.add("resend")
    booking_id = rental.hold()
    rental.order(booking_id)
    drain()
    try_again(deliveries.MAX_ATTEMPTS + 1)
    with transaction():
        row = session().query(Delivery).filter(Delivery.actor == "messages.send").one()
        assert row.state == DeliveryState.PENDING, "an outage uses up no attempt"
        assert row.away_since is not None
        row.away_since -= deliveries.OUTAGE_PATIENCE
    try_again()
    with transaction():
        row = session().query(Delivery).filter(Delivery.actor == "messages.send").one()
        assert row.state == DeliveryState.FAILED
        assert "resend" in (row.last_error or "")
    assert rental.state(booking_id) == "awaiting_payment"
