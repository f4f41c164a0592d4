"""What a booking makes of PayPal's answers: late ones, odd ones, overtaken ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.bookings import cancelling, queries, transitions
from exodrive.bookings.deposit import deposits
from exodrive.bookings.models import Booking
from exodrive.bookings.reservation import expiry, ordering
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.money import Money
from exodrive.kernel.outbox import Event
from exodrive.ledger.models import Account
from exodrive.ledger.postings import balance
from exodrive.payments import opening, operations, recording, tree, wishes
from exodrive.payments.calling import Answer
from exodrive.payments.models import OperationKind, Payment
from exodrive.payments.opening import AlreadyPaid
from exodrive.payments.ports import AuthorizationAnswer, CaptureAnswer
from exodrive.payments.states import Purpose
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")
NOTHING = Money(0, "USD")


def fresh(booking_id: UUID) -> Booking:
    session().expire_all()
    return queries.by_id(booking_id)


def payment(booking_id: UUID, purpose: Purpose = Purpose.RENTAL) -> Payment:
    return tree.lock(tree.of_booking(booking_id)[purpose].id)


def told(booking_id: UUID) -> list[str]:
    return list(
        session().scalars(
            select(Event.name)
            .where(Event.subject_id == booking_id, Event.name.startswith("booking."))
            .order_by(Event.id)
        )
    )


def capture(booking_id: UUID, *, at: datetime) -> None:
    with transaction():
        transitions.lock(booking_id)
        row = payment(booking_id)
        wishes.capture(row, amount=row.money, at=at)


# Ways to lose the place while the payer, or the worker, is at PayPal.


def cancel(booking_id: UUID) -> None:
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=NOTHING, at=clock.now())


def expire(booking_id: UUID) -> None:
    """By hand of a later sweep: what is being authorized is pinned, so the pin is taken off."""
    with transaction():
        transitions.lock(booking_id).expires_at = clock.now()
    with transaction():
        expiry.expire_if_due(booking_id, at=clock.now())


@pytest.mark.parametrize("lose", [cancel, expire])
def test_money_that_comes_without_a_place_goes_back_and_all_are_told(lose) -> None:  # type: ignore[no-untyped-def]
    booking_id = paper.awaiting_payment()
    paper.approve(booking_id)
    lose(booking_id)
    paper.unwind(booking_id)
    assert paper.answer(booking_id) == ["authorize", "void"]
    assert rental.money(booking_id, Purpose.RENTAL) == ("voided", NOTHING, NOTHING)
    assert fresh(booking_id).attention == "money_without_place"
    assert told(booking_id).count("booking.money_released") == 1
    assert "booking.authorized" not in told(booking_id)


@pytest.mark.parametrize("lose", [cancel, expire])
def test_what_was_approved_too_late_is_not_even_authorized(lose) -> None:  # type: ignore[no-untyped-def]
    booking_id = paper.awaiting_payment()
    lose(booking_id)
    paper.approve(booking_id)
    assert paper.wanted(booking_id) == []


def test_approval_pins_the_place_until_the_answer() -> None:
    booking_id = paper.awaiting_payment()
    paper.approve(booking_id)
    assert fresh(booking_id).expires_at is None
    paper.refuse(booking_id, OperationKind.AUTHORIZE, "INSTRUMENT_DECLINED")
    assert fresh(booking_id).expires_at == clock.now() + timedelta(minutes=60)


def test_a_declined_payer_chooses_again_and_pays_with_a_new_order() -> None:
    booking_id = paper.awaiting_payment()
    paper.approve(booking_id)
    paper.refuse(booking_id, OperationKind.AUTHORIZE, "INSTRUMENT_DECLINED")
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "failed"
    assert told(booking_id)[-1] == "booking.payment_declined"
    paper.approve(booking_id)  # PayPal still calls the declined order approved
    assert paper.wanted(booking_id) == []
    with transaction():
        ordering.pay_again(booking_id, at=clock.now())
    paper.answer(booking_id)
    paper.approve(booking_id)
    paper.answer(booking_id)
    assert rental.state(booking_id) == "awaiting_signature"
    assert len(payment(booking_id).orders) == 2


def test_asking_to_pay_again_with_a_good_order_makes_no_second_one() -> None:
    booking_id = paper.awaiting_payment()
    with transaction():
        ordering.pay_again(booking_id, at=clock.now())
    assert paper.kinds(booking_id) == ["create_order"]
    paper.approve(booking_id)
    with pytest.raises(AlreadyPaid), transaction():
        ordering.pay_again(booking_id, at=clock.now())


def test_two_tabs_two_approvals_one_authorization() -> None:
    booking_id = paper.awaiting_payment()
    with transaction():
        transitions.lock(booking_id)
        first = payment(booking_id).orders[0]
        opening.want_order(payment(booking_id), at=clock.now() + timedelta(hours=3))
    first_answer = replace(paper.as_read(booking_id), status="APPROVED")
    paper.answer(booking_id)
    paper.approve(booking_id)
    paper.read(booking_id, replace(first_answer, paypal_id=first.paypal_id))
    assert paper.answer(booking_id) == ["authorize"]
    assert rental.state(booking_id) == "awaiting_signature"
    paper.read(booking_id, replace(first_answer, paypal_id=first.paypal_id))
    assert paper.wanted(booking_id) == []


def test_a_figure_that_is_not_ours_stops_the_booking_for_staff() -> None:
    booking_id = paper.awaiting_payment()
    paper.approve(booking_id)
    paper.answer(booking_id, change=paper.smaller)
    booking = fresh(booking_id)
    assert (booking.state, booking.attention) == ("awaiting_payment", "amount_mismatch")
    assert paper.wanted(booking_id) == []
    cancel(booking_id)
    assert paper.answer(booking_id) == ["void"]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "voided"


@pytest.mark.parametrize(
    ("word", "state", "payment_state"),
    [("CREATED", "awaiting_signature", "authorized"), ("DENIED", "awaiting_payment", "approved")],
)
def test_a_payment_under_review_waits_for_paypals_word(word: str, state: str, payment_state: str) -> None:
    def reviewed(made: Answer) -> Answer:
        assert isinstance(made, paper.OrderAnswer)
        return replace(made, authorizations=(replace(made.authorizations[0], status="PENDING"),))

    booking_id = paper.awaiting_payment()
    paper.approve(booking_id)
    paper.answer(booking_id, change=reviewed)
    booking = fresh(booking_id)
    assert (booking.state, booking.expires_at) == ("awaiting_payment", None)
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "approved"
    seen = paper.as_read(booking_id)
    paper.read(booking_id, replace(seen, authorizations=(replace(seen.authorizations[0], status=word),)))
    assert rental.state(booking_id) == state
    if word == "DENIED":
        assert told(booking_id)[-1] == "booking.payment_declined"
        assert fresh(booking_id).expires_at is not None


def test_an_answer_that_was_overtaken_sets_nothing_back() -> None:
    """A reading that began before a capture and is recorded after it."""
    booking_id = paper.confirmed()
    old = paper.as_read(booking_id)
    capture(booking_id, at=clock.now())
    paper.answer(booking_id)
    total = fresh(booking_id).total_money
    paper.read(booking_id, old)
    paper.read(booking_id, replace(old, status="APPROVED", authorizations=()))
    assert rental.money(booking_id, Purpose.RENTAL) == ("captured", total, NOTHING)
    assert rental.state(booking_id) == "confirmed"
    assert fresh(booking_id).attention is None
    assert paper.wanted(booking_id) == []
    assert "booking.money_released" not in told(booking_id)


def test_what_was_voided_stays_voided_whatever_an_old_reading_says() -> None:
    booking_id = paper.confirmed()
    old = paper.as_read(booking_id)
    cancel(booking_id)
    paper.answer(booking_id)
    paper.read(booking_id, old)
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "voided"
    assert paper.wanted(booking_id) == []


def test_the_same_answer_twice_is_one_posting_and_one_letter() -> None:
    booking_id = paper.awaiting_signature()
    for _ in range(3):
        paper.read(booking_id, paper.as_read(booking_id))
    assert told(booking_id).count("booking.authorized") == 1


def test_a_capture_past_day_4_is_renewed_first_and_taken_from_the_new_authorization() -> None:
    booking_id = paper.confirmed(days_ahead=20)
    later = clock.now() + timedelta(days=10)
    with clock.frozen(later):
        capture(booking_id, at=later)
        capture(booking_id, at=later)  # a sweep beside it
        assert [kind for _, _, kind in paper.wanted(booking_id)] == ["reauthorize"]
        assert paper.answer(booking_id) == ["reauthorize", "capture"]
    original, renewed = tree.authorizations(payment(booking_id))
    assert renewed.parent_id == original.id
    assert [row.authorization_id for row in tree.captures(payment(booking_id))] == [renewed.id]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"


def test_a_capture_does_not_overtake_the_renewal_under_way() -> None:
    booking_id = paper.confirmed(days_ahead=20)
    later = clock.now() + timedelta(days=10)
    capture(booking_id, at=later)
    renewal = paper.wanted(booking_id)[0][0]
    with transaction():
        operations.claim(renewal, at=later)  # the call is being made
    capture(booking_id, at=later)
    assert [kind for _, _, kind in paper.wanted(booking_id)] == ["reauthorize"]


def test_a_refused_renewal_does_not_stop_the_capture() -> None:
    booking_id = paper.confirmed(days_ahead=20)
    later = clock.now() + timedelta(days=10)
    with clock.frozen(later):
        capture(booking_id, at=later)
        paper.refuse(booking_id, OperationKind.REAUTHORIZE, "REAUTHORIZATION_NOT_SUPPORTED")
        assert paper.answer(booking_id) == ["capture"]
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "captured"


def test_a_cancellation_beside_a_renewal_captures_nothing() -> None:
    booking_id = paper.confirmed(days_ahead=20)
    later = clock.now() + timedelta(days=10)
    with clock.frozen(later):
        capture(booking_id, at=later)
        cancel(booking_id)
        answered = paper.answer(booking_id, OperationKind.VOID)  # the renewal is answered after it
        answered += paper.answer(booking_id)
    assert "capture" not in answered
    assert rental.money(booking_id, Purpose.RENTAL) == ("voided", NOTHING, NOTHING)


@pytest.mark.parametrize(
    "reached", [paper.awaiting_signature, paper.confirmed, paper.on_rent, paper.returned]
)
def test_a_hold_that_paypal_ended_is_a_matter_for_staff(reached) -> None:  # type: ignore[no-untyped-def]
    booking_id = reached()
    seen = paper.as_read(booking_id)
    gone = tuple(replace(row, status="VOIDED") for row in seen.authorizations)
    paper.read(booking_id, replace(seen, authorizations=gone))
    assert fresh(booking_id).attention == "hold_lost"


def failing(status: str):  # type: ignore[no-untyped-def]
    def change(made: Answer) -> Answer:
        return replace(made, status=status, fee=None, net=None) if isinstance(made, CaptureAnswer) else made

    return change


def test_a_capture_that_failed_without_an_error_wants_a_person_and_is_not_repeated() -> None:
    booking_id = paper.confirmed()
    capture(booking_id, at=clock.now())
    paper.answer(booking_id, change=failing("DECLINED"))
    assert fresh(booking_id).attention == "payment_refused"
    assert rental.money(booking_id, Purpose.RENTAL)[1] == NOTHING
    capture(booking_id, at=clock.now())
    assert paper.wanted(booking_id) == []


@pytest.mark.parametrize(("word", "state"), [("COMPLETED", "captured"), ("DECLINED", "failed")])
def test_a_capture_that_the_bank_thinks_about_is_not_taken_twice(word: str, state: str) -> None:
    booking_id = paper.confirmed()
    capture(booking_id, at=clock.now())
    paper.answer(booking_id, change=failing("PENDING"))
    assert rental.money(booking_id, Purpose.RENTAL)[:2] == ("approved", NOTHING)
    with transaction():
        assert tree.live_authorization(payment(booking_id)) is None
    (pending,) = tree.captures(payment(booking_id))
    total = fresh(booking_id).total_money
    settled = CaptureAnswer(pending.paypal_id, None, word, total, final=True, fee=Money(90, "USD"))
    seen = paper.as_read(booking_id)
    paper.read(booking_id, replace(seen, captures=(settled,)))
    assert rental.money(booking_id, Purpose.RENTAL)[0] == state
    assert fresh(booking_id).attention == (None if word == "COMPLETED" else "payment_refused")
    posted = balance(Account.CLEARING, currency="USD")
    assert posted == (total - Money(90, "USD") if word == "COMPLETED" else NOTHING)


def test_a_fee_that_becomes_known_later_is_posted_then_and_once() -> None:
    booking_id = paper.confirmed()
    capture(booking_id, at=clock.now())
    paper.answer(booking_id, change=failing("COMPLETED"))
    total = fresh(booking_id).total_money
    assert balance(Account.CLEARING, currency="USD") == total
    (taken,) = tree.captures(payment(booking_id))
    known = CaptureAnswer(taken.paypal_id, None, "COMPLETED", total, final=True, fee=Money(90, "USD"))
    for _ in range(2):
        paper.read(booking_id, replace(paper.as_read(booking_id), captures=(known,)))
    assert balance(Account.FEES, currency="USD") == Money(90, "USD")
    assert balance(Account.CLEARING, currency="USD") == total - Money(90, "USD")


def test_a_deposit_that_comes_after_the_end_is_let_go() -> None:
    booking_id = paper.confirmed()
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    paper.answer(booking_id)
    paper.approve(booking_id, Purpose.DEPOSIT)
    cancel(booking_id)
    assert sorted(paper.answer(booking_id)) == ["authorize", "void", "void"]
    assert rental.money(booking_id, Purpose.DEPOSIT) == ("voided", NOTHING, NOTHING)


def test_a_deposit_is_asked_for_once_and_only_of_a_confirmed_booking() -> None:
    booking_id = paper.awaiting_signature()
    rental.ask_for_deposit(booking_id)
    with pytest.raises(deposits.DepositNotOpen):
        rental.go_to_deposit(booking_id)
    paper.sign(booking_id)
    for _ in range(2):
        rental.ask_for_deposit(booking_id)
    assert told(booking_id).count("booking.deposit_asked") == 1


def test_an_order_that_nobody_approved_is_left_alone_after_its_life() -> None:
    """However long PayPal goes on showing it: else every abandoned order is read for ever."""
    booking_id = paper.awaiting_payment()
    answer = paper.as_read(booking_id)
    assert answer.created_at is not None
    assert not opening.lapsed(answer, at=answer.created_at + timedelta(hours=6))
    assert opening.lapsed(answer, at=answer.created_at + timedelta(hours=6, seconds=1))
    held = AuthorizationAnswer("A1", "CREATED", answer.amount)
    assert not opening.lapsed(
        replace(answer, status="COMPLETED", authorizations=(held,)), at=clock.now() + timedelta(days=9)
    )
    with transaction():
        row = payment(booking_id)
        recording.expired(row.id, row.orders[0].id, at=clock.now())
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "expired"
