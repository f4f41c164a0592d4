"""Cancelling, missing and running out: what it costs, what goes back, and what the books say."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from exodrive.availability.models import Occupancy
from exodrive.bookings import cancelling, policy, queries, signing, transitions
from exodrive.bookings.cancelling import TermsChanged, TooEarly
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import expiry
from exodrive.contracts import issuing
from exodrive.house import queries as houses
from exodrive.house.models import Policy
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account, Entry
from exodrive.ledger.postings import balance
from exodrive.payments import tree, wishes
from exodrive.payments.states import Purpose
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")
FREE = Money(0, "USD")


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def cancel(booking_id: UUID, *, fee: Money = FREE, at: datetime, houses_fault: bool = False) -> None:
    with transaction():
        cancelling.cancel(
            booking_id, agreed_fee=fee, by=rental.AGENT, at=at, reason="asked to", houses_fault=houses_fault
        )


def late_fee(booking_id: UUID) -> Money:
    """A day of seven, with its tax."""
    price = fresh(booking_id).agreed
    return policy.first_days(price, 1)


def capture(booking_id: UUID) -> None:
    """The rental is captured, as the plan would have it."""
    with transaction():
        transitions.lock(booking_id)
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        wishes.capture(payment, amount=payment.money, at=clock.now())
    paper.answer(booking_id)


def place_is_free(booking_id: UUID) -> bool:
    return (
        session().scalar(
            select(func.count()).select_from(Occupancy).where(Occupancy.booking_id == booking_id)
        )
        == 0
    )


def books() -> dict[Account, int]:
    """Every account that is not at zero."""
    assert session().scalar(select(func.coalesce(func.sum(Entry.amount), 0))) == 0
    found = {account: balance(account, currency="USD").amount for account in Account}
    return {account: amount for account, amount in found.items() if amount}


def test_before_the_payment_nothing_is_due_and_nothing_is_called(at: datetime) -> None:
    booking_id = paper.awaiting_payment()
    cancel(booking_id, at=fresh(booking_id).pickup_at - timedelta(hours=1))
    booking = fresh(booking_id)
    assert (booking.state, booking.cancellation_fee, booking.expires_at) == ("cancelled", 0, None)
    assert place_is_free(booking_id)
    assert paper.kinds(booking_id) == ["create_order"]
    assert books() == {}


@pytest.mark.parametrize("reached", [paper.awaiting_signature, paper.confirmed])
def test_in_time_all_is_released(reached, at: datetime) -> None:  # type: ignore[no-untyped-def]
    booking_id = reached()
    cancel(booking_id, at=fresh(booking_id).pickup_at - timedelta(hours=72))
    assert paper.answer(booking_id) == ["void"]
    assert rental.money(booking_id, Purpose.RENTAL) == ("voided", FREE, FREE)
    assert place_is_free(booking_id)
    assert books() == {}


def test_late_the_first_day_is_taken_from_the_hold_and_the_rest_let_go(at: datetime) -> None:
    booking_id = paper.confirmed(days_ahead=4)
    fee = late_fee(booking_id)
    moment = fresh(booking_id).pickup_at - timedelta(hours=72) + timedelta(minutes=1)
    with pytest.raises(TermsChanged) as raised:
        cancel(booking_id, at=moment)
    assert raised.value.fee == fee
    cancel(booking_id, fee=fee, at=moment)
    assert paper.answer(booking_id) == ["capture"]
    assert rental.money(booking_id, Purpose.RENTAL) == ("captured", fee, FREE)
    kept = books()
    assert kept[Account.CANCELLATION] + kept[Account.TAX] == -fee.amount
    price = fresh(booking_id).agreed
    assert kept[Account.TAX] == -(fee.amount * price.tax.amount // price.total.amount)
    assert Account.PREPAID not in kept


def test_what_was_captured_beyond_the_fee_goes_back() -> None:
    booking_id = paper.confirmed()
    capture(booking_id)
    fee, total = late_fee(booking_id), fresh(booking_id).total_money
    cancel(booking_id, fee=fee, at=fresh(booking_id).pickup_at - timedelta(hours=1))
    assert paper.answer(booking_id) == ["refund"]
    assert rental.money(booking_id, Purpose.RENTAL) == ("partially_refunded", total, total - fee)
    kept = books()
    assert kept[Account.CANCELLATION] + kept[Account.TAX] == -fee.amount
    assert Account.PREPAID not in kept


def test_in_time_all_that_was_captured_goes_back() -> None:
    booking_id = paper.confirmed()
    capture(booking_id)
    total = fresh(booking_id).total_money
    cancel(booking_id, at=clock.now())
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.RENTAL) == ("refunded", total, total)
    assert set(books()) == {Account.CLEARING, Account.FEES}  # PayPal keeps its fee


def test_the_houses_own_fault_costs_nothing_however_late() -> None:
    booking_id = paper.confirmed()
    cancel(booking_id, at=fresh(booking_id).pickup_at, houses_fault=True)
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.RENTAL) == ("voided", FREE, FREE)


def test_cancelling_twice_is_cancelling_once() -> None:
    booking_id = paper.confirmed()
    cancel(booking_id, at=clock.now())
    cancel(booking_id, fee=Money(1, "USD"), at=clock.now())
    paper.unwind(booking_id)
    paper.answer(booking_id)
    paper.unwind(booking_id)
    assert paper.kinds(booking_id).count("void") == 1
    assert [e.action for e in audit.trail(booking_id)].count("booking.cancelled") == 1


def test_a_capture_under_way_at_the_cancellation_is_given_back() -> None:
    booking_id = paper.confirmed()
    with transaction():
        transitions.lock(booking_id)
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        wishes.capture(payment, amount=payment.money, at=clock.now())
    fee, total = late_fee(booking_id), fresh(booking_id).total_money
    cancel(booking_id, fee=fee, at=fresh(booking_id).pickup_at - timedelta(hours=1))
    assert paper.answer(booking_id) == ["capture", "refund"]
    assert rental.money(booking_id, Purpose.RENTAL) == ("partially_refunded", total, total - fee)


def test_the_deposit_is_let_go_whole_and_the_agreement_withdrawn() -> None:
    booking_id = paper.confirmed(days_ahead=1)
    paper.hold_deposit(booking_id)
    fee = late_fee(booking_id)
    cancel(booking_id, fee=fee, at=clock.now())
    paper.answer(booking_id)
    assert rental.money(booking_id, Purpose.DEPOSIT)[0] == "voided"
    assert rental.money(booking_id, Purpose.RENTAL)[1] == fee
    contract = issuing.latest(booking_id)
    assert contract is not None
    assert contract.state == "signed"  # what was signed stays on file


def test_an_agreement_that_waits_is_withdrawn() -> None:
    booking_id = paper.awaiting_signature()
    paper.issue(booking_id)
    cancel(booking_id, at=clock.now())
    contract = issuing.latest(booking_id)
    assert contract is not None
    assert contract.state == "voided"


def test_a_page_from_before_is_told_so() -> None:
    booking_id = paper.confirmed()
    version = fresh(booking_id).version
    with transaction():
        transitions.note(transitions.lock(booking_id), "note", by=rental.AGENT, at=clock.now())
    with pytest.raises(Stale), transaction():
        cancelling.cancel(booking_id, agreed_fee=FREE, at=clock.now(), version=version)
    assert rental.state(booking_id) == "confirmed"


def test_nobody_is_missed_before_their_time_and_then_all_is_charged() -> None:
    booking_id = paper.confirmed(days_ahead=2)
    booking = fresh(booking_id)
    pickup_at, total = booking.pickup_at, booking.total_money
    with pytest.raises(TooEarly), transaction():
        cancelling.miss(booking_id, by=rental.AGENT, at=pickup_at - timedelta(minutes=1))
    with transaction():
        cancelling.miss(booking_id, by=rental.AGENT, at=pickup_at, reason="did not come")
    assert paper.answer(booking_id) == ["capture"]
    assert rental.state(booking_id) == "no_show"
    assert rental.money(booking_id, Purpose.RENTAL) == ("captured", total, FREE)
    assert place_is_free(booking_id)
    kept = books()
    assert kept[Account.CANCELLATION] + kept[Account.TAX] == -total.amount
    assert kept[Account.TAX] == -booking.agreed.tax.amount


@pytest.mark.parametrize("reached", [paper.on_rent, paper.returned])
def test_a_rental_that_has_begun_is_not_cancelled(reached) -> None:  # type: ignore[no-untyped-def]
    booking_id = reached()
    with pytest.raises(transitions.MoveImpossible):
        cancel(booking_id, at=clock.now())


def test_what_nobody_paid_for_runs_out_and_what_is_being_paid_does_not(at: datetime) -> None:
    slow, paying = paper.awaiting_payment(), paper.awaiting_payment(days_ahead=40)
    paper.approve(paying)  # the authorization is wanted: the place is pinned
    later = at + timedelta(days=2)
    assert expiry.overdue(at=later) == [slow]
    for booking_id in (slow, paying):
        with transaction():
            expiry.expire_if_due(booking_id, at=later)
    assert (rental.state(slow), rental.state(paying)) == ("expired", "awaiting_payment")
    assert place_is_free(slow)
    paper.answer(paying)
    assert rental.state(paying) == "awaiting_signature"


def test_what_nobody_signed_runs_out_and_the_money_goes_back(at: datetime) -> None:
    booking_id = paper.awaiting_signature()
    paper.issue(booking_id)
    assert fresh(booking_id).expires_at == at + timedelta(hours=48)
    with transaction():
        expiry.expire_if_due(booking_id, at=at + timedelta(hours=48))
    paper.unwind(booking_id)
    assert paper.answer(booking_id) == ["void"]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "voided"


def test_what_was_signed_in_time_waits_for_its_documents(at: datetime) -> None:
    """The signing provider may be away for days between the signature and the download."""
    booking_id = paper.awaiting_signature()
    contract_id = paper.issue(booking_id)
    with transaction():
        signing.record(contract_id, paper.submission(contract_id, "completed"), at=at + timedelta(hours=47))
    assert expiry.overdue(at=at + timedelta(days=5)) == []
    with transaction():
        signing.keep_signed(contract_id, paper.PDF, signed_at=at, at=at + timedelta(days=2))
    assert rental.state(booking_id) == "confirmed"


def test_the_fee_is_what_the_agreed_policy_says_not_todays(house: Flask, at: datetime) -> None:
    booking_id = paper.confirmed()
    with transaction():
        session().add(
            Policy(
                kind="cancellation",
                version=2,
                terms={"free_until_hours": 1000, "late_days_charged": 7},
                in_force_at=at,
                changed_by="Olivia Owner",
            )
        )
    assert houses.rulebook(at).cancellation.free_until_hours == 1000
    assert cancelling.terms(fresh(booking_id), at=at).free
