"""Each refusal of a capture, a renewal, a release and a refund: what staff and customer read, and do."""

from __future__ import annotations

from uuid import UUID

import pytest

from exodrive.bookings import cancelling
from exodrive.bookings.by_hand import plan_deeds, refunding
from exodrive.bookings.money import asking_again
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.payments import tree
from exodrive.payments.plan import StepKind
from exodrive.payments.states import Purpose
from exodrive.tasks import sweeps
from tests import rental
from tests.conftest import Simulators
from tests.drain import drain, troubles
from tests.tasks import seen as seeing
from tests.tasks import steps
from tests.tasks.conftest import PassTime
from tests.tasks.refusal_table import REFUSED, Row
from tests.tasks.seen import Seen, refusing

NOTHING = Money(0, "USD")
ASKED = "Please approve the payment again"


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """pytest-flask keeps one request open for a whole test; people here come and go."""


def sweep() -> None:
    sweeps.run_payment_plans()
    drain()


def refused(seen: Seen, url: str, booking_id: UUID, operation: str, row: Row) -> None:
    """PayPal refuses the call: staff read why and what helps, the customer what is theirs, and no code."""
    before = seeing.letters(booking_id).count("approve_again")
    with refusing(url, operation, row.issue, answer=row.answer) as fault:
        drain()
        assert fault.struck() == 1, row.issue
    desk, page = seen.desk(booking_id), seen.customer(booking_id)
    assert row.meaning in desk, row.issue
    assert row.advice in desk, row.issue
    assert f"{row.issue}, debug id" in desk
    assert row.issue not in page
    assert "PayPal refused" not in page
    assert (ASKED in page) is row.asks, row.issue
    assert seeing.letters(booking_id).count("approve_again") == before + row.asks, row.issue


def nobody_approves(booking_id: UUID) -> None:
    """Staff give up asking the customer, so that the next refusal asks anew."""
    with transaction():
        asked = asking_again.open_of(booking_id)
    for _payment, step in asked:
        with transaction():
            plan_deeds.skip(booking_id, step_id=step.id, reason="called", by=rental.AGENT, at=clock.now())


def failed(booking_id: UUID) -> list[tuple[str, str]]:
    """(kind, cause) of the steps of the rental's plan that are money at risk for a refusal."""
    with transaction():
        rows = tree.of_booking(booking_id)[Purpose.RENTAL].steps
        return [(row.kind, row.cause) for row in rows if row.state == "failed" and row.at_risk_from]


def test_every_refusal_of_a_capture(seen: Seen, simulators: Simulators, pass_time: PassTime) -> None:
    booking_id = steps.confirmed(days_ahead=3)
    steps.due(booking_id, StepKind.CAPTURE, pass_time)
    sweeps.run_payment_plans()
    for row in REFUSED["authorizations.capture"]:
        refused(seen, simulators.url, booking_id, "authorizations.capture", row)
        assert seeing.attention(booking_id) == "payment_refused", row.issue
        assert row.meaning in seen.at_risk(), row.issue
        assert failed(booking_id) == [("capture", row.issue)]
        assert "Ask PayPal again" in seen.desk(booking_id), row.issue
        assert rental.money(booking_id, Purpose.RENTAL)[:2] == ("authorized", NOTHING)
        nobody_approves(booking_id)
        seen.ask_again(booking_id)
    drain()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
    assert seeing.reference(booking_id) not in seen.at_risk()
    assert troubles() == []


def test_every_refusal_of_a_refund(seen: Seen, simulators: Simulators) -> None:
    booking_id = steps.confirmed(days_ahead=60)
    sweep()
    with transaction():
        refunding.refund(
            booking_id, purpose=Purpose.RENTAL, amount=Money(50_00, "USD"), reason="Washed badly",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    for row in REFUSED["captures.refund"]:
        refused(seen, simulators.url, booking_id, "captures.refund", row)
        assert seeing.attention(booking_id) == "payment_refused", row.issue
        assert rental.money(booking_id, Purpose.RENTAL)[2] == NOTHING
        seen.ask_again(booking_id)
    drain()
    assert rental.money(booking_id, Purpose.RENTAL)[2] == Money(50_00, "USD")
    assert troubles() == []


def test_every_refusal_of_a_release(seen: Seen, simulators: Simulators) -> None:
    booking_id = steps.confirmed(days_ahead=10)
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=NOTHING, at=clock.now())
    for row in REFUSED["authorizations.void"]:
        refused(seen, simulators.url, booking_id, "authorizations.void", row)
        assert seeing.attention(booking_id) == "payment_refused", row.issue
        assert rental.money(booking_id, Purpose.RENTAL)[0] == "authorized", row.issue
        seen.ask_again(booking_id)
    drain()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "voided"
    assert troubles() == []


def test_every_refusal_of_a_renewal_leaves_the_capture_to_its_day(
    seen: Seen, simulators: Simulators, pass_time: PassTime
) -> None:
    booking_id = steps.confirmed(days_ahead=12)
    step_id = steps.due(booking_id, StepKind.REAUTHORIZE, pass_time)
    sweeps.run_payment_plans()
    for row in REFUSED["authorizations.reauthorize"]:
        refused(seen, simulators.url, booking_id, "authorizations.reauthorize", row)
        nobody_approves(booking_id)
        with transaction():
            plan_deeds.do_now(
                booking_id, step_id=step_id, reason="try it again", by=rental.AGENT, at=clock.now()
            )
    drain()
    steps.due(booking_id, StepKind.CAPTURE, pass_time)
    sweep()
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
    assert troubles() == []
