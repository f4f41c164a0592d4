"""A deposit after the hand-over: held or captured, released by hand or by date, kept for claims."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from exodrive.bookings import cancelling, day, handover, queries, transitions
from exodrive.bookings.after_return import deposit_statement
from exodrive.bookings.by_hand import capturing, deposit_release
from exodrive.bookings.by_hand.deposit_release import NothingToRelease
from exodrive.bookings.change import change_money, change_tokens, changing
from exodrive.bookings.change.impact import DepositStep
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_states import Fault
from exodrive.bookings.charge import charges as booked
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.condition_models import ReportKind
from exodrive.bookings.deposit import deposit_keeping, deposits
from exodrive.bookings.handover import RETURN_CHECKS, Condition
from exodrive.bookings.models import Booking, ChargeKind
from exodrive.bookings.money import due_steps, settlement, takings
from exodrive.bookings.money.settlement import ChargesContested
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments import plan, steps, tree
from exodrive.payments import queries as payments
from exodrive.payments.models import OperationKind
from exodrive.payments.plan import StepKind
from exodrive.payments.ports import AuthorizationAnswer, OrderAnswer
from exodrive.payments.receipt_models import For, Method, Receipt
from exodrive.payments.states import Purpose
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")
NOTHING = Money(0, "USD")
LONG = 21  # days: with the inspection more than PayPal holds money for


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def asked_in_vain(booking_id: UUID) -> None:
    with transaction():
        deposits.ask(booking_id, at=clock.now())
    found = fresh(booking_id)
    assert (found.deposit_ask_at, found.deposit_asked_at) == (None, None)
    assert deposits.ASKED not in [entry.action for entry in audit.trail(booking_id)]


def take_back(booking_id: UUID, *amounts: int, claimed: bool = False) -> None:
    """The car comes back with charges of these amounts, as estimates where they are `claimed`."""
    rental.photograph(booking_id, ReportKind.RETURN)
    lines = [ChargeLine(ChargeKind.DAMAGE, usd(amount), note="left door") for amount in amounts]
    with transaction():
        handover.take_back(
            booking_id,
            Condition(odometer=20_050, fuel_eighths=8, checks=RETURN_CHECKS),
            charges=[] if claimed else lines,
            by=rental.AGENT,
            at=clock.now(),
        )
    if claimed:
        with transaction():
            booking = transitions.lock(booking_id)
            for line in lines:
                booked.enter(booking, line, by=rental.AGENT, at=clock.now(), claimed=True)


def took_at_desk(booking_id: UUID) -> Receipt:
    with transaction():
        return takings.take(
            booking_id,
            purpose=For.DEPOSIT,
            method=Method.CASH,
            amount=queries.by_id(booking_id).deposit_money,
            reference="envelope 12",
            by=rental.AGENT,
            at=clock.now(),
        )


def out_with_cash() -> tuple[UUID, Receipt]:
    booking_id = paper.confirmed()
    receipt = took_at_desk(booking_id)
    rental.hand_over(booking_id)
    return booking_id, receipt


def sweep() -> list[UUID]:
    with transaction():
        due = deposit_release.due(at=clock.now())
    for booking_id in due:
        with transaction():
            deposit_release.keep_to_date(booking_id, at=clock.now())
    return due


def last_day(booking_id: UUID) -> timedelta:
    """How long until the last day begins."""
    found = fresh(booking_id).deposit_release_at
    assert found is not None
    return found - clock.now()


def settle(booking_id: UUID) -> None:
    with transaction():
        settlement.settle(
            booking_id,
            charge_ids={row.id for row in transitions.lock(booking_id).charges},
            by=rental.AGENT,
            at=clock.now(),
        )


def test_a_week_and_the_inspection_are_held_not_charged() -> None:
    booking_id = paper.on_rent()
    assert paper.kinds(booking_id, Purpose.DEPOSIT) == ["create_order", "authorize"]
    with transaction():
        renewal, last = tree.of_booking(booking_id)[Purpose.DEPOSIT].steps
        assert (renewal.kind, renewal.state) == ("reauthorize", "planned")
        assert renewal.due_at == queries.by_id(booking_id).return_at
        assert (last.kind, last.state, last.cause) == ("capture", "planned", "hold_ends")


def test_what_paypal_cannot_hold_so_long_is_captured_with_the_keys() -> None:
    booking_id = paper.confirmed()
    paper.hold_deposit(booking_id)
    with transaction():
        booking = transitions.lock(booking_id)
        booking.return_at += timedelta(days=LONG)
        whole = booking.deposit_money
    rental.hand_over(booking_id)
    assert paper.answer(booking_id, OperationKind.CAPTURE) == ["capture"]
    assert balance(Account.DEPOSITS, currency="USD", booking_id=booking_id) == -whole
    assert balance(Account.PREPAID, currency="USD", booking_id=booking_id) == NOTHING
    take_back(booking_id, 120_00)
    settle(booking_id)
    paper.answer(booking_id)
    assert fresh(booking_id).state == "closed"
    assert rental.money(booking_id, Purpose.DEPOSIT) == ("partially_refunded", whole, whole - usd(120_00))
    assert balance(Account.DEPOSITS, currency="USD", booking_id=booking_id) == NOTHING


def test_nothing_claimed_goes_back_on_its_last_day_and_not_before() -> None:
    booking_id = paper.on_rent()
    take_back(booking_id)
    until = last_day(booking_id)
    with clock.frozen(clock.now() + until - timedelta(seconds=1)):
        assert sweep() == []
    with clock.frozen(clock.now() + until):
        assert sweep() == [booking_id]
        assert paper.answer(booking_id) == ["void"]
        assert sweep() == [], "once"
    found = fresh(booking_id)
    assert (found.state, found.attention) == ("returned", None)
    assert found.deposit_released_at is not None
    settle(booking_id)
    paper.answer(booking_id)
    assert fresh(booking_id).state == "closed"


def test_what_is_charged_is_taken_and_the_rest_goes_back_by_date() -> None:
    booking_id = paper.on_rent()
    take_back(booking_id, 120_00)
    whole = fresh(booking_id).deposit_money
    with clock.frozen(clock.now() + last_day(booking_id)):
        sweep()
        paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.DEPOSIT)[1:] == (usd(120_00), NOTHING)
    statement = deposit_statement.of(fresh(booking_id))
    assert statement is not None
    assert (statement.held, statement.taken, statement.by_paypal) == (whole, usd(120_00), whole - usd(120_00))
    settle(booking_id)
    paper.answer(booking_id)
    assert fresh(booking_id).state == "closed"
    assert balance(Account.DEPOSITS, currency="USD", booking_id=booking_id) == NOTHING


def test_a_claim_keeps_the_deposit_and_staff_know_before_its_day() -> None:
    booking_id = paper.on_rent()
    take_back(booking_id, 900_00, claimed=True)
    until = last_day(booking_id)
    with clock.frozen(clock.now() + until - timedelta(days=2, seconds=1)):
        assert sweep() == []
    with clock.frozen(clock.now() + until - timedelta(days=2)):
        assert sweep() == [booking_id]
        assert fresh(booking_id).attention == "deposit_due"
        assert sweep() == [], "told once"
    with transaction():
        transitions.lock(booking_id).attention = None
    with clock.frozen(clock.now() + until):
        sweep()
        assert fresh(booking_id).attention == "deposit_due", "and again on the day itself"
        version = fresh(booking_id).version
        sweep()
        assert fresh(booking_id).version == version
    assert paper.wanted(booking_id) == [], "it stays where it is"


def test_a_clean_inspection_lets_it_go_at_once() -> None:
    booking_id = paper.on_rent()
    take_back(booking_id)
    with transaction():
        deposit_release.release(booking_id, reason="no damage", by=rental.AGENT, at=clock.now())
    assert paper.answer(booking_id) == ["void"]
    entry = next(row for row in audit.trail(booking_id) if row.action == "deposit.released")
    assert (entry.reason, entry.actor_name) == ("no damage", rental.AGENT.name)
    with pytest.raises(NothingToRelease), transaction():
        deposit_release.release(booking_id, reason="again", by=rental.AGENT, at=clock.now())


def test_nobody_releases_a_deposit_that_a_claim_needs() -> None:
    booking_id = paper.on_rent()
    take_back(booking_id, 900_00, claimed=True)
    with pytest.raises(ChargesContested), transaction():
        deposit_release.release(booking_id, reason="looks fine", by=rental.AGENT, at=clock.now())


def test_nothing_is_released_while_the_car_is_out() -> None:
    booking_id = paper.on_rent()
    with pytest.raises(NothingToRelease), transaction():
        deposit_release.release(booking_id, reason="early", by=rental.AGENT, at=clock.now())


def test_nobody_is_asked_for_a_deposit_that_a_manager_waived() -> None:
    booking_id = paper.confirmed()
    with transaction():
        handover.waive_deposit(booking_id, reason="a guest of many years", by=rental.AGENT, at=clock.now())
    assert fresh(booking_id).deposit_ask_at is None
    asked_in_vain(booking_id)


def test_nobody_is_asked_for_a_deposit_that_the_desk_has() -> None:
    booking_id = paper.confirmed()
    receipt = took_at_desk(booking_id)
    asked_in_vain(booking_id)
    with transaction():
        takings.correct(
            booking_id, receipt_id=receipt.id, amount=receipt.money, reason="never counted", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    assert fresh(booking_id).deposit_ask_at is not None, "its day has passed"


def test_cash_is_kept_for_charges_and_the_rest_waits_at_the_desk() -> None:
    booking_id, receipt = out_with_cash()
    take_back(booking_id, 120_00)
    settle(booking_id)
    paper.answer(booking_id)
    found = fresh(booking_id)
    rest = found.deposit_money - usd(120_00)
    assert (found.state, found.hand_back) == ("closed", rest.amount)
    assert balance(Account.DEPOSITS, currency="USD", booking_id=booking_id) == -rest
    with transaction():
        takings.give_back(
            booking_id, receipt_id=receipt.id, amount=rest, method=None, reference="signed slip",
            reason="settled", by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    assert fresh(booking_id).hand_back == 0
    assert balance(Account.DEPOSITS, currency="USD", booking_id=booking_id) == NOTHING
    statement = deposit_statement.of(fresh(booking_id))
    assert statement is not None
    assert (statement.taken, statement.handed_back, statement.to_hand_back) == (usd(120_00), rest, NOTHING)
    assert [item.taken for item in statement.items] == [usd(120_00)]


def test_cash_of_a_released_deposit_waits_at_the_desk_on_its_day() -> None:
    booking_id, _ = out_with_cash()
    take_back(booking_id)
    with clock.frozen(clock.now() + last_day(booking_id)):
        sweep()
    assert fresh(booking_id).hand_back == fresh(booking_id).deposit


def test_a_cancelled_booking_hands_all_of_it_back() -> None:
    booking_id = paper.confirmed()
    took_at_desk(booking_id)
    rental_cancel(booking_id)
    paper.answer(booking_id)
    assert fresh(booking_id).hand_back == fresh(booking_id).deposit


def rental_cancel(booking_id: UUID) -> None:
    with transaction():
        booking = transitions.lock(booking_id)
        fee = cancelling.terms(booking, at=clock.now()).fee
        cancelling.cancel(booking_id, agreed_fee=fee, at=clock.now())


def test_paypal_ends_the_hold_and_the_customer_is_asked_again() -> None:
    booking_id = paper.on_rent()
    shown = paper.as_read(booking_id, Purpose.DEPOSIT)
    paper.read(booking_id, voided(shown), purpose=Purpose.DEPOSIT)
    assert fresh(booking_id).attention == "deposit_lost"
    assert not paper.deposit_is_held(booking_id)
    rental.go_to_deposit(booking_id)
    paper.answer(booking_id)
    paper.approve(booking_id, Purpose.DEPOSIT)
    paper.answer(booking_id)
    assert paper.deposit_is_held(booking_id)


def voided(answer: OrderAnswer) -> OrderAnswer:
    """PayPal has let go of it by itself."""
    (held,) = answer.authorizations
    gone = AuthorizationAnswer(held.paypal_id, "VOIDED", held.amount, held.created_at)
    return OrderAnswer(
        answer.paypal_id, answer.status, answer.amount, created_at=answer.created_at, authorizations=(gone,)
    )


def test_a_hold_that_comes_when_the_desk_has_it_goes_back() -> None:
    booking_id = paper.confirmed()
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    paper.answer(booking_id)
    paper.approve(booking_id, Purpose.DEPOSIT)
    took_at_desk(booking_id)
    assert paper.answer(booking_id) == ["authorize", "void"]
    with transaction():
        assert tree.live_authorization(tree.of_booking(booking_id)[Purpose.DEPOSIT]) is None
    assert paper.deposit_is_held(booking_id)


def test_what_is_approved_when_the_desk_has_it_is_never_held() -> None:
    booking_id = paper.confirmed()
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    paper.answer(booking_id)
    took_at_desk(booking_id)
    paper.approve(booking_id, Purpose.DEPOSIT)
    assert paper.answer(booking_id) == []
    assert [row.action for row in audit.trail(booking_id)].count("payment.not_taken") == 1


def test_the_last_day_is_counted_where_the_car_came_back() -> None:
    booking_id = paper.on_rent()
    take_back(booking_id)
    found = fresh(booking_id)
    assert found.deposit_release_at is not None
    local = found.deposit_release_at.astimezone(ZoneInfo(found.return_place.time_zone))
    # Back on Monday, 22 February 2027: fourteen business days later is Friday, 12 March.
    assert f"{local:%Y-%m-%d %H:%M}" == "2027-03-12 00:00"


def test_what_is_left_of_a_deposit_that_was_taken_in_part_is_none() -> None:
    """PayPal let go of the rest with it: the keys wait for another deposit, or for a manager's word."""
    booking_id = paper.confirmed()
    paper.hold_deposit(booking_id)
    with transaction():
        capturing.capture(
            booking_id, purpose=Purpose.DEPOSIT, amount=usd(60_00), final=True, reason="A lost key",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.DEPOSIT) == ("captured", usd(60_00), NOTHING)
    assert not paper.deposit_is_held(booking_id)
    assert not handover.known_checks(fresh(booking_id))["deposit"]
    assert not day.is_secured(row_of(booking_id))
    took_at_desk(booking_id)
    assert paper.deposit_is_held(booking_id)
    assert day.is_secured(row_of(booking_id))


