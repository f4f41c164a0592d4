"""A provider fails, once or for long: what the customer reads meanwhile, and that all is done in the end."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.bookings import cancelling, links, queries
from exodrive.contracts import issuing
from exodrive.kernel import circuits, clock, deliveries
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.outbox import OPEN, Delivery
from exodrive.notifications import messages
from exodrive.payments.states import Purpose
from exodrive.providers.breaker import FAILURES
from exodrive.tasks import sweeps, work
from tests import audited, faults, rental
from tests.conftest import Simulators
from tests.drain import drain, hurry, troubles
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.wire import Wire
from tests.web.staff.browser import Browser

pytestmark = [pytest.mark.usefixtures("house"), pytest.mark.slow]

ONCE, LONG = "once", "for long"
LENGTHS = pytest.mark.parametrize("length", [ONCE, LONG])
# Once before anything is done, and for long after it was done: the other two add nothing to these.
WAYS = pytest.mark.parametrize(("length", "kind"), [(ONCE, "error"), (LONG, "cut_after")])


class Outage:
    """A provider's. For long, all of it fails after the first call until the circuit is open, and beyond."""

    def __init__(self, simulators: Simulators, length: str) -> None:
        self._url = simulators.url
        self._length = length

    @contextmanager
    def of(self, provider: str, *, operation: str = "any", kind: str = "error") -> Iterator[None]:
        """The operation fails in the block; after it the provider is back, and what waits has come due."""
        with faults.arm(self._url, provider=provider, operation=operation, kind=kind, times=1) as first:
            yield
            assert first.struck() == 1
        if self._length == LONG:
            with faults.arm(self._url, provider=provider, kind="error"):
                _try_until_open(provider)
        try_again(3)


@pytest.fixture
def outage(simulators: Simulators, length: str) -> Iterator[Outage]:
    yield Outage(simulators, length)
    faults.clear(simulators.url)


@pytest.fixture
def page(house: Flask) -> Callable[[UUID], str]:
    """The words on a booking's page."""

    def read(booking_id: UUID) -> str:
        with transaction():
            booking = queries.by_id(booking_id)
            secret = links.secret(house.config["SECRET_KEY"], booking_id, booking.link_version)
        db.session.remove()
        text = re.sub(r"<[^>]+>", " ", Browser(house.test_client()).get(f"/b/{secret}"))
        return " ".join(html.unescape(text).split())

    return read


def first_tries() -> None:
    """Do what is due and leave alone what has failed: however slow the machine, its next try is later."""
    while True:
        with transaction():
            batch = deliveries.due(limit=100)
            failed = set(session().scalars(select(Delivery.id).where(Delivery.outages > 0)))
        if not batch:
            return
        for delivery_id, actor, _queue in batch:
            if delivery_id not in failed:
                work.perform(actor, delivery_id)


def _try_until_open(provider: str) -> None:
    """A failure that the store was too busy to count is followed by another."""
    for _ in range(4 * FAILURES):
        try_again(1)
        found = circuits.read()
        if found is not None and found[provider].is_open:
            return
    raise AssertionError(f"{provider} is still asked: {found}")


def try_again(times: int) -> None:
    for _ in range(times):
        hurry()
        drain()


def mails(booking_id: UUID) -> dict[str, list[str]]:
    """Each letter's states: one entry for each time that it was written."""
    found: dict[str, list[str]] = {}
    with transaction():
        for row in messages.of_booking(booking_id):
            found.setdefault(row.template, []).append(row.state)
    return found


def all_is_well(house: Flask) -> None:
    """Nothing waits, no attempt was used up by an outage, and no promise was broken."""
    assert troubles() == []
    with transaction():
        rows = session().query(Delivery).all()
        assert {row.state for row in rows} == {"done"}
        assert max(row.attempts for row in rows) == 1
        assert not [row for row in rows if row.away_since is not None]
    audited.assert_no_breach(house)


