"""Capture, void and refund by hand: what is refused, what follows, and books that stay at zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from exodrive.bookings import cancelling, handover, queries, transitions
from exodrive.bookings.by_hand import capturing, purse, refunding, releasing
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.condition_models import ReportKind
from exodrive.bookings.models import Booking, ChargeKind
from exodrive.bookings.money import fee_invoices, settlement
from exodrive.invoicing import issuing as invoices
from exodrive.invoicing.issuing import all_of_booking
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import DomainError, Stale
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account, Entry
from exodrive.ledger.postings import balance
from exodrive.payments import merging, tree, wishes
from exodrive.payments.calling import Answer
from exodrive.payments.models import OperationKind
from exodrive.payments.ports import RefundAnswer
from exodrive.payments.states import Purpose
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")
NOTHING = Money(0, "USD")
RENTAL, DEPOSIT = Purpose.RENTAL, Purpose.DEPOSIT


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def by_hand(booking_id: UUID, purpose: Purpose = RENTAL, **how: Any) -> dict[str, Any]:
    return {"purpose": purpose, "reason": "asked for", "by": rental.AGENT, "at": clock.now(), **how}


def capture(
    booking_id: UUID, amount: int | None = None, purpose: Purpose = RENTAL, *, final: bool = True
) -> None:
    """Asked for, and answered by PayPal."""
    with transaction():
        wanted = None if amount is None else usd(amount)
        capturing.capture(booking_id, amount=wanted, final=final, **by_hand(booking_id, purpose))
    paper.answer(booking_id)


def refund(booking_id: UUID, amount: int | None = None, purpose: Purpose = RENTAL) -> None:
    with transaction():
        wanted = None if amount is None else usd(amount)
        refunding.refund(booking_id, amount=wanted, **by_hand(booking_id, purpose))
    paper.answer(booking_id)


def void(booking_id: UUID, purpose: Purpose = RENTAL) -> None:
    with transaction():
        releasing.void(booking_id, **by_hand(booking_id, purpose))
    paper.answer(booking_id)


def settled(booking_id: UUID) -> Booking:
    """Taken back without charges, settled, answered."""
    rental.take_back(booking_id, odometer=20_050)
    with transaction():
        settlement.settle(booking_id, charge_ids=set(), by=rental.AGENT, at=clock.now(), reason="none due")
    paper.answer(booking_id)
    booking = fresh(booking_id)
    assert booking.state == "closed"
    return booking


def check_books(booking_id: UUID, *, receivable: int = 0) -> None:
    """Each posting sums to zero, nothing hangs between, and PayPal has what the tree says."""
    session().expire_all()
    assert session().scalar(select(func.sum(Entry.amount))) == 0
    assert balance(Account.PREPAID, currency="USD") == NOTHING
    assert balance(Account.RECEIVABLE, currency="USD") == usd(receivable)
    payments = tree.of_booking(booking_id).values()
    fees = sum(row.fee or 0 for payment in payments for row in tree.captures(payment))
    stays = sum((tree.captured(row) - tree.refunded(row)).amount for row in payments)
    assert balance(Account.CLEARING, currency="USD") == usd(stays - fees)


def invoice_of(booking_id: UUID) -> tuple[Money, Money]:
    """(total, paid)"""
    found = invoices.of_booking(booking_id)
    assert found is not None
    return found.total_money, found.paid_money


# Amounts of the rental's price as parts of a hundred: what is taken by hand, in order, each with whether it
# is final; what the settlement takes; what is owed at the end.
COURSES: list[tuple[list[tuple[int, bool]], int, int]] = [
    ([], 100, 0),
    ([(100, True)], 0, 0),
    ([(100, False)], 0, 0),
    ([(40, False)], 60, 0),
    ([(40, False), (25, False)], 35, 0),
    ([(40, False), (60, False)], 0, 0),
    ([(40, True)], 0, 60),
    ([(40, False), (20, True)], 0, 40),
]


@pytest.mark.parametrize(("taken", "at_settlement", "owed"), COURSES)
def test_the_settlement_takes_what_is_still_missing(
    taken: list[tuple[int, bool]], at_settlement: int, owed: int
) -> None:
    booking_id = paper.on_rent()
    price = fresh(booking_id).total
    part = price // 100

    def amount(parts: int) -> int:
        """Of the price; the last parts take the odd cents along."""
        return parts * part + (price - 100 * part if parts in (100, 60, 35) else 0)

    so_far = 0
    for parts, final in taken:
        capture(booking_id, min(amount(parts), price - so_far), final=final)
        so_far += min(amount(parts), price - so_far)
    booking = settled(booking_id)
    state, captured, _ = rental.money(booking_id, RENTAL)
    due = price - so_far if owed else 0
    assert captured == usd(price - due)
    assert state == "captured"
    if at_settlement:
        assert paper.kinds(booking_id)[-1] == "capture"
    assert invoice_of(booking_id) == (booking.total_money, usd(price - due))
    check_books(booking_id, receivable=due)


def test_a_part_leaves_the_plan_and_the_rest_held() -> None:
    booking_id = paper.confirmed()
    with transaction():
        planned = tree.of_booking(booking_id)[RENTAL].capture_at
    assert planned is not None
    capture(booking_id, 100_00, final=False)
    with transaction():
        payment = tree.of_booking(booking_id)[RENTAL]
        hold = tree.live_authorization(payment)
        assert hold is not None
        assert (payment.state, payment.capture_at) == ("partially_captured", planned)
        assert tree.left(hold) == payment.money - usd(100_00)
    assert fresh(booking_id).state == "confirmed"
    rental.photograph(booking_id, ReportKind.PICKUP)
    assert handover.known_checks(fresh(booking_id))["payment"]


def test_a_final_part_ends_the_plan() -> None:
    booking_id = paper.confirmed()
    capture(booking_id, 100_00, final=True)
    with transaction():
        payment = tree.of_booking(booking_id)[RENTAL]
        assert (payment.state, payment.capture_at) == ("captured", None)
        assert tree.live_authorization(payment) is None


def test_what_runs_by_itself_takes_the_rest_once() -> None:
    booking_id = paper.confirmed()
    capture(booking_id, 100_00, final=False)
    with transaction():
        transitions.lock(booking_id)
        payment = tree.lock(tree.of_booking(booking_id)[RENTAL].id)
        wishes.capture_rest(payment, at=clock.now())
        wishes.capture_rest(payment, at=clock.now())
    assert paper.answer(booking_id) == ["capture"]
    assert rental.money(booking_id, RENTAL)[:2] == ("captured", fresh(booking_id).total_money)


def _beyond(booking_id: UUID) -> Money:
    return fresh(booking_id).total_money + usd(1)


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (usd(0), purse.NoAmount),
        (usd(-5), purse.NoAmount),
        (Money(100, "EUR"), purse.NoAmount),
        (usd(10_000_000_00), purse.AmountBeyond),
    ],
)
def test_impossible_amounts_are_refused_before_paypal_is_asked(
    amount: Money, error: type[DomainError]
) -> None:
    booking_id = paper.confirmed()
    before = paper.kinds(booking_id)
    with pytest.raises(error), transaction():
        capturing.capture(booking_id, amount=amount, final=True, **by_hand(booking_id))
    capture(booking_id)
    with pytest.raises(error), transaction():
        refunding.refund(booking_id, amount=amount, **by_hand(booking_id))
    assert paper.kinds(booking_id) == [*before, "capture"]


def test_more_than_is_left_of_a_hold_is_refused() -> None:
    booking_id = paper.confirmed()
    capture(booking_id, 100_00, final=False)
    total = fresh(booking_id).total_money
    with pytest.raises(purse.AmountBeyond) as refused, transaction():
        capturing.capture(booking_id, amount=total - usd(99_99), final=True, **by_hand(booking_id))
    assert refused.value.most == total - usd(100_00)


def test_while_paypal_is_asked_nothing_else_is() -> None:
    booking_id = paper.confirmed()
    with transaction():
        capturing.capture(booking_id, amount=usd(1_00), final=False, **by_hand(booking_id))
    with pytest.raises(purse.MoneyUnderWay), transaction():
        capturing.capture(booking_id, amount=usd(1_00), final=False, **by_hand(booking_id))
    with pytest.raises(purse.MoneyUnderWay), transaction():
        releasing.void(booking_id, **by_hand(booking_id))
    with pytest.raises(purse.MoneyUnderWay), transaction():
        refunding.refund(booking_id, amount=usd(1_00), **by_hand(booking_id))
    assert capturing.most(fresh(booking_id), tree.of_booking(booking_id)[RENTAL], at=clock.now()) == NOTHING


def test_what_the_page_did_not_show_is_not_done() -> None:
    booking_id = paper.confirmed()
    seen = by_hand(booking_id, version=fresh(booking_id).version)
    capture(booking_id, 1_00, final=False)
    with pytest.raises(Stale), transaction():
        capturing.capture(booking_id, amount=None, final=True, **seen)
    with pytest.raises(Stale), transaction():
        refunding.refund(booking_id, amount=None, **seen)
    with pytest.raises(Stale), transaction():
        releasing.void(booking_id, **seen)


def test_a_dead_hold_is_not_asked_for(at: datetime) -> None:
    booking_id = paper.confirmed()
    later = by_hand(booking_id, at=at + timedelta(days=29))
    with pytest.raises(purse.HoldOver), transaction():
        capturing.capture(booking_id, amount=None, final=True, **later)


def test_nothing_is_taken_before_it_is_paid_nor_after_it_ended() -> None:
    booking_id = paper.awaiting_payment()
    with pytest.raises(purse.HoldClosed):
        capture(booking_id)
    with pytest.raises(purse.HoldClosed):
        void(booking_id)
    with pytest.raises(purse.NothingPaid):
        capture(booking_id, purpose=DEPOSIT)
    with pytest.raises(refunding.NothingTaken):
        refund(booking_id)


def test_a_refused_capture_is_asked_for_again_by_hand() -> None:
    booking_id = paper.confirmed()
    with transaction():
        capturing.capture(booking_id, amount=usd(50_00), final=False, **by_hand(booking_id))
    paper.refuse(booking_id, OperationKind.CAPTURE, "AUTH_CAPTURE_NOT_ENABLED")
    assert fresh(booking_id).attention == "payment_refused"
    capture(booking_id, 50_00, final=False)
    assert rental.money(booking_id, RENTAL)[1] == usd(50_00)


def test_voided_by_hand_the_keys_stay_and_nobody_is_alarmed() -> None:
    booking_id = paper.confirmed()
    void(booking_id)
    assert rental.money(booking_id, RENTAL) == ("voided", NOTHING, NOTHING)
    booking = fresh(booking_id)
    assert (booking.state, booking.attention) == ("confirmed", None)
    assert not handover.known_checks(booking)["payment"]
    with pytest.raises(wishes.NothingHeld):
        void(booking_id)


def test_after_a_part_the_rest_can_be_let_go() -> None:
    booking_id = paper.confirmed()
    capture(booking_id, 100_00, final=False)
    void(booking_id)
    with transaction():
        payment = tree.of_booking(booking_id)[RENTAL]
        assert tree.live_authorization(payment) is None
        assert tree.captured(payment) == usd(100_00)


# Refunds of a captured rental, in order, and the state that is left of its payment.
@pytest.mark.parametrize(
    ("amounts", "state"),
    [([50_00], "partially_refunded"), ([50_00, 25_50], "partially_refunded"), ([50_00, None], "refunded"),
     ([None], "refunded")],
)  # fmt: skip
def test_what_is_given_back_lowers_the_price(amounts: list[int | None], state: str) -> None:
    booking_id = paper.on_rent()
    capture(booking_id)
    for amount in amounts:
        refund(booking_id, amount)
    total = fresh(booking_id).total_money
    back = total if None in amounts else usd(sum(amount or 0 for amount in amounts))
    assert rental.money(booking_id, RENTAL) == (state, total, back)
    settled(booking_id)
    assert invoice_of(booking_id) == (total - back, total - back)
    check_books(booking_id)
    with pytest.raises(DomainError) as refused:
        refund(booking_id, (total - back).amount + 1)
    assert isinstance(refused.value, (purse.AmountBeyond, refunding.NothingTaken))


def test_after_the_settlement_the_house_earns_that_much_less() -> None:
    booking_id = paper.on_rent()
    booking = settled(booking_id)
    earned = balance(Account.RENTAL, currency="USD")
    refund(booking_id, 75_00)
    refund(booking_id, 25_00)
    assert balance(Account.RENTAL, currency="USD") == earned
    notes = [note.total_money for note in all_of_booking(booking_id) if note.kind == "credit_note"]
    assert notes == [usd(-75_00), usd(-25_00)]
    assert invoice_of(booking_id) == (booking.total_money, booking.total_money), "an invoice never changes"
    check_books(booking_id)


def test_a_part_given_back_still_gets_the_keys_but_not_all_of_it() -> None:
    booking_id = paper.confirmed()
    capture(booking_id)
    refund(booking_id, 10_00)
    assert handover.known_checks(fresh(booking_id))["payment"]
    refund(booking_id)
    assert not handover.known_checks(fresh(booking_id))["payment"]


def test_a_refund_that_takes_its_time_counts_as_given() -> None:
    booking_id = paper.on_rent()
    capture(booking_id)
    with transaction():
        refunding.refund(booking_id, amount=usd(60_00), **by_hand(booking_id))
    slow: list[RefundAnswer] = []

    def pending(answer: Answer) -> Answer:
        assert isinstance(answer, RefundAnswer)
        slow.append(answer)
        return replace(answer, status="PENDING")

    paper.answer(booking_id, change=pending)
    booking = fresh(booking_id)
    total, payment = booking.total_money, tree.of_booking(booking_id)[RENTAL]
    assert refunding.most(booking, payment, at=clock.now()) == total - usd(60_00)
    settled(booking_id)
    assert invoice_of(booking_id) == (total - usd(60_00), total - usd(60_00))
    assert balance(Account.PREPAID, currency="USD") == usd(-60_00), "until it arrives, the house has it"
    with transaction():
        paid = tree.lock(payment.id)
        (taken,) = tree.captures(paid)
        merging.refund(paid, taken, slow[0], at=clock.now())
    check_books(booking_id)


def test_paypal_gives_back_for_half_a_year(at: datetime) -> None:
    booking_id = paper.confirmed()
    capture(booking_id)
    late = by_hand(booking_id, at=at + timedelta(days=181))
    with pytest.raises(refunding.RefundTooLate), transaction():
        refunding.refund(booking_id, amount=None, **late)


def test_of_two_captures_each_is_given_back_by_itself() -> None:
    booking_id = paper.confirmed()
    capture(booking_id, 100_00, final=False)
    capture(booking_id, 300_00, final=True)
    with pytest.raises(purse.AmountBeyond) as refused:
        refund(booking_id, 350_00)
    assert refused.value.most == usd(300_00)
    refund(booking_id)
    refund(booking_id)
    assert rental.money(booking_id, RENTAL)[2] == usd(400_00)


# What was taken of a deposit by hand, whether the rest was let go, the charges in the end, and what the
# settlement then moves.
@pytest.mark.parametrize(
    ("taken", "final", "charges", "moves"),
    [
        (100_00, False, 0, ["void", "refund"]),
        (100_00, False, 100_00, ["void"]),
        (100_00, False, 250_00, ["capture"]),
        (100_00, True, 40_00, ["refund"]),
        (100_00, True, 100_00, []),
    ],
)
def test_the_charges_say_what_stays_of_a_deposit(
    taken: int, final: bool, charges: int, moves: list[str]
) -> None:
    booking_id = paper.on_rent()
    capture(booking_id, taken, DEPOSIT, final=final)
    before = len(paper.kinds(booking_id, DEPOSIT))
    rental.photograph(booking_id, ReportKind.RETURN)
    with transaction():
        lines = [ChargeLine(ChargeKind.OTHER, usd(charges), note="x")] if charges else []
        handover.take_back(
            booking_id,
            handover.Condition(odometer=20_050, fuel_eighths=8, checks=handover.RETURN_CHECKS),
            charges=lines, by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    rental.settle(booking_id)
    paper.answer(booking_id)
    assert fresh(booking_id).state == "closed"
    assert paper.kinds(booking_id, DEPOSIT)[before:] == moves
    _, captured, refunded = rental.money(booking_id, DEPOSIT)
    assert captured - refunded == usd(charges)
    total = fresh(booking_id).total_money + usd(charges)
    assert invoice_of(booking_id) == (total, total)
    check_books(booking_id)


def test_no_more_is_charged_than_a_deposit_has_left() -> None:
    booking_id = paper.on_rent()
    capture(booking_id, 100_00, DEPOSIT, final=True)
    rental.photograph(booking_id, ReportKind.RETURN)
    with transaction():
        handover.take_back(
            booking_id,
            handover.Condition(odometer=20_050, fuel_eighths=8, checks=handover.RETURN_CHECKS),
            charges=[ChargeLine(ChargeKind.OTHER, usd(100_01), note="x")], by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    with pytest.raises(settlement.BeyondDeposit) as refused:
        rental.settle(booking_id)
    assert refused.value.held == usd(100_00)


def cancelled(booking_id: UUID) -> Booking:
    with transaction():
        booking = transitions.lock(booking_id)
        owed = cancelling.terms(booking, at=clock.now()).fee
        cancelling.cancel(booking_id, agreed_fee=owed, by=rental.AGENT, at=clock.now())
    paper.answer(booking_id)
    return fresh(booking_id)


@pytest.mark.parametrize("taken", [0, 50_00, 2_000_00])
def test_cancelled_late_the_fee_is_what_stays_whatever_was_taken_by_hand(taken: int) -> None:
    booking_id = paper.confirmed(days_ahead=2)
    if taken:
        capture(booking_id, taken, final=False)
    booking = cancelled(booking_id)
    assert booking.cancellation_fee
    _, captured, refunded = rental.money(booking_id, RENTAL)
    assert captured - refunded == usd(booking.cancellation_fee)
    with transaction():
        assert tree.live_authorization(tree.of_booking(booking_id)[RENTAL]) is None
    check_books(booking_id)


def test_taken_in_two_parts_it_goes_back_in_two() -> None:
    booking_id = paper.confirmed()
    capture(booking_id, 100_00, final=False)
    capture(booking_id, 200_00, final=False)
    booking = cancelled(booking_id)
    assert booking.cancellation_fee == 0
    assert rental.money(booking_id, RENTAL) == ("refunded", usd(300_00), usd(300_00))
    check_books(booking_id)


def test_of_a_fee_some_can_be_given_back() -> None:
    booking_id = paper.confirmed(days_ahead=2)
    fee = cancelled(booking_id).cancellation_fee
    assert fee
    refund(booking_id, 10_00)
    assert fresh(booking_id).cancellation_fee == fee - 10_00
    _, captured, refunded = rental.money(booking_id, RENTAL)
    assert captured - refunded == usd(fee - 10_00)
    check_books(booking_id)
    refund(booking_id)
    assert fresh(booking_id).cancellation_fee == 0
    check_books(booking_id)


def test_the_fee_gets_its_invoice_once() -> None:
    booking_id = paper.confirmed(days_ahead=2)
    with pytest.raises(fee_invoices.InvoiceNotYet), transaction():
        fee_invoices.issue(booking_id, by=rental.AGENT, at=clock.now())
    booking = cancelled(booking_id)
    assert booking.cancellation_fee
    for _ in range(2):
        with transaction():
            invoice = fee_invoices.issue(booking_id, by=rental.AGENT, at=clock.now())
        assert invoice.total_money == invoice.paid_money == usd(booking.cancellation_fee)
    assert [row.action for row in audit.trail(booking_id)].count("invoice.issued") == 1


def test_what_cost_nothing_has_no_invoice_and_a_closed_rental_has_its_own() -> None:
    free = paper.confirmed(days_ahead=12)
    cancelled(free)
    with pytest.raises(fee_invoices.NothingToInvoice), transaction():
        fee_invoices.issue(free, by=rental.AGENT, at=clock.now())


def test_a_closed_rental_keeps_its_invoice() -> None:
    booking_id = paper.on_rent()
    settled(booking_id)
    with transaction():
        invoice = fee_invoices.issue(booking_id, by=rental.AGENT, at=clock.now())
    assert invoice is invoices.of_booking(booking_id)


def test_the_trail_says_who_why_and_how_much() -> None:
    booking_id = paper.confirmed()
    capture(booking_id, 100_00, final=False)
    refund(booking_id, 40_00)
    void(booking_id)
    told = {row.action: row for row in audit.trail(booking_id) if row.action.endswith("_wanted")}
    assert {name: row.data["amount"] for name, row in told.items()} == {
        "payment.capture_wanted": 100_00,
        "payment.refund_wanted": 40_00,
        "payment.void_wanted": fresh(booking_id).total - 100_00,
    }
    assert {(row.actor_name, row.reason) for row in told.values()} == {("Ada Agent", "asked for")}


def test_money_goes_back_of_the_newest_capture_since_paypal_refuses_old_ones() -> None:
    booking_id = paper.on_rent()
    capture(booking_id, 400_00, final=False)
    capture(booking_id)
    with transaction():
        old, new = sorted(tree.captures(tree.of_booking(booking_id)[RENTAL]), key=lambda row: row.created_at)
        old.created_at -= refunding.REFUNDABLE_FOR + timedelta(days=1)
        new_id, most = new.id, usd(new.amount)
    settled(booking_id)
    with transaction():
        booking = queries.by_id(booking_id)
        assert refunding.most(booking, tree.of_booking(booking_id)[RENTAL], at=clock.now()) == most
        wanted = refunding.refund(booking_id, amount=usd(100_00), **by_hand(booking_id))
        assert wanted.target_id == new_id
