"""The payment plan at the desk: a step done, moved and left out by hand, and money at risk seen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from flask import Flask

from exodrive.bookings import queries
from exodrive.bookings.by_hand import capturing, plan_deeds
from exodrive.kernel import clock, sandbox_clock
from exodrive.kernel.db import db, transaction
from exodrive.kernel.money import Money
from exodrive.payments import tree
from exodrive.payments.models import Step
from exodrive.payments.plan import StepKind, StepState
from exodrive.payments.states import Purpose
from exodrive.pricing import days
from tests import paper, rental
from tests.web.staff import stages
from tests.web.staff.conftest import SignedIn

pytestmark = pytest.mark.usefixtures("tuesday")
WRONG_ID = "00000000-0000-7000-8000-000000000000"


def step_of(booking_id: UUID, kind: StepKind, state: str = "planned") -> Step:
    with transaction():
        found = tree.of_booking(booking_id)[Purpose.RENTAL].steps
    db.session.remove()
    (step,) = [row for row in found if (row.kind, row.state) == (kind, state)]
    return step


def states(booking_id: UUID) -> list[tuple[str, str]]:
    with transaction():
        found = tree.of_booking(booking_id)[Purpose.RENTAL].steps
    db.session.remove()
    return [(row.kind, row.state) for row in found]


def page(booking_id: UUID, step: Step | None = None) -> str:
    address = f"/desk/bookings/{stages.reference(booking_id)}"
    return address if step is None else f"{address}/plan/{step.id}"


def local(booking_id: UUID, step: Step, by: timedelta) -> str:
    with transaction():
        zone = queries.by_id(booking_id).pickup_place.time_zone
    return f"{days.wall_clock(step.due_at + by, zone):%Y-%m-%dT%H:%M}"


def test_the_plan_stands_on_the_bookings_page_and_a_step_is_done_by_hand(
    house: Flask, signed_in: SignedIn
) -> None:
    booking_id = paper.confirmed(days_ahead=3)
    manager = signed_in("manager")
    assert "Payment plan" in manager.get(page(booking_id))
    step = step_of(booking_id, StepKind.CAPTURE)
    asks = manager.get(page(booking_id, step))
    assert "By policy: before pick-up" in asks
    shown = manager.do(page(booking_id, step), deed="now", reason="pays at the counter")
    assert "It is being done now" in shown
    assert "Of the plan, done by hand: Capture" in shown
    paper.answer(booking_id)
    assert states(booking_id) == [("capture", "done")]


def test_a_capture_moves_with_its_renewal_and_never_into_the_gap(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed(days_ahead=12)
    manager = signed_in("manager")
    step = step_of(booking_id, StepKind.CAPTURE)
    address = page(booking_id, step)
    in_gap = local(booking_id, step, clock.now() + timedelta(days=3, hours=12) - step.due_at)
    answer = manager.send(manager.get(address), address, deed="move", due_at=in_gap, reason="x")
    assert "PayPal answers for the money from" in manager.read(answer, status=422)
    later = local(booking_id, step, timedelta(days=2))
    shown = manager.do(address, deed="move", due_at=later, reason="card limit until Monday")
    assert "card limit until Monday" in shown
    moved = step_of(booking_id, StepKind.CAPTURE)
    assert abs(moved.due_at - step.due_at - timedelta(days=2)) < timedelta(minutes=1)
    assert moved.due_at - step_of(booking_id, StepKind.REAUTHORIZE).due_at == timedelta(days=1)


def test_a_capture_left_out_gives_way_to_a_decision(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed(days_ahead=12)
    manager = signed_in("manager")
    step = step_of(booking_id, StepKind.CAPTURE)
    manager.do(page(booking_id, step), deed="skip", reason="pays by bank")
    assert sorted(states(booking_id)) == [
        ("capture", "skipped"), ("decide", "planned"), ("reauthorize", "skipped"),
    ]  # fmt: skip
    decide = step_of(booking_id, StepKind.DECIDE)
    assert decide.dies_at is not None
    assert decide.due_at < decide.dies_at


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"deed": "now"}, 422),
        ({"deed": "fly", "reason": "x"}, 409),
        ({"reason": "x"}, 409),
        ({"deed": "move", "reason": "x"}, 422),
        ({"deed": "move", "reason": "x", "due_at": "soon"}, 422),
        ({"deed": "move", "reason": "x", "due_at": "0001-01-01T00:00"}, 422),
        ({"deed": "now", "reason": "x" * 501}, 422),
    ],
)
def test_what_makes_no_sense_does_nothing(
    given: dict[str, str], status: int, house: Flask, signed_in: SignedIn
) -> None:
    booking_id = paper.confirmed(days_ahead=3)
    manager = signed_in("manager")
    step = step_of(booking_id, StepKind.CAPTURE)
    address = page(booking_id, step)
    answer = manager.send(manager.get(address), address, **{"due_at": "", "reason": "", **given})
    assert answer.status_code == status
    assert states(booking_id) == [("capture", "planned")]


def test_anothers_step_and_a_second_click_are_refused(house: Flask, signed_in: SignedIn) -> None:
    one, other = paper.confirmed(days_ahead=3), paper.confirmed("corsara-v10", days_ahead=3)
    manager = signed_in("manager")
    foreign = f"{page(other)}/plan/{step_of(one, StepKind.CAPTURE).id}"
    assert manager.client.get(foreign).status_code == 404
    assert manager.client.get(f"{page(one)}/plan/{WRONG_ID}").status_code == 404
    step = step_of(one, StepKind.CAPTURE)
    shown = manager.get(page(one, step))
    assert manager.send(shown, page(one, step), deed="now", reason="first").status_code == 303
    assert manager.send(shown, page(one, step), deed="now", reason="second").status_code == 409
    assert paper.kinds(one).count("capture") == 1


def test_a_plan_takes_a_manager(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed(days_ahead=3)
    agent = signed_in("agent")
    step = step_of(booking_id, StepKind.CAPTURE)
    assert agent.client.get(page(booking_id, step)).status_code == 403
    assert "Money at risk" in agent.get("/desk/money")


def test_what_is_overdue_or_failed_is_listed_page_by_page_and_counted(
    house: Flask, signed_in: SignedIn
) -> None:
    owner = signed_in("owner")
    assert "No money is at risk" in owner.get("/desk/money")
    booking_id = paper.confirmed(days_ahead=12)
    with transaction():
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        for number, step in enumerate(payment.steps):
            step.state, step.cause = StepState.FAILED, "INSTRUMENT_DECLINED"
            step.at_risk_from = clock.now() - timedelta(hours=number + 1)
    db.session.remove()
    shown = owner.get("/desk/money")
    assert stages.reference(booking_id) in shown
    assert "The customer’s card or bank was declined" in shown
    assert 'href="/desk/money"' in owner.get("/desk")
    assert owner.client.get("/desk/money?after=nonsense").status_code in (400, 422)


def test_at_risk_is_what_was_not_taken_yet(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed(days_ahead=3)
    with transaction():
        capturing.capture(
            booking_id, purpose=Purpose.RENTAL, amount=Money(100_00, "USD"), final=False, reason="A part",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    paper.answer(booking_id)
    with transaction():
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        (step,) = [row for row in payment.steps if row.kind == StepKind.CAPTURE]
        step.state, step.cause, step.at_risk_from = StepState.FAILED, "INSTRUMENT_DECLINED", clock.now()
        whole = payment.money
    db.session.remove()
    shown = signed_in("owner").get("/desk/money")
    left = whole - Money(100_00, "USD")
    assert f"${Decimal(left.to_text()):,}" in shown
    assert f"${Decimal(whole.to_text()):,}" not in shown


def test_a_renewal_by_hand_is_offered_from_day_4_on_and_once(house: Flask, signed_in: SignedIn) -> None:
    booking_id = paper.confirmed(days_ahead=12)
    manager = signed_in("manager")
    assert "reauthorize-rental" not in manager.get(page(booking_id))
    with transaction():
        sandbox_clock.move(timedelta(days=5))
    try:
        assert "reauthorize-rental" in manager.get(page(booking_id))
        manager.do(f"{page(booking_id)}/reauthorize-rental", reason="pick-up is uncertain")
        db.session.remove()
        paper.answer(booking_id)
        assert paper.kinds(booking_id)[-1] == "reauthorize"
        assert ("reauthorize", "done") in states(booking_id)
        assert "reauthorize-rental" not in manager.get(page(booking_id))
    finally:
        clock.set_offset(timedelta())


def test_every_deed_that_is_offered_has_its_function(house: Flask) -> None:
    booking_id = paper.confirmed(days_ahead=3)
    with transaction():
        booking = queries.by_id(booking_id)
        (step,) = tree.of_booking(booking_id)[Purpose.RENTAL].steps
        assert plan_deeds.offered(booking, step) == {"now", "move", "skip"}
