"""Webhooks go astray, and a rental still comes to the same end.

Here the house hears of payer and signer by webhooks only, over the real line: the postbox passes on what
arrives, the house answers, and the provider takes the answer for what it is. Nobody comes back to our pages.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from exodrive.config import Settings
from exodrive.contracts import issuing
from exodrive.kernel.db import session, transaction
from exodrive.kernel.inbox import InboxMessage
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from exodrive.tasks import sweeps
from exodrive.tasks.webhooks import UNKNOWN_YET
from tests import faults, rental
from tests.conftest import Simulators
from tests.drain import drain, troubles
from tests.providers import faulty
from tests.providers.faulty import Connection, Faulty
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.reports import stored
from tests.tasks.test_webhooks import picture

PATIENCE = 60.0
BY_WEBHOOK = ("paypal", "docuseal")
DISTURBED = "aurelia-gt-green"  # the same car in another colour, for the rental that something befalls


@dataclass(frozen=True, slots=True)
class Answer:
    """What the house said to one message."""

    path: str
    status: int
    body: bytes


@dataclass
class Line:
    """From the providers to the house. `answers` holds what was said to all that was passed on."""

    house: Flask
    simulators: str
    answers: list[Answer] = field(default_factory=list)
    passing: threading.Lock = field(default_factory=threading.Lock)
    closed: bool = False

    def pass_on(self, connection: Connection) -> None:
        message = connection.request_taken
        with self.passing:
            if self.closed:
                status = 200  # the test is over, and what is still underway is nobody's business
            else:
                status = self._post(message)
                self.answers.append(Answer(message.path, status, message.body))
        faulty.answer(status, "{}")(connection)

    def _post(self, message: faulty.Received) -> int:
        answer = self.house.test_client().post(
            f"/webhooks{message.path}",
            data=message.body,
            headers={name: value for name, value in message.headers.items() if "-" in name},
            content_type="application/json",
        )
        return answer.status_code

    def said_to(self, path: str, *marks: str) -> list[int]:
        """The statuses of messages with all the marks: those of an earlier test may still be repeated."""
        with self.passing:
            return [
                said.status
                for said in self.answers
                if said.path == path and all(mark.encode() in said.body for mark in marks)
            ]

    def close(self) -> None:
        with self.passing:
            self.closed = True


@pytest.fixture
def line(house: Flask, settings: Settings, simulators: Simulators, postbox: Faulty) -> Iterator[Line]:
    """The house's own webhooks at the end of the line, and its clients without a wire between."""
    factory.configure(settings)
    faults.clear(simulators.url)
    line = Line(house, simulators.url)
    postbox.says(line.pass_on)
    yield line
    postbox.says(faulty.answer(200, "{}"))
    line.close()
    faults.clear(simulators.url)


def work_until(done: Callable[[], bool]) -> None:
    """Let the workers do what arrives until it is done."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, (troubles(), stored())
        drain()
        time.sleep(0.05)


def nothing_failed() -> bool:
    """What came a moment before the answer that names its object is looked at again in a few seconds."""
    return all(UNKNOWN_YET in trouble for trouble in troubles())


def kept(mark: str) -> list[str]:
    """The states of the stored messages that mention `mark`, sorted."""
    with transaction():
        rows = session().scalars(select(InboxMessage)).all()
        return sorted(row.state for row in rows if mark.encode() in row.body)


def paid_unseen(booking_id: UUID, purpose: Purpose = Purpose.RENTAL) -> None:
    """The payer approves and closes the window."""
    url = rental.approve_url(booking_id, purpose)
    form = {"decision": "approve", "funding": "good"}
    requests.post(url, data=form, allow_redirects=False, timeout=60)


def bring_certificate(line: Line) -> None:
    """Have PayPal's certificate at hand, which comes with its first genuine message.

    Until then the web cannot tell a forgery, and takes it for a worker to decide: PayPal does not repeat it.
    """
    mark = f"FIRST.MESSAGE.{uuid4().hex}"
    faults.burst(line.simulators, provider="paypal", count=1, event_type=mark)
    work_until(lambda: kept(mark) == ["ignored"])


def order_of(booking_id: UUID) -> str:
    """PayPal's id of the order that the rental is to be paid by."""
    with transaction():
        return tree.of_booking(booking_id)[Purpose.RENTAL].orders[-1].paypal_id


def agreement_of(booking_id: UUID) -> str:
    """What DocuSeal knows the booking's agreement by."""
    with transaction():
        contract = issuing.current(booking_id)
        assert contract is not None
        return contract.external_id


def is_in(booking_id: UUID, state: str) -> Callable[[], bool]:
    return lambda: rental.state(booking_id) == state


def confirmed_by_webhooks(slug: str = DISTURBED, *, meanwhile: Callable[[], None] = lambda: None) -> UUID:
    """From order to confirmation; `meanwhile` is what the house does by itself while it hears nothing."""
    booking_id = steps.ordered(slug)
    paid_unseen(booking_id)
    meanwhile()
    work_until(is_in(booking_id, "awaiting_signature"))
    drain()
    rental.sign(steps.sign_url(booking_id))
    meanwhile()
    work_until(is_in(booking_id, "confirmed"))
    drain()
    return booking_id


@pytest.fixture(scope="module")
def seen_before() -> dict[str, Any]:
    """What is the same for every test, and takes seconds to come about."""
    return {}


@pytest.fixture
def undisturbed(line: Line, seen_before: dict[str, Any]) -> tuple[Any, ...]:
    """What a rental looks like that nothing went wrong with."""
    if "rental" not in seen_before:
        seen_before["rental"] = picture(confirmed_by_webhooks("aurelia-gt"))
    return tuple(seen_before["rental"])


