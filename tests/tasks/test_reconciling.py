"""What happens at PayPal behind our back is found, told with its cents, and mended by its button."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.billing.models import Bill
from exodrive.bookings import cancelling
from exodrive.bookings.by_hand import capturing
from exodrive.bookings.by_hand.refunding import REFUNDED
from exodrive.bookings.models import Booking
from exodrive.invoicing import issuing
from exodrive.invoicing.models import InvoiceKind
from exodrive.kernel import clock
from exodrive.kernel.actors import SYSTEM, Actor, ActorKind
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import merging, tree
from exodrive.payments.models import Capture, Operation, OperationState, Payment
from exodrive.payments.ports import CaptureAnswer
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from exodrive.providers.paypal import PayPal
from exodrive.reconciliation import keeping, mending, runs
from exodrive.reconciliation.keeping import DifferenceSolved
from exodrive.reconciliation.models import Difference, Run
from exodrive.reconciliation.states import Remedy
from tests import rental
from tests.drain import drain, hurry
from tests.tasks import steps
from tests.tasks.test_bills import fresh, sent
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")
CLERK = Actor(ActorKind.STAFF, "Dana")
Found = list[tuple[str, str, int | None, int | None]]


def run(booking_id: UUID | None = None) -> UUID:
    with transaction():
        begun = runs.begin(by=SYSTEM, at=clock.now(), booking_id=booking_id).id
    drain()
    return begun


def rows() -> list[Difference]:
    session().expire_all()
    return list(session().scalars(select(Difference).order_by(Difference.id)))


def found(*, bills: bool = False) -> Found:
    """What differs of payments, or of bills."""
    with transaction():
        kept = [row for row in rows() if bool(row.bill_id) is bills]
        return [(row.cause, row.state, row.ours, row.theirs) for row in kept]


def mend(cause: str) -> None:
    """Press the button of the one open difference of this cause."""
    with transaction():
        (row,) = [each for each in rows() if each.cause == cause and each.state == "open"]
        mending.mend(row.id, by=CLERK, at=clock.now())
    drain()


def paypal() -> PayPal:
    gateway = factory.payment_gateway()
    assert isinstance(gateway, PayPal)
    return gateway


def held(booking_id: UUID) -> tuple[str, Money]:
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        authorization = tree.live_authorization(payment)
        assert authorization is not None
        return authorization.paypal_id, payment.money


def capture_there(booking_id: UUID) -> tuple[str, int]:
    """Take the money in PayPal's own pages; its message is lost on the way."""
    authorization, amount = held(booking_id)
    taken = paypal().capture(
        authorization,
        amount=amount,
        invoice_id=f"HAND-1-{booking_id}",
        final=True,
        request_id=f"hand-1-{booking_id}",
    )
    return taken.paypal_id, amount.amount


def captured() -> tuple[UUID, str]:
    """A booking whose money was taken, and PayPal's id of that."""
    booking_id = steps.confirmed()
    with transaction():
        capturing.capture(
            booking_id, purpose=Purpose.RENTAL, amount=None, final=True, reason="Now", by=CLERK,
            at=clock.now(),
        )  # fmt: skip
    drain()
    with transaction():
        (row,) = tree.captures(tree.of_booking(booking_id)[Purpose.RENTAL])
        return booking_id, row.paypal_id


def clearing(booking_id: UUID) -> int:
    with transaction():
        return postings.balance(Account.CLEARING, currency="USD", booking_id=booking_id).amount


def test_where_both_sides_agree_nothing_is_found() -> None:
    captured()
    first = run()
    assert found() == []
    with transaction():
        kept = session().get_one(Run, first)
        assert (kept.total, kept.done, kept.finished_at is not None) == (1, 1, True)


def test_a_capture_made_there_waits_until_a_person_takes_it_over() -> None:
    booking_id = steps.confirmed()
    _, amount = capture_there(booking_id)
    run()
    assert found() == [("capture_unknown", "open", None, amount)]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "authorized"
    assert clearing(booking_id) == 0
    mend("capture_unknown")
    assert found()[0] == ("capture_unknown", "taken_over", None, amount)
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"
    assert clearing(booking_id) > 0
    with transaction():
        assert rows()[0].solved_by == "Dana"
    told = found()
    run()
    assert found() == told


