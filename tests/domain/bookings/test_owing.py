"""What a rental owes, of every kind: one answer for the counter, the keys, pages, lists and books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from exodrive.bookings import cancelling, handover, owing, queries, transitions
from exodrive.bookings.money import prepayment, settlement, takings
from exodrive.invoicing import issuing as invoices
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments import recording, tree
from exodrive.payments.ports import AuthorizationAnswer, OrderAnswer
from exodrive.payments.receipt_models import For, Method
from exodrive.payments.states import Purpose
from tests import paper, rental
from tests.domain.bookings import test_changing as changes
from tests.domain.bookings import test_money_by_hand as by_hand

pytestmark = pytest.mark.usefixtures("house")
NOTHING = Money(0, "USD")


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def price_of(booking_id: UUID) -> int:
    with transaction():
        return queries.by_id(booking_id).total


def in_cash(booking_id: UUID, amount: int | None = None) -> None:
    """At the counter, all that it may take where no amount is said."""
    with transaction():
        most = takings.wanted(queries.by_id(booking_id), For.RENTAL)
        takings.take(
            booking_id, purpose=For.RENTAL, method=Method.CASH, reference="1", by=rental.AGENT,
            amount=most if amount is None else usd(amount), at=clock.now(),
        )  # fmt: skip


def waived() -> UUID:
    booking_id = rental.hold()
    rental.order(booking_id)
    with transaction():
        prepayment.waive(booking_id, reason="A guest of ten years", by=rental.AGENT, at=clock.now())
    paper.sign(booking_id)
    return booking_id


def lose_the_hold(booking_id: UUID) -> None:
    """PayPal lets go of it by itself."""
    shown = paper.as_read(booking_id)
    gone = tuple(
        AuthorizationAnswer(held.paypal_id, "VOIDED", held.amount, held.created_at)
        for held in shown.authorizations
    )
    order = OrderAnswer(
        shown.paypal_id, shown.status, shown.amount, created_at=shown.created_at, authorizations=gone
    )
    paper.read(booking_id, order)


def dearer(booking_id: UUID, *, pay: bool = True) -> None:
    """Two days more, approved at PayPal or not yet."""
    made = changes.change(booking_id, return_at=changes.later(booking_id, 2))
    if pay:
        changes.pay_for(booking_id, made)


def cheaper(booking_id: UUID) -> None:
    with transaction():
        sooner = queries.by_id(booking_id).return_at - timedelta(days=3)
    changes.change(booking_id, return_at=sooner)
    paper.answer(booking_id)


def ordered() -> UUID:
    return paper.awaiting_payment()


def held() -> UUID:
    return paper.confirmed()


def taken() -> UUID:
    booking_id = paper.confirmed()
    by_hand.capture(booking_id)
    return booking_id


def changed_and_paid() -> UUID:
    booking_id = held()
    dearer(booking_id)
    return booking_id


def changed_and_unpaid() -> UUID:
    """The change is not made before its money comes, so the rental costs what it did."""
    booking_id = taken()
    dearer(booking_id, pay=False)
    return booking_id


def cheaper_and_refunded() -> UUID:
    booking_id = taken()
    cheaper(booking_id)
    return booking_id


def a_part_as_a_favour() -> UUID:
    booking_id = taken()
    by_hand.refund(booking_id, 50_00)
    return booking_id


def refunded_whole() -> UUID:
    booking_id = taken()
    by_hand.refund(booking_id)
    return booking_id


def refunded_whole_and_paid_in_cash() -> UUID:
    booking_id = refunded_whole()
    in_cash(booking_id)
    return booking_id


def refunded_whole_after_the_keys() -> UUID:
    booking_id = paper.on_rent()
    by_hand.capture(booking_id)
    by_hand.refund(booking_id)
    return booking_id


def changed_then_refunded_whole() -> UUID:
    booking_id = taken()
    dearer(booking_id)
    by_hand.refund(booking_id)
    return booking_id


def paid_at_the_counter() -> UUID:
    booking_id = waived()
    in_cash(booking_id)
    return booking_id


def partly_at_the_counter() -> UUID:
    booking_id = waived()
    in_cash(booking_id, 100_00)
    return booking_id


def lost() -> UUID:
    booking_id = held()
    lose_the_hold(booking_id)
    return booking_id


def lost_and_paid_in_cash() -> UUID:
    booking_id = lost()
    in_cash(booking_id)
    return booking_id


def taken_in_part_and_let_go() -> UUID:
    booking_id = held()
    by_hand.capture(booking_id, 100_00, final=True)
    return booking_id


def cancelled_for_a_fee() -> UUID:
    booking_id = paper.confirmed(days_ahead=2)
    by_hand.cancelled(booking_id)
    return booking_id


def missed(booking_id: UUID) -> UUID:
    with transaction():
        booking = queries.by_id(booking_id)
        cancelling.miss(booking_id, by=rental.AGENT, at=booking.pickup_at, reason="nobody answered")
    paper.answer(booking_id)
    return booking_id


def no_show() -> UUID:
    return missed(held())


def no_show_unpaid() -> UUID:
    return missed(waived())


def houses_fault() -> UUID:
    booking_id = taken()
    with transaction():
        transitions.lock(booking_id)
        cancelling.cancel(
            booking_id, agreed_fee=NOTHING, by=rental.AGENT, at=clock.now(), reason="broke down",
            houses_fault=True,
        )  # fmt: skip
    paper.answer(booking_id)
    return booking_id


def closed() -> UUID:
    booking_id = paper.on_rent()
    by_hand.settled(booking_id)
    return booking_id


ALL, PART, FIRST = "all", "part", "first"
Kind = Callable[[], UUID]
# Each kind of rental, and what of its price is owed: nothing, all, all but the hundred that came, or what it
# cost before the change.
KINDS: list[tuple[Kind, str]] = [
    (ordered, ALL),
    (held, ""),
    (taken, ""),
    (changed_and_paid, ""),
    (changed_and_unpaid, ""),
    (cheaper_and_refunded, ""),
    (a_part_as_a_favour, ""),
    (refunded_whole, ALL),
    (refunded_whole_and_paid_in_cash, ""),
    (refunded_whole_after_the_keys, ""),
    (changed_then_refunded_whole, FIRST),
    (waived, ALL),
    (paid_at_the_counter, ""),
    (partly_at_the_counter, PART),
    (lost, ALL),
    (lost_and_paid_in_cash, ""),
    (taken_in_part_and_let_go, PART),
    (cancelled_for_a_fee, ""),
    (no_show, ""),
    (no_show_unpaid, ALL),
    (houses_fault, ""),
    (closed, ""),
]


@pytest.mark.parametrize(("kind", "owes"), KINDS, ids=[kind.__name__ for kind, _ in KINDS])
def test_everybody_gets_one_answer(kind: Kind, owes: str) -> None:
    booking_id = kind()
    session().expire_all()
    with transaction():
        booking = queries.by_id(booking_id)
        whole = booking.total_money
        first = tree.of_booking(booking_id)[Purpose.RENTAL].money
        expected = {"": NOTHING, ALL: whole, PART: whole - usd(100_00), FIRST: first}[owes]
        assert owing.for_rental(booking) == expected
        (row,) = queries.by_references([booking.reference])
        assert row.owed == expected
        if takings.takes(booking, For.RENTAL):
            assert takings.wanted(booking, For.RENTAL) == expected
            assert handover.known_checks(booking)["payment"] is not bool(expected)
        if booking.prepayment_waiver is not None and booking.state in prepayment.OPEN:
            assert prepayment.owed(booking) == expected


def drive(booking_id: UUID) -> None:
    """Deposit, keys, the car back, settled."""
    with transaction():
        out = queries.by_id(booking_id).state == "on_rent"
    if not out:
        paper.sign_change(booking_id) if booking_papers(booking_id) else None
        paper.hold_deposit(booking_id)
        rental.hand_over(booking_id)
    rental.take_back(booking_id, odometer=20_050)
    with transaction():
        settlement.settle(booking_id, charge_ids=set(), by=rental.AGENT, at=clock.now(), reason="none due")
    paper.answer(booking_id)


def booking_papers(booking_id: UUID) -> bool:
    with transaction():
        return not handover.known_checks(queries.by_id(booking_id))["addendum"]


DRIVEN: list[Kind] = [
    held, changed_and_paid, cheaper_and_refunded, a_part_as_a_favour, refunded_whole_and_paid_in_cash,
    refunded_whole_after_the_keys, paid_at_the_counter, lost_and_paid_in_cash,
]  # fmt: skip


@pytest.mark.parametrize("kind", DRIVEN, ids=[kind.__name__ for kind in DRIVEN])
def test_what_owes_nothing_settles_with_nothing_owed(kind: Kind) -> None:
    booking_id = kind()
    drive(booking_id)
    with transaction():
        booking = queries.by_id(booking_id)
        assert booking.state == "closed"
        invoice = invoices.of_booking(booking_id)
        assert invoice is not None
        assert invoice.total == invoice.paid
        for account in (Account.RECEIVABLE, Account.PREPAID):
            assert balance(account, currency="USD", booking_id=booking_id) == NOTHING


def test_what_the_desk_has_stands_first_for_what_paypal_has_not() -> None:
    """The change's hold is lost and paid in cash; the rental's own is taken whole at the settlement."""
    booking_id = changed_and_paid()
    (change,) = tree.changes_of(booking_id)
    (held,) = tree.authorizations(change)
    order = tree.order_of(change, held)
    gone = AuthorizationAnswer(held.paypal_id, "VOIDED", change.money, held.created_at)
    shown = OrderAnswer(
        order.paypal_id, order.status, change.money, created_at=order.created_at, authorizations=(gone,)
    )
    with transaction():
        transitions.lock(booking_id)
        paper.follow(recording.read(change.id, shown, at=clock.now()))
    in_cash(booking_id)
    drive(booking_id)
    state, captured, _ = rental.money(booking_id, Purpose.RENTAL)
    assert (state, captured + change.money) == ("captured", usd(price_of(booking_id)))
    with transaction():
        assert balance(Account.RECEIVABLE, currency="USD", booking_id=booking_id) == NOTHING