PLACE_KEPT = "the car stays reserved and we’ll e-mail you the payment link"


@LENGTHS
def test_paypal_fails_as_the_order_is_made(house: Flask, outage: Outage, page: Callable[[UUID], str]) -> None:
    booking_id = rental.hold()
    rental.order(booking_id)
    with outage.of("paypal", operation="orders.create"):
        first_tries()
        assert PLACE_KEPT in page(booking_id)
        with transaction():
            booking = queries.by_id(booking_id)
            assert booking.ordered_at is not None
            assert booking.expires_at == booking.ordered_at + timedelta(days=1)
    assert "Continue to PayPal" in page(booking_id)
    assert mails(booking_id) == {"booking_received": ["sent"], "payment_link": ["sent"]}
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"
    all_is_well(house)


@LENGTHS
def test_paypal_fails_as_the_payer_comes_back(
    house: Flask, outage: Outage, page: Callable[[UUID], str]
) -> None:
    booking_id = steps.ordered()
    rental.approve(booking_id)
    with outage.of("paypal", operation="orders.get"):
        first_tries()
        assert "we’ll e-mail you as soon as PayPal answers" in page(booking_id)
        with transaction():
            booking = queries.by_id(booking_id)
            assert booking.ordered_at is not None
            assert booking.expires_at == booking.ordered_at + timedelta(days=1)
    assert rental.state(booking_id) == "awaiting_signature"
    assert mails(booking_id)["payment_received"] == ["sent"]
    all_is_well(house)


@WAYS
def test_paypal_fails_as_the_hold_is_placed(
    house: Flask, outage: Outage, page: Callable[[UUID], str], kind: str
) -> None:
    booking_id = steps.ordered()
    rental.approve(booking_id)
    with outage.of("paypal", operation="orders.authorize", kind=kind):
        first_tries()
        assert "we’ll e-mail you as soon as PayPal answers" in page(booking_id)
        with transaction():
            assert queries.by_id(booking_id).expires_at is None  # pinned
    assert rental.state(booking_id) == "awaiting_signature"
    all_is_well(house)


@LENGTHS
def test_paypal_fails_at_the_deposit(house: Flask, outage: Outage, page: Callable[[UUID], str]) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    with outage.of("paypal", operation="orders.create"):
        first_tries()
        assert "we’ll e-mail you the link to the deposit" in page(booking_id)
    assert mails(booking_id)["deposit_link"] == ["sent"]
    assert "Continue to PayPal" in page(booking_id)
    rental.approve(booking_id, Purpose.DEPOSIT)
    drain()
    assert rental.money(booking_id, Purpose.DEPOSIT)[0] == "authorized"
    all_is_well(house)


@pytest.mark.parametrize("length", [LONG])
def test_paypal_fails_as_the_deposit_is_held(
    house: Flask, outage: Outage, page: Callable[[UUID], str]
) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    drain()
    rental.approve(booking_id, Purpose.DEPOSIT)
    with outage.of("paypal"):
        first_tries()
        assert "we’ll e-mail you once the deposit is held" in page(booking_id)
    assert mails(booking_id)["deposit_held"] == ["sent"]
    assert "deposit_link" not in mails(booking_id)
    all_is_well(house)


@WAYS
def test_paypal_fails_as_the_rental_is_captured(
    house: Flask, outage: Outage, pass_time: PassTime, kind: str
) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    pass_time(timedelta(days=3))
    with outage.of("paypal", operation="authorizations.capture", kind=kind):
        sweeps.run_payment_plans()
        first_tries()
    state, captured, _ = rental.money(booking_id, Purpose.RENTAL)
    with transaction():
        assert (state, captured) == ("captured", queries.by_id(booking_id).total_money)
    all_is_well(house)