def test_a_refund_made_there_is_posted_once_it_is_taken_over() -> None:
    booking_id, capture = captured()
    before = clearing(booking_id)
    paypal().refund(
        capture,
        amount=Money(50_00, "USD"),
        invoice_id=f"HAND-2-{booking_id}",
        request_id=f"hand-2-{booking_id}",
    )
    run()
    assert found() == [("refund_unknown", "open", None, 50_00)]
    mend("refund_unknown")
    assert found() == [("refund_unknown", "taken_over", None, 50_00)]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "partially_refunded"
    assert clearing(booking_id) == before - 50_00


def test_what_was_given_back_there_after_the_end_has_its_credit_note() -> None:
    booking_id, capture = captured()
    steps.deposit_held(booking_id)
    rental.hand_over(booking_id)
    rental.take_back(booking_id)
    rental.settle(booking_id)
    drain()
    paypal().refund(
        capture,
        amount=Money(50_00, "USD"),
        invoice_id=f"HAND-3-{booking_id}",
        request_id=f"hand-3-{booking_id}",
    )
    run()
    mend("refund_unknown")
    with transaction():
        (note,) = [row for row in issuing.all_of_booking(booking_id) if row.kind == InvoiceKind.CREDIT_NOTE]
        assert (note.total, note.reason) == (-50_00, REFUNDED)
        assert not postings.balance(Account.PREPAID, currency="USD", booking_id=booking_id)
    run()
    assert [row[1] for row in found()] == ["taken_over"]


def test_a_hold_that_paypal_has_ended_is_taken_over_at_once() -> None:
    booking_id = steps.confirmed()
    authorization, _ = held(booking_id)
    paypal().void(authorization, request_id=f"hand-3-{booking_id}")
    run()
    assert [row[:2] for row in found()] == [("authorization_gone", "taken_over")]
    with transaction():
        assert session().get_one(Booking, booking_id).attention == "hold_lost"


def test_another_fee_is_posted_and_told() -> None:
    booking_id, _ = captured()
    with transaction():
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        (row,) = tree.captures(payment)
        named = row.fee
        assert named
        _name_fee(payment, row, named + 7)
    before = clearing(booking_id)
    run()
    assert found() == [("fee_differs", "taken_over", named + 7, named)]
    assert clearing(booking_id) == before + 7


def _name_fee(payment: Payment, row: Capture, fee: int) -> None:
    """PayPal said another fee at first."""
    held = next(one for one in tree.authorizations(payment) if one.id == row.authorization_id)
    answer = CaptureAnswer(
        paypal_id=row.paypal_id,
        authorization_id=held.paypal_id,
        status=row.status,
        amount=Money(row.amount, "USD"),
        final=row.final,
        fee=Money(fee, "USD"),
    )
    merging.capture(payment, held, answer, at=clock.now())


@pytest.mark.made_up
def test_an_amount_of_ours_gives_way_and_the_books_with_it() -> None:
    booking_id, capture = captured()
    before = clearing(booking_id)
    with transaction():
        row = session().scalars(select(Capture).where(Capture.paypal_id == capture)).one()
        row.amount -= 100
        ours = row.amount
    run()
    assert found()[0] == ("amount_differs", "open", ours, ours + 100)
    assert {row[0] for row in found()} == {"amount_differs", "books_differ"}
    mend("amount_differs")
    assert {row[1] for row in found()} == {"taken_over"}
    assert clearing(booking_id) == before


@pytest.mark.made_up
def test_books_that_say_less_than_the_payment_are_corrected() -> None:
    booking_id, capture = captured()
    with transaction():
        row = session().scalars(select(Capture).where(Capture.paypal_id == capture)).one()
        postings.post(
            "capture",
            source=f"capture:{row.paypal_id}:again",
            booking_id=booking_id,
            sides={Account.CLEARING: Money(-3_00, "USD"), Account.PREPAID: Money(3_00, "USD")},
            at=clock.now(),
        )
        amount = row.amount
    before = clearing(booking_id)
    run()
    assert found() == [("books_differ", "open", amount - 3_00, amount)]
    mend("books_differ")
    assert found() == [("books_differ", "taken_over", amount - 3_00, amount)]
    assert clearing(booking_id) == before + 3_00