@pytest.mark.parametrize(
    ("kind", "figures"),
    [
        pytest.param("delayed", {"seconds": 1}, id="delayed"),
        pytest.param("duplicated", {"copies": 3}, id="duplicated"),
        pytest.param("reordered", {"seconds": 1}, id="reordered"),
        pytest.param("badly_signed", {"manner": "wrong_secret", "times": 2}, id="wrong secret"),
        pytest.param("badly_signed", {"manner": "tampered", "times": 2}, id="tampered"),
    ],
)
def test_webhooks_that_go_astray_change_nothing_of_the_end(
    line: Line, undisturbed: tuple[Any, ...], kind: str, figures: dict[str, Any]
) -> None:
    bring_certificate(line)
    armed = [faults.arm(line.simulators, provider=name, kind=kind, **figures) for name in BY_WEBHOOK]
    assert picture(confirmed_by_webhooks()) == undisturbed
    assert all(fault.struck() for fault in armed)
    assert nothing_failed(), troubles()


def test_lost_webhooks_are_made_good_by_the_sweeps(
    line: Line, undisturbed: tuple[Any, ...], pass_time: PassTime
) -> None:
    for provider in ("paypal", "docuseal", "resend"):
        faults.arm(line.simulators, provider=provider, kind="lost")

    def look_after() -> None:
        pass_time(sweeps.UNSIGNED + timedelta(minutes=1))
        sweeps.read_unheard_payments()
        sweeps.read_unsigned_agreements()

    booking_id = confirmed_by_webhooks(meanwhile=look_after)
    assert picture(booking_id) == undisturbed
    assert kept(order_of(booking_id)) == []
    assert kept(agreement_of(booking_id)) == []


@pytest.mark.parametrize("manner", ["wrong_secret", "tampered"])
def test_a_forgery_under_paypals_certificate_is_refused_at_the_door(line: Line, manner: str) -> None:
    bring_certificate(line)
    booking_id = steps.ordered(DISTURBED)
    before, order = picture(booking_id), order_of(booking_id)
    with faults.arm(line.simulators, provider="paypal", kind="badly_signed", manner=manner) as fault:
        paid_unseen(booking_id)
        work_until(lambda: len(line.said_to("/paypal", order)) >= 2)  # refused, and sent again
        assert fault.struck() >= 2
        assert set(line.said_to("/paypal", order)) == {401}
        assert picture(booking_id) == before
        assert kept(order) == []
    work_until(is_in(booking_id, "awaiting_signature"))


def test_a_forgery_under_a_certificate_that_nobody_trusts_is_kept_and_not_believed(line: Line) -> None:
    """Only a worker can fetch that certificate, so the web takes the message; PayPal will not repeat it."""
    booking_id = steps.ordered(DISTURBED)
    before, order = picture(booking_id), order_of(booking_id)
    with faults.arm(
        line.simulators, provider="paypal", kind="badly_signed", manner="other_certificate"
    ) as fault:
        paid_unseen(booking_id)
        work_until(lambda: kept(order) == ["refused"])
        assert fault.struck()
        assert line.said_to("/paypal", order) == [200]
    assert picture(booking_id) == before


@pytest.mark.parametrize("manner", ["wrong_secret", "tampered"])
def test_docuseals_forgeries_are_refused_until_a_genuine_one_comes(line: Line, manner: str) -> None:
    booking_id = steps.paid()
    before, agreement = picture(booking_id), agreement_of(booking_id)
    with faults.arm(line.simulators, provider="docuseal", kind="badly_signed", manner=manner) as fault:
        rental.sign(steps.sign_url(booking_id))
        work_until(lambda: len(line.said_to("/docuseal", "form.completed", agreement)) >= 2)
        assert fault.struck() >= 2
        assert set(line.said_to("/docuseal", "form.completed", agreement)) == {401}
        assert picture(booking_id) == before
    work_until(is_in(booking_id, "confirmed"))


@pytest.mark.parametrize("provider", ["paypal", "docuseal", "resend"])
def test_what_nobody_has_heard_of_is_kept_and_asks_for_nothing(line: Line, provider: str) -> None:
    mark = f"future.{uuid4().hex}"
    faults.burst(line.simulators, provider=provider, count=12, event_type=mark)
    work_until(lambda: kept(mark) == ["ignored"] * 12)
    assert set(line.said_to(f"/{provider}", mark)) == {200}
    assert nothing_failed(), troubles()


def test_a_whole_rental_under_webhooks_that_come_twice_and_out_of_order(
    line: Line, undisturbed: tuple[Any, ...]
) -> None:
    for provider in ("paypal", "docuseal", "resend"):
        faults.arm(line.simulators, provider=provider, kind="duplicated", copies=2)
        faults.arm(line.simulators, provider=provider, kind="reordered", seconds=1)
    booking_id = confirmed_by_webhooks()
    assert picture(booking_id) == undisturbed
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    drain()
    paid_unseen(booking_id, Purpose.DEPOSIT)
    work_until(lambda: rental.money(booking_id, Purpose.DEPOSIT)[0] == "authorized")
    rental.hand_over(booking_id)
    rental.take_back(booking_id)
    drain()
    rental.settle(booking_id)
    work_until(is_in(booking_id, "closed"))
    for purpose in (Purpose.RENTAL, Purpose.DEPOSIT):
        kinds = [kind for kind, _ in steps.operations(booking_id, purpose)]
        assert sorted(kinds) == sorted(set(kinds)), "something was done twice"
    assert nothing_failed(), troubles()