def row_of(booking_id: UUID) -> queries.Row:
    with transaction():
        return queries.rows(select(Booking).where(Booking.id == booking_id))[0]


def test_a_deposit_of_which_a_part_was_taken_is_whole_while_the_rest_is_held() -> None:
    booking_id = paper.confirmed()
    paper.hold_deposit(booking_id)
    with transaction():
        capturing.capture(
            booking_id, purpose=Purpose.DEPOSIT, amount=usd(60_00), final=False, reason="A lost key",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    paper.answer(booking_id)
    assert paper.deposit_is_held(booking_id)


def test_an_open_way_to_paypal_leads_to_the_deposit_that_is_wanted_by_now() -> None:
    booking_id = paper.confirmed()
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    paper.answer(booking_id)
    with transaction():
        booking = transitions.lock(booking_id)
        higher = booking.deposit_money + usd(100_00)
        change_money.change_deposit(booking, higher, release=False, at=clock.now())
    assert paper.answer(booking_id) == ["patch_order"]
    paper.approve(booking_id, Purpose.DEPOSIT)
    assert paper.answer(booking_id) == ["authorize"]
    assert paper.deposit_is_held(booking_id)
    assert tree.secured(tree.of_booking(booking_id)[Purpose.DEPOSIT]) == higher


def extend(booking_id: UUID, *, days: int) -> None:
    """The car stays out longer, by the house's own fault: there is nothing to pay for it."""
    with transaction():
        wanted = Wanted(return_at=queries.by_id(booking_id).return_at + timedelta(days=days))
        found = changing.preview(booking_id, wanted, at=clock.now(), fault=Fault.HOUSE, by_staff=True)
        yes = change_tokens.sign(found, secret=rental.KEY, by_staff=True, at=clock.now())
    with transaction():
        changing.agree(booking_id, yes, secret=rental.KEY, by=rental.AGENT, reason="snow", at=clock.now())


def planned(booking_id: UUID) -> list[tuple[str, timedelta]]:
    """(kind, how long before PayPal's hold ends) of the deposit's steps to come."""
    with transaction():
        deposit = tree.of_booking(booking_id)[Purpose.DEPOSIT]
        hold = steps.hold_of(deposit)
        assert hold is not None
        return [(row.kind, hold.dies_at - row.due_at) for row in deposit.steps if row.state == "planned"]


def run_plan(booking_id: UUID) -> None:
    """The scheduler does what is due, and PayPal answers."""
    with transaction():
        due = payments.steps_due(at=clock.now())
    for step in due:
        with transaction():
            due_steps.run(step, at=clock.now())
    paper.answer(booking_id)


def until_the_hold_ends(booking_id: UUID) -> timedelta:
    with transaction():
        hold = steps.hold_of(tree.of_booking(booking_id)[Purpose.DEPOSIT])
        assert hold is not None
        return hold.dies_at - clock.now()


def test_days_more_on_the_road_renew_the_hold_later() -> None:
    booking_id = paper.on_rent()
    extend(booking_id, days=1)
    with transaction():
        renewal = steps.open_step(tree.of_booking(booking_id)[Purpose.DEPOSIT], StepKind.REAUTHORIZE)
        assert renewal is not None
        assert renewal.due_at == queries.by_id(booking_id).return_at


def test_more_days_than_paypal_holds_money_for_have_it_taken() -> None:
    booking_id = paper.on_rent()
    with transaction():
        longer = Wanted(return_at=queries.by_id(booking_id).return_at + timedelta(days=LONG))
        found = changing.preview(booking_id, longer, at=clock.now(), fault=Fault.HOUSE, by_staff=True)
        assert found.deposit_step is DepositStep.TAKEN
    extend(booking_id, days=LONG)
    assert paper.answer(booking_id, OperationKind.CAPTURE) == ["capture"]
    assert rental.money(booking_id, Purpose.DEPOSIT)[1] == fresh(booking_id).deposit_money
    assert deposit_keeping.CAPTURED in [entry.action for entry in audit.trail(booking_id)]


def test_a_car_that_does_not_come_back_keeps_its_deposit() -> None:
    booking_id = paper.on_rent()
    assert planned(booking_id)[-1] == ("capture", plan.MARGIN)
    with clock.frozen(clock.now() + until_the_hold_ends(booking_id) - plan.MARGIN):
        run_plan(booking_id)
        assert rental.money(booking_id, Purpose.DEPOSIT)[1] == fresh(booking_id).deposit_money


def test_a_renewed_deposit_stays_held() -> None:
    booking_id = paper.on_rent()
    back = fresh(booking_id).return_at
    with clock.frozen(back):
        run_plan(booking_id)
        assert paper.kinds(booking_id, Purpose.DEPOSIT)[-1] == "reauthorize"
        assert planned(booking_id) == [("capture", plan.MARGIN)]
    with clock.frozen(back + timedelta(days=5)):
        run_plan(booking_id)
    assert rental.money(booking_id, Purpose.DEPOSIT)[1] == NOTHING


def test_a_claim_keeps_its_deposit_beyond_paypals_hold() -> None:
    booking_id = paper.on_rent()
    take_back(booking_id, 900_00, claimed=True)
    whole = fresh(booking_id).deposit_money
    with clock.frozen(clock.now() + until_the_hold_ends(booking_id) - plan.MARGIN):
        run_plan(booking_id)
        assert rental.money(booking_id, Purpose.DEPOSIT)[1] == whole
        with transaction():
            booking = transitions.lock(booking_id)
            booked.drop(booking, booking.charges[0], reason="polished out")
        sweep()
        paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.DEPOSIT)[1:] == (whole, whole)
    assert balance(Account.DEPOSITS, currency="USD", booking_id=booking_id) == NOTHING


def test_what_went_back_in_time_is_not_taken() -> None:
    booking_id = paper.on_rent()
    end = until_the_hold_ends(booking_id)
    take_back(booking_id)
    with clock.frozen(clock.now() + last_day(booking_id)):
        sweep()
        paper.answer(booking_id)
    with clock.frozen(clock.now() + end - plan.MARGIN):
        run_plan(booking_id)
    assert rental.money(booking_id, Purpose.DEPOSIT)[1] == NOTHING