def test_an_ended_bookings_hold_is_told_until_it_is_let_go(wire: Wire) -> None:
    booking_id = steps.confirmed()
    _, amount = held(booking_id)
    wire.refuse("POST", "/void", "TRANSACTION_REFUSED")
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=Money.zero("USD"), reason="Snow", by=CLERK, at=clock.now())
    drain()
    run()
    assert found() == [("hold_forgotten", "open", 0, amount.amount)]
    mend("hold_forgotten")
    assert found() == [("hold_forgotten", "gone", 0, amount.amount)]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "voided"


def test_a_call_without_an_answer_is_asked_for_again() -> None:
    booking_id = steps.confirmed()
    _, amount = held(booking_id)
    operation_id = _forgotten_capture(booking_id)
    run()
    assert found() == [("outcome_unknown", "open", amount.amount, None)]
    mend("outcome_unknown")
    assert found() == [("outcome_unknown", "gone", amount.amount, None)]
    with transaction():
        assert session().get_one(Operation, operation_id, populate_existing=True).state == "done"
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"


def _forgotten_capture(booking_id: UUID) -> UUID:
    """A call that was made two hours ago, and whose delivery somebody closed by hand."""
    with transaction():
        payment = tree.lock(tree.of_booking(booking_id)[Purpose.RENTAL].id)
        authorization = tree.live_authorization(payment)
        assert authorization is not None
        row = Operation(
            payment_id=payment.id, kind="capture", target_id=authorization.id, amount=payment.amount,
            final=True, state=OperationState.CALLED, created_at=clock.now(),
            called_at=clock.now() - timedelta(hours=2),
        )  # fmt: skip
        session().add(row)
        session().flush()
        return row.id


def test_a_bill_is_read_too() -> None:
    bill_id = sent()
    with transaction():
        row = session().get_one(Bill, bill_id)
        row.paypal_status = "DRAFT"
        booking_id = row.booking_id
    run(booking_id)
    assert found(bills=True) == [("status_differs", "taken_over", 40_000, 40_000)]
    assert fresh(bill_id).paypal_status == "SENT"


@pytest.mark.made_up
def test_a_bill_that_paypal_does_not_have_is_told() -> None:
    bill_id = sent()
    with transaction():
        row = session().get_one(Bill, bill_id)
        row.paypal_id = "INV2-ZZZZ-ZZZZ-ZZZZ-ZZZZ"
        booking_id = row.booking_id
    run(booking_id)
    assert found(bills=True) == [("bill_missing", "open", 40_000, None)]
    mend("bill_missing")
    assert found(bills=True) == [("bill_missing", "open", 40_000, None)]
    with transaction():
        told = [(row.remedy, row.asked_at) for row in rows() if row.bill_id]
    assert told == [(Remedy.ASK_AGAIN, None)]


def test_while_paypal_is_away_it_waits_and_then_goes_on(wire: Wire) -> None:
    steps.confirmed()
    wire.away.add("paypal")
    begun = run()
    with transaction():
        assert session().get_one(Run, begun).finished_at is None
        assert runs.begin(by=CLERK, at=clock.now()).id == begun
    wire.away.clear()
    hurry()
    drain()
    with transaction():
        assert session().get_one(Run, begun, populate_existing=True).finished_at is not None


@pytest.mark.made_up
def test_what_a_person_has_explained_is_not_told_again() -> None:
    booking_id = steps.confirmed()
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        authorization = tree.live_authorization(payment)
        assert authorization is not None
        authorization.amount -= 100
        amount = authorization.amount
    run()
    told = [("amount_differs", "open", amount, amount + 100)]
    assert found() == told
    with transaction():
        (row,) = rows()
        keeping.explain(row.id, reason="A slip of the pen", by=CLERK, at=clock.now())
    run()
    assert found() == [("amount_differs", "explained", amount, amount + 100)]
    with transaction(), pytest.raises(DifferenceSolved):
        keeping.explain(row.id, reason="Twice", by=CLERK, at=clock.now())
    with transaction(), pytest.raises(DifferenceSolved):
        mending.mend(row.id, by=CLERK, at=clock.now())


def test_it_runs_by_itself_once_a_day_and_a_stuck_run_gives_way() -> None:
    steps.confirmed()
    now = clock.now()
    with transaction():
        first = runs.begin_if_due(at=now)
        assert first is not None
        assert runs.begin_if_due(at=now + timedelta(hours=20)) is None
        second = runs.begin_if_due(at=now + timedelta(hours=24))
        assert second is not None
        assert second.id != first.id
        assert first.finished_at is not None
