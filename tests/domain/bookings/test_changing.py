"""Changing a booking: what was shown is what is applied, whole or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.availability import occupancies
from exodrive.availability import queries as availability
from exodrive.availability.models import Occupancy
from exodrive.availability.occupancies import CarTaken
from exodrive.bookings import addenda, cancelling, changes, handover, policy, queries, signing
from exodrive.bookings.by_hand import capturing
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.change_rules import (
    ChangeImpossible,
    ChangeUnexplained,
    NothingToChange,
    PolicyForbids,
)
from exodrive.bookings.change.change_tokens import ChangeForged, StaleChange
from exodrive.bookings.change.impact import DepositStep, Impact, Paper
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_models import Change
from exodrive.bookings.change_states import ChangeState, Fault
from exodrive.bookings.changes import ChangeOpen, ChangeSettled
from exodrive.bookings.models import Booking
from exodrive.bookings.money import retrying
from exodrive.bookings.reservation.drivers import NotEligible
from exodrive.bookings.reservation.ordering import PriceChanged
from exodrive.bookings.states import State
from exodrive.contracts import issuing
from exodrive.contracts.states import ContractState
from exodrive.fleet import queries as fleet
from exodrive.kernel import audit, clock
from exodrive.kernel.actors import CUSTOMER, Actor
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.payments import tree
from exodrive.payments.models import OperationKind
from exodrive.payments.states import Purpose
from tests import audited, paper, rental
from tests.altered import altered

pytestmark = pytest.mark.usefixtures("house")
DAY = timedelta(days=1)


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def shown(booking_id: UUID, wanted: Wanted, *, by: Actor = CUSTOMER, fault: Fault = Fault.CUSTOMER) -> Impact:
    with transaction():
        return changing.preview(booking_id, wanted, at=clock.now(), fault=fault, by_staff=by is not CUSTOMER)


def token(impact: Impact, *, by: Actor = CUSTOMER) -> str:
    return change_tokens.sign(impact, secret=rental.KEY, by_staff=by is not CUSTOMER, at=clock.now())


def agree(
    booking_id: UUID, yes: str, *, by: Actor = CUSTOMER, reason: str | None = None, at: datetime | None = None
) -> Change:
    with transaction():
        return changing.agree(booking_id, yes, secret=rental.KEY, by=by, reason=reason, at=at or clock.now())


def change(
    booking_id: UUID,
    *,
    by: Actor = CUSTOMER,
    fault: Fault = Fault.CUSTOMER,
    reason: str | None = None,
    **wanted: object,
) -> Change:
    """Look, and say yes."""
    found = shown(booking_id, Wanted(**wanted), by=by, fault=fault)  # type: ignore[arg-type]
    return agree(booking_id, token(found, by=by), by=by, reason=reason)


def finish(change_id: UUID) -> None:
    with transaction():
        changing.finish(change_id, at=clock.now())


def pay_for(booking_id: UUID, made: Change) -> None:
    """The payer approves, PayPal authorizes, and the worker applies it."""
    paper.answer(booking_id)
    paper.approve_change(booking_id)
    paper.answer(booking_id)
    finish(made.id)


def places(booking_id: UUID) -> list[tuple[str, bool]]:
    """(kind, whether kept for a change) of all that a booking keeps."""
    rows = session().scalars(
        select(Occupancy).where(Occupancy.booking_id == booking_id).order_by(Occupancy.created_at)
    )
    return sorted((row.kind, row.change_id is not None) for row in rows)


def taken(booking_id: UUID) -> int:
    """What PayPal has taken for the rental and its changes, and not given back."""
    with transaction():
        rows = changes.paid_by(booking_id)
        return sum((tree.captured(row) - tree.refunding(row)).amount for row in rows)


def wanted_in_all(booking_id: UUID) -> int:
    with transaction():
        return sum(row.amount for row in changes.paid_by(booking_id))


def later(booking_id: UUID, days: int) -> datetime:
    """The return so many days later, on a day on which the house is open."""
    at = fresh(booking_id).return_at + days * DAY
    while at.astimezone(rental.ZONE).weekday() > 4:
        at += DAY
    return at


def test_what_costs_more_waits_for_its_money_and_keeps_the_place() -> None:
    booking_id = paper.confirmed()
    before = fresh(booking_id)
    total, return_at = before.total, before.return_at
    made = change(booking_id, return_at=later(booking_id, 1))
    assert made.state == ChangeState.AWAITING_PAYMENT
    assert (fresh(booking_id).total, fresh(booking_id).return_at) == (total, return_at)
    assert places(booking_id) == [("booking", False), ("hold", True)]
    pay_for(booking_id, made)
    after = fresh(booking_id)
    assert after.return_at == return_at + DAY
    assert after.total > total
    assert places(booking_id) == [("booking", False)]
    assert wanted_in_all(booking_id) == after.total
    assert changes.one(made.id).state == ChangeState.APPLIED


def test_what_was_promised_keeps_its_price() -> None:
    booking_id = paper.confirmed()
    before = fresh(booking_id)
    with transaction():
        fleet.any_car(before.car.slug, lock=True).daily_price *= 2
    found = shown(booking_id, Wanted(return_at=later(booking_id, 1)))
    rates = {line.params["unit_amount"] for line in found.after.lines if line.code == "rental_days"}
    assert rates == {line.params["unit_amount"] for line in found.before.lines if line.code == "rental_days"}


def test_a_change_that_nobody_pays_leaves_everything_as_it_was() -> None:
    booking_id = paper.confirmed()
    before = fresh(booking_id)
    made = change(booking_id, return_at=later(booking_id, 1))
    paper.answer(booking_id)
    end = changes.one(made.id).expires_at
    assert end is not None
    with transaction():
        assert changes.due(at=end) == [made.id]
        changing.expire(made.id, at=end)
    after = fresh(booking_id)
    assert (after.total, after.return_at) == (before.total, before.return_at)
    assert places(booking_id) == [("booking", False)]
    assert changes.one(made.id).state == ChangeState.EXPIRED


def test_money_for_a_change_that_is_off_goes_back() -> None:
    booking_id = paper.confirmed()
    made = change(booking_id, return_at=later(booking_id, 1))
    paper.answer(booking_id)
    paper.approve_change(booking_id)
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=Money(0, "USD"), at=clock.now())
    assert changes.one(made.id).state == ChangeState.WITHDRAWN
    assert "void" in paper.answer(booking_id)
    finish(made.id)
    assert fresh(booking_id).state == State.CANCELLED
    assert places(booking_id) == []


def test_what_costs_less_is_applied_at_once_and_taken_less() -> None:
    booking_id = paper.confirmed()
    total = fresh(booking_id).total
    made = change(booking_id, return_at=later(booking_id, -2))
    after = fresh(booking_id)
    assert made.state == ChangeState.APPLIED
    assert after.total < total
    assert wanted_in_all(booking_id) == after.total
    assert places(booking_id) == [("booking", False)]


def test_what_was_captured_already_goes_back() -> None:
    booking_id = paper.confirmed()
    capture_all(booking_id)
    total = fresh(booking_id).total
    found = shown(booking_id, Wanted(return_at=later(booking_id, -2)))
    assert [step.code for step in found.money] == ["give_back"]
    agree(booking_id, token(found))
    assert paper.answer(booking_id) == ["refund"]
    assert taken(booking_id) == fresh(booking_id).total < total


def capture_all(booking_id: UUID) -> None:
    with transaction():
        capturing.capture(
            booking_id, purpose=Purpose.RENTAL, amount=None, final=True, reason="now", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    paper.answer(booking_id)


def test_the_same_yes_twice_is_one_change() -> None:
    booking_id = paper.confirmed()
    yes = token(shown(booking_id, Wanted(return_at=later(booking_id, -2))))
    first, second = agree(booking_id, yes), agree(booking_id, yes)
    assert first.id == second.id
    assert len(changes.of_booking(booking_id)) == 1


def test_a_stale_yes_is_refused() -> None:
    booking_id = paper.confirmed()
    old = token(shown(booking_id, Wanted(return_at=later(booking_id, -1))))
    change(booking_id, return_at=later(booking_id, -2))
    with pytest.raises(StaleChange):
        agree(booking_id, old)
    yes = token(shown(booking_id, Wanted(return_at=later(booking_id, -1))))
    with pytest.raises(StaleChange):
        agree(booking_id, yes, at=clock.now() + change_tokens.LIFE)


def test_a_yes_is_for_one_booking_one_house_and_one_kind_of_person() -> None:
    booking_id, other = paper.confirmed(), paper.confirmed("corsara-v10")
    yes = token(shown(booking_id, Wanted(return_at=later(booking_id, -2))))
    for wrong in (altered(yes), "", "a.b"):
        with pytest.raises(ChangeForged):
            agree(booking_id, wrong)
    with pytest.raises(ChangeForged):
        agree(other, yes)
    with pytest.raises(ChangeForged):
        agree(booking_id, yes, by=rental.AGENT, reason="by phone")


def test_another_price_needs_another_yes() -> None:
    booking_id = paper.confirmed()
    other = fleet.car("corsara-v10")
    yes = token(shown(booking_id, Wanted(car_id=other.id)))
    with transaction():
        fleet.any_car("corsara-v10", lock=True).daily_price += 1_00
    with pytest.raises(PriceChanged):
        agree(booking_id, yes)


def test_somebody_else_was_faster() -> None:
    booking_id = paper.confirmed()
    wanted = Wanted(return_at=later(booking_id, 7))
    yes = token(shown(booking_id, wanted))
    rental_after(booking_id)
    with pytest.raises(CarTaken):
        agree(booking_id, yes)
    found = shown(booking_id, wanted)
    assert not found.free


def rental_after(booking_id: UUID) -> None:
    """The workshop takes the car from the day after its return."""
    booking = fresh(booking_id)
    starts_at = booking.return_at + DAY
    with transaction():
        occupancies.occupy(
            booking.car_id,
            availability.Period(starts_at, starts_at + 3 * DAY),
            kind=availability.OccupancyKind.MAINTENANCE,
            at=clock.now(),
        )


def test_an_extension_that_is_not_free_offers_another_end() -> None:
    booking_id = paper.confirmed()
    rental_after(booking_id)
    found = shown(booking_id, Wanted(return_at=later(booking_id, 7)))
    following = found.neighbours[1]
    assert following is not None
    assert found.other_end is not None
    assert fresh(booking_id).return_at < found.other_end <= following.period.starts_at


def test_one_change_waits_at_a_time() -> None:
    booking_id = paper.confirmed()
    change(booking_id, return_at=later(booking_id, 1))
    with pytest.raises(ChangeOpen):
        shown(booking_id, Wanted(return_at=later(booking_id, -1)))
    with transaction():
        changing.withdraw(booking_id, by=CUSTOMER, at=clock.now())
        changing.withdraw(booking_id, by=CUSTOMER, at=clock.now())
    assert places(booking_id) == [("booking", False)]
    change(booking_id, return_at=later(booking_id, -1))


def test_what_is_approved_is_not_withdrawn() -> None:
    booking_id = paper.confirmed()
    change(booking_id, return_at=later(booking_id, 1))
    paper.answer(booking_id)
    paper.approve_change(booking_id)
    with pytest.raises(ChangeSettled), transaction():
        changing.withdraw(booking_id, by=CUSTOMER, at=clock.now())


def test_drivers_must_be_able_to_drive_on_the_new_dates() -> None:
    booking_id = paper.confirmed()
    young = rental.renter(name="Ben Young", born_on=clock.now().date() - timedelta(days=365 * 19))
    with pytest.raises(NotEligible):
        shown(booking_id, Wanted(add_drivers=(young,)))


def test_a_driver_joins_and_leaves() -> None:
    booking_id = paper.confirmed()
    ben = rental.renter(name="Ben Okafor", email="ben@okafor.example", licence_number="X-1")
    made = change(booking_id, add_drivers=(ben,))
    if made.state == ChangeState.AWAITING_PAYMENT:
        pay_for(booking_id, made)
    assert [(row.position, row.name) for row in fresh(booking_id).drivers] == [
        (0, "Maya Okafor"),
        (1, "Ben Okafor"),
    ]
    change(booking_id, drop_drivers=(1,))
    assert len(fresh(booking_id).drivers) == 1
    with pytest.raises(ChangeImpossible):
        shown(booking_id, Wanted(drop_drivers=(0,)))


def test_another_car_takes_the_booking_along() -> None:
    booking_id = paper.confirmed()
    other = fleet.car("corsara-v10")
    made = change(
        booking_id,
        by=rental.AGENT,
        reason="The Aurelia is in the workshop",
        fault=Fault.HOUSE,
        car_id=other.id,
    )
    after = fresh(booking_id)
    assert made.state == ChangeState.APPLIED
    assert after.car_id == other.id
    assert after.car.name in after.search or after.car.name.lower() in after.search
    place = occupancies.place_of(booking_id)
    assert place is not None
    assert not availability.is_free(other.id, place.period)
    assert after.total <= shown_total(made)


def shown_total(made: Change) -> int:
    total: int = made.impact["before"]["total"]
    return total


def test_late_changes_are_for_staff_with_a_reason() -> None:
    booking_id = paper.confirmed(days_ahead=3)
    with clock.frozen(fresh(booking_id).pickup_at - timedelta(hours=5)):
        wanted = Wanted(return_at=later(booking_id, -1))
        with pytest.raises(PolicyForbids) as refused:
            shown(booking_id, wanted)
        assert refused.value.reasons == ["too_late"]
        found = shown(booking_id, wanted, by=rental.AGENT)
        assert found.beyond_policy == ("too_late",)
        with pytest.raises(ChangeUnexplained):
            agree(booking_id, token(found, by=rental.AGENT), by=rental.AGENT)
        agree(booking_id, token(found, by=rental.AGENT), by=rental.AGENT, reason="Asked by phone")


def test_a_change_does_not_reopen_the_free_window() -> None:
    booking_id = paper.confirmed(days_ahead=10)
    with clock.frozen(fresh(booking_id).pickup_at - timedelta(hours=48)):
        assert not cancelling.terms(fresh(booking_id), at=clock.now()).free
        found = shown(
            booking_id,
            Wanted(
                pickup_at=fresh(booking_id).pickup_at + 14 * DAY,
                return_at=fresh(booking_id).return_at + 14 * DAY,
            ),
        )
        assert found.window_closed
        made = agree(booking_id, token(found))
        if made.state == ChangeState.AWAITING_PAYMENT:
            pay_for(booking_id, made)
        assert not cancelling.terms(fresh(booking_id), at=clock.now()).free


def test_nothing_is_no_change() -> None:
    booking_id = paper.confirmed()
    with pytest.raises(NothingToChange):
        shown(booking_id, Wanted())
    with pytest.raises(policy.DatesRefused):
        shown(booking_id, Wanted(return_at=fresh(booking_id).pickup_at - DAY))


def test_after_the_signature_an_addendum_is_signed_and_the_keys_wait_for_it() -> None:
    booking_id = paper.confirmed()
    assert shown(booking_id, Wanted(return_at=later(booking_id, -1))).paper is Paper.ADDENDUM
    change(booking_id, return_at=later(booking_id, -1))
    with transaction():
        addendum = addenda.issue(booking_id, number=1, values={"a": "b"}, at=clock.now())
        signed = issuing.current(booking_id)
        assert signed is not None
        assert signed.state == ContractState.SIGNED
    assert handover_check(booking_id) is False
    with transaction():
        signing.record(addendum.id, paper.submission(addendum.id), at=clock.now())
        signing.record(addendum.id, paper.submission(addendum.id, "completed"), at=clock.now())
    with transaction():
        signing.keep_signed(addendum.id, paper.PDF, signed_at=clock.now(), at=clock.now())
    assert handover_check(booking_id) is True
    assert fresh(booking_id).state == State.CONFIRMED


def handover_check(booking_id: UUID) -> bool:
    return handover.known_checks(fresh(booking_id))["addendum"]


def test_the_keys_wait_before_the_addendum_is_issued_and_a_manager_may_let_them_go() -> None:
    booking_id = paper.confirmed()
    with pytest.raises(addenda.NothingToSign), transaction():
        addenda.waive(booking_id, reason="No need", by=rental.AGENT, at=clock.now())
    change(booking_id, return_at=later(booking_id, -1))
    assert handover_check(booking_id) is False
    with transaction():
        addenda.waive(booking_id, reason="Signed on paper", by=rental.AGENT, at=clock.now())
    assert handover_check(booking_id) is True
    assert fresh(booking_id).addendum_waiver == "Signed on paper"
    change(booking_id, return_at=later(booking_id, -1))
    assert handover_check(booking_id) is False, "it was given for the change before"
    with pytest.raises(addenda.NothingToSign), transaction():
        addenda.issue(booking_id, number=1, values={}, at=clock.now())
    audited.assert_no_breach_yet()


def test_one_that_was_declined_gives_way_to_the_next() -> None:
    booking_id = paper.confirmed()
    change(booking_id, return_at=later(booking_id, -1))
    with transaction():
        first = addenda.issue(booking_id, number=1, values={}, at=clock.now())
        signing.record(first.id, paper.submission(first.id), at=clock.now())
        signing.record(first.id, paper.submission(first.id, "declined"), at=clock.now())
        assert addenda.ended(fresh(booking_id)) is not None
    change(booking_id, return_at=later(booking_id, -1))
    with transaction():
        second = addenda.issue(booking_id, number=2, values={}, at=clock.now())
        signing.record(second.id, paper.submission(second.id), at=clock.now())
        signing.record(second.id, paper.submission(second.id, "completed"), at=clock.now())
    with transaction():
        signing.keep_signed(second.id, paper.PDF, signed_at=clock.now(), at=clock.now())
    assert handover_check(booking_id) is True


def test_a_second_change_replaces_the_addendum_that_waits() -> None:
    booking_id = paper.confirmed()
    change(booking_id, return_at=later(booking_id, -1))
    with transaction():
        first = addenda.issue(booking_id, number=1, values={}, at=clock.now())
    change(booking_id, return_at=later(booking_id, -1))
    with transaction():
        addenda.issue(booking_id, number=2, values={}, at=clock.now())
        assert issuing.lock(first.id).state == ContractState.VOIDED
        assert addenda.unsigned(booking_id)


def test_before_the_signature_the_agreement_is_issued_anew() -> None:
    booking_id = paper.awaiting_signature()
    old = paper.issue(booking_id)
    assert shown(booking_id, Wanted(return_at=later(booking_id, -1))).paper is Paper.AGREEMENT
    change(booking_id, return_at=later(booking_id, -1))
    with transaction():
        assert issuing.lock(old).state == ContractState.VOIDED
    paper.sign(booking_id)
    assert fresh(booking_id).state == State.CONFIRMED


def test_an_early_return_keeps_the_days_by_policy() -> None:
    booking_id = paper.on_rent()
    found = shown(booking_id, Wanted(return_at=later(booking_id, -2)))
    assert found.unused_days
    assert not found.difference
    agree(booking_id, token(found))
    total = fresh(booking_id).total
    again = shown(booking_id, Wanted(return_at=later(booking_id, 1)))
    assert again.after.total == again.before.total, "the days up to the first return are paid"
    assert fresh(booking_id).total == total


def test_an_extension_on_the_road() -> None:
    booking_id = paper.on_rent()
    with pytest.raises(ChangeImpossible):
        shown(booking_id, Wanted(pickup_at=fresh(booking_id).pickup_at + DAY))
    made = change(booking_id, return_at=later(booking_id, 1))
    assert made.state == ChangeState.AWAITING_PAYMENT
    pay_for(booking_id, made)
    after = fresh(booking_id)
    assert after.state == State.ON_RENT
    assert wanted_in_all(booking_id) == after.total


def test_a_held_deposit_stays_and_a_higher_one_is_asked_for_again() -> None:
    booking_id = paper.confirmed(days_ahead=3)
    paper.hold_deposit(booking_id)
    dearer = max(fleet.on_show(limit=50), key=lambda car: car.deposit or 0)
    booking = fresh(booking_id)
    found = shown(booking_id, Wanted(car_id=dearer.id), by=rental.AGENT)
    if (dearer.deposit or 0) > booking.deposit:
        assert found.deposit_step is DepositStep.AGAIN
    assert shown(booking_id, Wanted(return_at=later(booking_id, -1)), by=rental.AGENT).deposit_step in (
        DepositStep.SAME,
        DepositStep.KEPT,
    )


def test_a_rental_that_was_changed_twice_is_settled_to_the_cent() -> None:
    booking_id = paper.confirmed()
    change(booking_id, return_at=later(booking_id, -2))
    pay_for(booking_id, change(booking_id, return_at=later(booking_id, 1)))
    paper.sign_change(booking_id)
    paper.hold_deposit(booking_id)
    rental.hand_over(booking_id)
    rental.take_back(booking_id, odometer=20_150, fuel_eighths=8)
    rental.settle(booking_id)
    paper.answer(booking_id)
    booking = fresh(booking_id)
    assert booking.state == State.CLOSED
    assert taken(booking_id) == booking.total
    audited.assert_no_breach_yet()


def test_who_does_not_come_pays_for_the_change_too() -> None:
    booking_id = paper.confirmed()
    pay_for(booking_id, change(booking_id, return_at=later(booking_id, 1)))
    with clock.frozen(fresh(booking_id).pickup_at + timedelta(hours=3)), transaction():
        cancelling.miss(booking_id, by=rental.AGENT, at=clock.now(), reason="Nobody came")
    paper.answer(booking_id)
    assert taken(booking_id) == fresh(booking_id).total
    audited.assert_no_breach_yet()


def test_a_change_takes_its_turn_in_the_books() -> None:
    booking_id = paper.confirmed()
    capture_all(booking_id)
    change(booking_id, return_at=later(booking_id, -2))
    paper.answer(booking_id)
    audited.assert_no_breach_yet()


@pytest.mark.parametrize("kind", ["create_order", "authorize"])
def test_what_paypal_refused_the_house_is_asked_for_again_by_staff(kind: str) -> None:
    booking_id = paper.confirmed()
    made = change(booking_id, return_at=later(booking_id, 1))
    if kind == "authorize":
        paper.answer(booking_id)
        paper.approve_change(booking_id)
    paper.refuse(booking_id, OperationKind(kind), "PAYEE_ACCOUNT_RESTRICTED")
    with transaction():
        retrying.retry(booking_id, reason="the account is open", by=rental.AGENT, at=clock.now())
    told = next(row for row in audit.trail(booking_id) if row.action == "payment.retried")
    assert (told.reason, told.data["purpose"], told.data["kind"]) == ("the account is open", "change", kind)
    paper.answer(booking_id)
    if kind == "create_order":
        paper.approve_change(booking_id)
        paper.answer(booking_id)
    finish(made.id)
    assert changes.one(made.id).state == ChangeState.APPLIED


def test_of_a_change_that_is_off_nothing_is_asked_again() -> None:
    booking_id = paper.confirmed()
    change(booking_id, return_at=later(booking_id, 1))
    paper.refuse(booking_id, OperationKind.CREATE_ORDER, "PAYEE_ACCOUNT_RESTRICTED")
    with transaction():
        changing.withdraw(booking_id, by=rental.AGENT, reason="not today", at=clock.now())
    with transaction(), pytest.raises(retrying.NothingRefused):
        retrying.retry(booking_id, reason="again", by=rental.AGENT, at=clock.now())
