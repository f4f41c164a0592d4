"""Two deeds about the same money at the same moment: one is done, the other is told, and nothing is twice.

Real connections. Whoever comes first wins; what holds afterwards does not depend on who that was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from exodrive.billing.models import Bill
from exodrive.billing.opening import BillLine
from exodrive.bookings import queries, transitions
from exodrive.bookings.after_return import late_charges
from exodrive.bookings.by_hand import bills, capturing, deposit_release, plan_deeds, refunding
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_models import Change
from exodrive.bookings.charge import charges
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import ChargeKind
from exodrive.bookings.money import due_steps, takings
from exodrive.kernel import clock
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.payments import queries as payments
from exodrive.payments import recording, tree
from exodrive.payments.models import OperationKind, OperationState
from exodrive.payments.operations import OPEN
from exodrive.payments.plan import StepKind, StepState
from exodrive.payments.ports import OrderAnswer
from exodrive.payments.queries import DueStep
from exodrive.payments.receipt_models import For, Method, Receipt
from exodrive.payments.states import Purpose
from tests import audited, paper, rental
from tests.domain.bookings.conftest import NOON
from tests.domain.bookings.test_lock_order import holds, together

pytestmark = pytest.mark.race
Deed = Callable[[], None]
CLICKS = 4


@pytest.fixture(autouse=True)
def _no_promise_is_broken(open_house: Flask) -> Iterator[None]:
    yield
    session().rollback()
    audited.assert_no_breach(open_house, with_files=False)


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def version_of(booking_id: UUID) -> int:
    session().expire_all()
    return queries.by_id(booking_id).version


def count(model: type[Bill] | type[Change] | type[Receipt]) -> int:
    with transaction():
        return session().scalar(select(func.count()).select_from(model)) or 0


def calls(booking_id: UUID, *kinds: OperationKind) -> list[tuple[str, str]]:
    """(kind, state) of every call of these kinds for any payment of a booking."""
    with transaction():
        return [
            (row.kind, row.state)
            for payment in tree.all_of(booking_id)
            for row in payment.operations
            if row.kind in kinds
        ]


def longer(booking_id: UUID, days: int) -> datetime:
    back = queries.by_id(booking_id).return_at + timedelta(days=days)
    while back.astimezone(rental.ZONE).weekday() > 4:
        back += timedelta(days=1)
    return back


def agreed(booking_id: UUID, days: int) -> Deed:
    """The yes to an extension that has been shown."""
    with transaction():
        shown = changing.preview(booking_id, Wanted(return_at=longer(booking_id, days)), at=NOON)
    yes = change_tokens.sign(shown, secret=rental.KEY, by_staff=False, at=NOON)

    def deed() -> None:
        with transaction():
            changing.agree(booking_id, yes, secret=rental.KEY, by=CUSTOMER, at=NOON)

    return deed


def test_of_two_changes_one_waits_for_its_money(open_house: Flask) -> None:
    booking_id = paper.confirmed()
    outcome = together(open_house, *(agreed(booking_id, days) for days in (1, 7, 8)))
    assert outcome.pop("done") == 1
    assert outcome.keys() <= {"stale_change", "change_open"}
    assert count(Change) == 1


def test_a_yes_that_is_sent_twice_is_one_change(open_house: Flask) -> None:
    yes = agreed(paper.confirmed(), 1)
    assert together(open_house, *[yes] * CLICKS) == {"done": CLICKS}
    assert count(Change) == 1


def test_an_extension_and_a_new_booking_do_not_get_the_same_days(open_house: Flask) -> None:
    booking_id = paper.confirmed()
    rivals = [holds("aurelia-gt", f"rival {number}", days_ahead=18) for number in range(CLICKS)]
    outcome = together(open_house, agreed(booking_id, 7), *rivals)
    assert outcome == {"done": 1, "car_taken": CLICKS}


def test_a_receipt_that_is_clicked_twice_is_one_receipt(open_house: Flask) -> None:
    booking_id = paper.confirmed()
    version, deposit = version_of(booking_id), queries.by_id(booking_id).deposit_money

    def take() -> None:
        with transaction():
            takings.take(
                booking_id, purpose=For.DEPOSIT, method=Method.CASH, amount=deposit, reference="",
                by=rental.AGENT, at=NOON, version=version,
            )  # fmt: skip

    assert together(open_house, *[take] * CLICKS) == {"done": 1, "stale": CLICKS - 1}
    assert count(Receipt) == 1


def closed() -> UUID:
    booking_id = paper.returned()
    rental.settle(booking_id)
    paper.answer(booking_id)
    assert rental.state(booking_id) == "closed"
    return booking_id


def test_a_bill_that_is_opened_twice_is_one_bill(open_house: Flask) -> None:
    booking_id = closed()
    version = version_of(booking_id)

    def open_it() -> None:
        with transaction():
            lines = [BillLine("charge_other", {"note": "A scratched rim"}, usd(400_00))]
            bills.open_by_hand(booking_id, lines=lines, note="", by=rental.AGENT, at=NOON, version=version)

    assert together(open_house, *[open_it] * CLICKS) == {"done": 1, "stale": CLICKS - 1}
    assert count(Bill) == 1


def test_a_charge_is_settled_or_refused_but_never_lost(open_house: Flask) -> None:
    booking_id = paper.returned()

    def charge() -> None:
        with transaction():
            late_charges.add(
                booking_id, ChargeLine(ChargeKind.CLEANING, usd(150_00)), by=rental.AGENT, at=NOON
            )

    outcome = together(open_house, lambda: rental.settle(booking_id), charge)
    paper.answer(booking_id)
    assert rental.state(booking_id) == "closed"
    with transaction():
        entered = [row.state for row in charges.all_of(booking_id)]
    if outcome == {"done": 2}:  # before the settlement, which has then let it go or taken it
        assert len(entered) == 1
        assert entered[0] in ("settled", "dropped")
    else:
        assert outcome == {"done": 1, "already_settling": 1}
        assert entered == []


def due_step(booking_id: UUID, kind: StepKind, purpose: Purpose = Purpose.RENTAL) -> tuple[DueStep, datetime]:
    """The planned step, as the sweep will find it, and when."""
    with transaction():
        payment = tree.of_booking(booking_id)[purpose]
        step = next(row for row in payment.steps if row.kind == kind and row.state == StepState.PLANNED)
        at = step.due_at
        (found,) = [row for row in payments.steps_due(at=at) if row.step_id == step.id]
        return found, at


def test_a_capture_by_hand_and_the_scheduler_take_it_once(open_house: Flask) -> None:
    booking_id = paper.confirmed()
    renewal, renewed_at = due_step(booking_id, StepKind.REAUTHORIZE)
    with clock.frozen(renewed_at):
        with transaction():
            due_steps.run(renewal, at=renewed_at)
        paper.answer(booking_id)
    due, at = due_step(booking_id, StepKind.CAPTURE)

    def by_hand() -> None:
        with transaction():
            capturing.capture(
                booking_id, purpose=Purpose.RENTAL, amount=None, final=True, reason="asked to",
                by=rental.AGENT, at=at,
            )  # fmt: skip

    def by_plan() -> None:
        with transaction():
            due_steps.run(due, at=at)

    outcome = together(open_house, by_hand, by_plan, by_plan)
    assert outcome["done"] >= 2
    assert outcome.keys() <= {"done", "money_under_way"}
    assert calls(booking_id, OperationKind.CAPTURE) == [("capture", "wanted")]
    with clock.frozen(at):
        paper.answer(booking_id)
    state, captured, _ = rental.money(booking_id, Purpose.RENTAL)
    assert (state, captured) == ("captured", queries.by_id(booking_id).total_money)


def test_a_renewal_and_the_end_of_its_hold(open_house: Flask) -> None:
    """PayPal says that the hold has ended while somebody has it renewed: nobody keeps believing in it."""
    booking_id = paper.confirmed()
    step, at = due_step(booking_id, StepKind.REAUTHORIZE)
    gone = paper.as_read(booking_id)
    with transaction():
        payment_id = tree.of_booking(booking_id)[Purpose.RENTAL].id

    def renew() -> None:
        with transaction():
            plan_deeds.do_now(booking_id, step_id=step.step_id, reason="early", by=rental.AGENT, at=at)

    def end() -> None:
        with transaction():
            transitions.lock(booking_id)
            paper.follow(recording.read(payment_id, _ended(gone), at=at))

    outcome = together(open_house, renew, end)
    assert outcome["done"] >= 1
    assert outcome.keys() <= {"done", "nothing_held", "hold_over", "hold_closed", "step_settled"}
    if calls(booking_id, OperationKind.REAUTHORIZE) == [("reauthorize", "wanted")]:
        with clock.frozen(at):
            paper.refuse(booking_id, OperationKind.REAUTHORIZE, "AUTHORIZATION_EXPIRED")
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        assert tree.live_authorization(payment) is None
        assert not [row for row in payment.operations if row.state in OPEN and row.kind != "create_order"]
        assert [row.kind for row in payment.steps if row.state == StepState.PLANNED] == []
        assert queries.by_id(booking_id).attention or any(row.at_risk_from for row in payment.steps)


def _ended(shown: OrderAnswer) -> OrderAnswer:
    (held,) = shown.authorizations
    return replace(shown, authorizations=(replace(held, status="VOIDED"),))


def test_a_refund_that_is_clicked_twice_goes_back_once(open_house: Flask) -> None:
    booking_id = closed()
    version = version_of(booking_id)

    def give_back(version: int | None) -> Deed:
        def deed() -> None:
            with transaction():
                refunding.refund(
                    booking_id, purpose=Purpose.RENTAL, amount=usd(50_00), reason="made good",
                    by=rental.AGENT, at=NOON, version=version,
                )  # fmt: skip

        return deed

    outcome = together(open_house, *[give_back(version)] * 3, give_back(None))
    assert outcome.pop("done") == 1
    assert outcome.keys() <= {"stale", "money_under_way"}
    assert calls(booking_id, OperationKind.REFUND) == [("refund", "wanted")]
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.RENTAL)[2] == usd(50_00)


def test_a_deposit_is_let_go_or_taken_from_but_not_both(open_house: Flask) -> None:
    booking_id = paper.returned()

    def let_go() -> None:
        with transaction():
            deposit_release.release(booking_id, reason="clean", by=rental.AGENT, at=NOON)

    def take() -> None:
        with transaction():
            capturing.capture(
                booking_id, purpose=Purpose.DEPOSIT, amount=usd(100_00), final=False, reason="a scratch",
                by=rental.AGENT, at=NOON,
            )  # fmt: skip

    outcome = together(open_house, let_go, take)
    assert outcome == Counter({"done": 1, "money_under_way": 1})
    wanted = calls(booking_id, OperationKind.CAPTURE, OperationKind.VOID)
    assert len([1 for _, state in wanted if state == OperationState.WANTED]) == 1
    paper.answer(booking_id)
