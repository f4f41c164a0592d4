"""What customers are told of their deposit's end, and the receipts of the desk."""

from __future__ import annotations

from exodrive.bookings.money import takings
from exodrive.bookings.states import State
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import session
from exodrive.kernel.money import Money
from exodrive.payments import receipts
from exodrive.payments.receipt_models import For, Method, Receipt
from exodrive.payments.states import Purpose
from exodrive.rendering import letters
from exodrive.rendering.letters import About, Letter
from tests.unit.rendering import rows
from tests.unit.rendering.rows import Rental
from tests.unit.rendering.test_letters import SITE

DESK = Actor(ActorKind.STAFF, "Ada Agent")


def write(name: str, rental: Rental, *, receipt: Receipt | None = None) -> Letter | None:
    session().flush()
    about = About(receipt=receipt.id if receipt else None)
    return letters.write(name, rental.booking.id, site=SITE, at=rows.ORDERED, about=about)


def text(letter: Letter | None) -> str:
    assert letter is not None
    return " ".join(letter.text.split())


def cash(rental: Rental, amount: int) -> Receipt:
    return receipts.take(
        rental.booking.id, purpose=For.DEPOSIT, method=Method.CASH, amount=Money(amount, "USD"),
        reference="envelope 12", by=DESK, at=rows.ORDERED,
    )  # fmt: skip


def test_the_statement_names_each_charge_and_what_goes_back(rental: Rental) -> None:
    booking = rental.state(State.CLOSED)
    rows.charge(booking)
    rows.paid(booking, Purpose.DEPOSIT, 500000, captured=110450)
    session().flush()
    for charge in booking.charges:
        charge.from_deposit = charge.amount
    said = text(write("deposit_statement", rental))
    assert "$1,104.50 was taken for what stands below; $3,895.50 goes back." in said
    assert "42 miles beyond those included" in said
    assert "Released by PayPal: $3,895.50" in said


def test_nothing_taken_is_told_with_the_invoice_alone(rental: Rental) -> None:
    booking = rental.state(State.CLOSED)
    rows.paid(booking, Purpose.DEPOSIT, 500000)
    assert write("deposit_statement", rental) is None


def test_cash_waits_at_the_desk(rental: Rental) -> None:
    booking = rental.state(State.CLOSED)
    cash(rental, 500000)
    booking.hand_back = 500000
    assert "$5,000.00 waits for you at the desk." in text(write("deposit_statement", rental))


def test_cash_that_was_handed_back_before_the_letter_was_written(rental: Rental) -> None:
    booking = rental.state(State.CLOSED)
    taken = cash(rental, 500000)
    session().flush()
    receipts.give_back(
        taken.id, booking_id=booking.id, amount=taken.money, reference="envelope 12", reason="", by=DESK,
        at=rows.ORDERED,
    )  # fmt: skip
    assert "You have it back from the desk." in text(write("deposit_statement", rental))
    booking.deposit_released_at = rows.ORDERED
    assert write("deposit_statement", rental) is None, "told when it was let go"


def test_an_early_release_says_what_goes_back(rental: Rental) -> None:
    booking = rental.state(State.RETURNED)
    rows.paid(booking, Purpose.DEPOSIT, 500000)
    assert write("deposit_released", rental) is None, "it still stands"
    booking.deposit_released_at = rows.ORDERED
    assert "The whole deposit of $5,000.00 goes back." in text(write("deposit_released", rental))


def test_the_receipt_says_what_how_and_who(rental: Rental) -> None:
    rental.state(State.CONFIRMED)
    taken = cash(rental, 250000)
    said = text(write("receipt", rental, receipt=taken))
    assert "We received $2,500.00" in said
    assert "Cash (envelope 12)" in said
    assert "by Ada Agent" in said
    back = takings.give_back(
        rental.booking.id, receipt_id=taken.id, amount=Money(50000, "USD"), method=None, reference="slip",
        reason="rounded", by=DESK, at=rows.ORDERED,
    )  # fmt: skip
    said = text(write("receipt", rental, receipt=back))
    assert "We gave back $500.00" in said
    assert "rounded" in said
