"""What ending a booking would do is shown, and exactly that is done: cancelled, by our fault, or missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from exodrive.bookings import cancelling, ending, queries, transitions
from exodrive.bookings.by_hand import capturing
from exodrive.bookings.cancelling import TooEarly
from exodrive.bookings.ending import Ending, EndingChanged, Way
from exodrive.bookings.models import Booking
from exodrive.bookings.money import prepayment, takings
from exodrive.bookings.transitions import MoveImpossible
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments import tree
from exodrive.payments.receipt_models import For, Method
from exodrive.payments.states import Purpose
from tests import audited, paper, rental
from tests.domain.bookings.test_changing import change, later, pay_for
from tests.domain.bookings.test_promoting import code, hold, uses

pytestmark = pytest.mark.usefixtures("house")
FREE = Money(0, "USD")


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def shown(booking_id: UUID, way: Way = Way.CANCELLED, *, at: datetime | None = None) -> Ending:
    with transaction():
        session().expire_all()
        return ending.of(queries.by_id(booking_id), way, at=at or clock.now())


def end(booking_id: UUID, seal: str, way: Way = Way.CANCELLED, *, at: datetime | None = None) -> None:
    with transaction():
        ending.end(booking_id, way, shown=seal, by=rental.AGENT, at=at or clock.now(), reason="No answer")


def capture(booking_id: UUID) -> None:
    with transaction():
        capturing.capture(
            booking_id, purpose=Purpose.RENTAL, amount=None, final=True, reason="now", by=rental.AGENT,
            at=clock.now(),
        )  # fmt: skip
    paper.answer(booking_id)


def came_of_it(booking_id: UUID) -> tuple[Money, Money]:
    """(what PayPal has of the price, what it holds of the price and deposit) once it has answered."""
    with transaction():
        payments = tree.all_of(booking_id)
        price = [row for row in payments if row.purpose != Purpose.DEPOSIT]
        has = sum((tree.captured(row) - tree.refunded(row)).amount for row in price)
        holds = sum(tree.left(held).amount for row in payments if (held := tree.live_authorization(row)))
        return Money(has, "USD"), Money(holds, "USD")


def late(booking_id: UUID) -> datetime:
    return fresh(booking_id).pickup_at - timedelta(hours=1)


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize(("taken", "deposit"), [(True, False), (False, True)])
def test_what_was_shown_is_what_comes_of_it(way: Way, taken: bool, deposit: bool) -> None:
    booking_id = paper.confirmed(days_ahead=1)
    if taken:
        capture(booking_id)
    if deposit:
        paper.hold_deposit(booking_id)
    moment = fresh(booking_id).pickup_at if way is Way.MISSED else late(booking_id)
    price = fresh(booking_id).agreed
    with clock.frozen(moment):
        found = shown(booking_id, way)
        assert found.kept + found.comes_back == price.total
        assert bool(found.deposit_moves.let_go) is deposit
        assert found.uncovered == FREE
        assert ("invoice.ready" in found.letters) is bool(found.kept)
        end(booking_id, found.seal, way)
        paper.answer(booking_id)
        assert came_of_it(booking_id) == (found.kept, FREE)
        assert fresh(booking_id).cancellation_fee == found.fee.amount
        tax = -balance(Account.TAX, currency="USD", booking_id=booking_id)
        assert tax == found.tax
        audited.assert_no_breach_yet()
    expected = {Way.CANCELLED: "cancelled", Way.HOUSES_FAULT: "cancelled", Way.MISSED: "no_show"}
    assert rental.state(booking_id) == expected[way]


def test_before_the_payment_nothing_moves_and_the_code_comes_back() -> None:
    spring = code()
    booking_id = hold()
    rental.order(booking_id)
    found = shown(booking_id)
    assert (found.fee, found.comes_back, found.code_returned) == (FREE, FREE, True)
    assert found.letters == ("booking.cancelled",)
    assert found.freed is not None
    end(booking_id, found.seal)
    assert uses(spring) == 0


def test_what_was_paid_for_a_change_comes_back_too() -> None:
    booking_id = paper.confirmed(days_ahead=20)
    before = fresh(booking_id).total_money
    pay_for(booking_id, change(booking_id, return_at=later(booking_id, 3)))
    found = shown(booking_id)
    assert found.comes_back == fresh(booking_id).total_money > before
    end(booking_id, found.seal)
    paper.answer(booking_id)
    assert came_of_it(booking_id) == (FREE, FREE)


def test_unpaid_and_missed_the_fee_is_nobodys() -> None:
    booking_id = paper.awaiting_payment(days_ahead=2)
    with transaction():
        prepayment.waive(booking_id, reason="A guest", by=rental.AGENT, at=clock.now())
    paper.issue(booking_id)
    paper.sign(booking_id)
    found = shown(booking_id, Way.MISSED, at=fresh(booking_id).pickup_at)
    assert (found.kept, found.uncovered, found.letters) == (FREE, found.fee, ("booking.missed",))


def test_what_the_desk_took_is_handed_back() -> None:
    booking_id = paper.confirmed()
    with transaction():
        takings.take(
            booking_id, purpose=For.DEPOSIT, method=Method.CASH, amount=Money(500_00, "USD"), reference="",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip
    found = shown(booking_id)
    assert found.hand_back == Money(500_00, "USD")
    end(booking_id, found.seal)
    assert fresh(booking_id).hand_back == 500_00


def test_what_has_changed_since_is_shown_again_and_nothing_is_done() -> None:
    booking_id = paper.confirmed(days_ahead=4)
    free = shown(booking_id)
    with pytest.raises(EndingChanged) as refused:
        end(booking_id, free.seal, at=late(booking_id))
    assert refused.value.fee > FREE
    for wrong in ("", "x", shown(booking_id, Way.HOUSES_FAULT).seal):
        with pytest.raises(EndingChanged):
            end(booking_id, wrong)
    capture(booking_id)  # the same fee, and other steps of the money
    with pytest.raises(EndingChanged):
        end(booking_id, free.seal)
    with transaction():
        transitions.note(transitions.lock(booking_id), "note", by=rental.AGENT, at=clock.now())
    with pytest.raises(EndingChanged):
        end(booking_id, free.seal)
    assert rental.state(booking_id) == "confirmed"


def test_who_agrees_twice_agrees_once() -> None:
    booking_id = paper.confirmed()
    seal = shown(booking_id).seal
    for _ in range(2):
        end(booking_id, seal)
    assert [entry.action for entry in audit.trail(booking_id)].count("booking.cancelled") == 1


def test_what_cannot_end_so() -> None:
    coming, out = paper.confirmed(), paper.on_rent("noctua-r")
    with pytest.raises(TooEarly):
        shown(coming, Way.MISSED)
    for way in Way:
        with pytest.raises(MoveImpossible):
            shown(out, way)
    with pytest.raises(MoveImpossible):
        end(out, "")
    with transaction():
        cancelling.cancel(coming, agreed_fee=FREE, by=rental.AGENT, at=clock.now())
    with pytest.raises(MoveImpossible):
        shown(coming)