@WAYS
def test_paypal_fails_as_a_hold_is_released(house: Flask, outage: Outage, kind: str) -> None:
    booking_id = steps.confirmed()
    with outage.of("paypal", operation="authorizations.void", kind=kind):
        cancel(booking_id)
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "voided"
    assert mails(booking_id)["cancelled"] == ["sent"]
    all_is_well(house)


@WAYS
def test_paypal_fails_as_money_goes_back(
    house: Flask, outage: Outage, pass_time: PassTime, kind: str
) -> None:
    booking_id = steps.confirmed(days_ahead=6)
    with transaction():
        due = queries.by_id(booking_id).pickup_at - timedelta(hours=20) - clock.now()
    pass_time(due)
    sweeps.run_payment_plans()
    drain()
    with outage.of("paypal", operation="captures.refund", kind=kind):
        cancel(booking_id)
    state, captured, refunded = rental.money(booking_id, Purpose.RENTAL)
    assert (state, captured > refunded, refunded.amount > 0) == ("partially_refunded", True, True)
    all_is_well(house)


def cancel(booking_id: UUID) -> None:
    with transaction():
        booking = queries.by_id(booking_id)
        fee = cancelling.terms(booking, at=clock.now()).fee
        cancelling.cancel(booking_id, by=CUSTOMER, agreed_fee=fee, at=clock.now())
    first_tries()


@WAYS
def test_docuseal_fails_as_the_agreement_is_sent(
    house: Flask, outage: Outage, page: Callable[[UUID], str], kind: str
) -> None:
    booking_id = steps.ordered()
    rental.approve(booking_id)
    with outage.of("docuseal", operation="submissions.create", kind=kind):
        first_tries()
        assert "the car is reserved, and we’ll e-mail you the agreement" in page(booking_id)
    assert "Read and sign the agreement" in page(booking_id)
    assert mails(booking_id)["sign_agreement"] == ["sent"]
    all_is_well(house)


@pytest.mark.parametrize("length", [LONG])
def test_docuseal_fails_after_the_signature(
    house: Flask, outage: Outage, page: Callable[[UUID], str]
) -> None:
    booking_id = steps.paid()
    rental.sign(steps.sign_url(booking_id))
    with transaction():
        issuing.signer_returned(booking_id)
    with outage.of("docuseal"):
        first_tries()
        assert rental.state(booking_id) == "awaiting_signature"
    assert rental.state(booking_id) == "confirmed"
    assert mails(booking_id)["confirmed"] == ["sent"]
    all_is_well(house)


@WAYS
def test_resend_fails_and_each_letter_arrives_once(
    house: Flask, outage: Outage, wire: Wire, kind: str
) -> None:
    with outage.of("resend", operation="emails.send", kind=kind):
        booking_id = rental.hold()
        rental.order(booking_id)
        first_tries()
        rental.approve(booking_id)
        first_tries()
        assert rental.state(booking_id) == "awaiting_signature"  # nothing waits for a letter
    sent = mails(booking_id)
    assert sent == {name: ["sent"] for name in ("booking_received", "payment_received", "sign_agreement")}
    assert steps.mailbox(wire, booking_id) == sorted(sent)
    all_is_well(house)


@pytest.mark.parametrize("length", [LONG])
def test_an_outage_of_hours_uses_up_no_attempt(house: Flask, outage: Outage, simulators: Simulators) -> None:
    """More tries than a fault of ours would get, and all of those are left afterwards."""
    booking_id = rental.hold()
    rental.order(booking_id)
    with outage.of("paypal"):
        first_tries()
        with faults.arm(simulators.url, provider="paypal", kind="error"):
            try_again(40)
        with transaction():
            (row,) = session().query(Delivery).filter(Delivery.actor == "payments.perform")
            assert row.state in OPEN
            assert (row.attempts, row.outages) == (0, 41)
            assert row.away_since is not None
    rental.approve(booking_id)
    drain()
    assert rental.state(booking_id) == "awaiting_signature"
    all_is_well(house)
