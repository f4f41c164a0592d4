"""The letters as they are written from rows, and those that are not written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.contracts.states import ContractState
from exodrive.kernel.db import session
from exodrive.payments.states import Purpose
from exodrive.rendering import enquiry_letters, environment, letters, quote_letters
from exodrive.rendering.letters import About, Letter, Site, Typed
from exodrive.tasks import messages
from tests.unit.rendering import rows
from tests.unit.rendering.rows import Rental

SITE = Site("https://rent.example", "k" * 40)
Prepare = Callable[[Booking], object]


def write(name: str, rental: Rental, *, at: datetime = rows.ORDERED) -> Letter | None:
    return letters.write(name, rental.booking.id, site=SITE, at=at)


def nothing(booking: Booking) -> None:
    """The booking is as the state says."""


def signing(state: ContractState) -> Prepare:
    return lambda booking: rows.contract(booking, state)


def deposit(amount: int = 500000, *, captured: int = 0) -> Prepare:
    return lambda booking: rows.paid(booking, Purpose.DEPOSIT, amount, captured=captured)


def returned(booking: Booking) -> None:
    rows.charge(booking)
    rows.paid(booking, Purpose.DEPOSIT, 500000)


def invoiced(booking: Booking) -> None:
    rows.charge(booking)
    rows.paid(booking, Purpose.DEPOSIT, 500000, captured=110450)
    rows.invoice(booking)


def cancelled_late(booking: Booking) -> None:
    booking.cancellation_fee = 89500
    rows.paid(booking, Purpose.RENTAL, booking.total)


def cancelled_after_capture(booking: Booking) -> None:
    booking.cancellation_fee = 0
    rows.paid(booking, Purpose.RENTAL, booking.total, captured=booking.total)


def missed(booking: Booking) -> None:
    missed_unpaid(booking)
    rows.paid(booking, Purpose.RENTAL, booking.total)
    rows.paid(booking, Purpose.DEPOSIT, 500000)


def missed_unpaid(booking: Booking) -> None:
    booking.cancellation_fee = booking.total


def ended_unsigned(booking: Booking) -> None:
    booking.authorized_at = rows.ORDERED


def ended_unpaid(booking: Booking) -> None:
    booking.authorized_at = None


# letter, state, what else there is, what the text says
WRITTEN: list[tuple[str, State, Prepare, tuple[str, ...]]] = [
    (
        "booking_received", State.AWAITING_PAYMENT, nothing,
        ("until Tue 24 November, 10:00", "held, not charged"),
    ),
    ("payment_link", State.AWAITING_PAYMENT, nothing, ("PayPal answers again",)),
    ("payment_declined", State.AWAITING_PAYMENT, nothing, ("Nothing was charged",)),
    ("payment_received", State.AWAITING_SIGNATURE, nothing, ("PayPal holds $3,583.45",)),
    (
        "sign_agreement", State.AWAITING_SIGNATURE, signing(ContractState.SENT),
        ("https://sign.example/s/k3jd82", "until Thu 26 November, 9:00"),
    ),
    (
        "agreement_declined_or_expired", State.AWAITING_SIGNATURE, signing(ContractState.DECLINED),
        ("You declined the agreement", "(301) 555-0144"),
    ),
    (
        "agreement_declined_or_expired", State.AWAITING_SIGNATURE, signing(ContractState.EXPIRED),
        ("The agreement expired unsigned",),
    ),
    (
        "confirmed", State.CONFIRMED, nothing,
        ("free until Tue 8 December, 10:00", "Proof of your full-coverage insurance", "/booking.ics", "300"),
    ),
    ("deposit_request", State.CONFIRMED, nothing, ("$5,000.00 is held, not charged", "by Fri 1 January")),
    ("deposit_link", State.CONFIRMED, nothing, ("PayPal answers again", "$5,000.00 is held. It is not")),
    ("deposit_held", State.CONFIRMED, deposit(), ("The deposit is held",)),
    ("deposit_declined", State.CONFIRMED, nothing, ("Nothing was held",)),
    ("handed_over", State.ON_RENT, nothing, ("back Mon 14 December, 10:00", "93 octane", "(301) 555-0144")),
    (
        "taken_back", State.RETURNED, returned,
        ("$1,104.50 in all", "42 miles beyond those included", "Kerb mark"),
    ),
    ("taken_back", State.RETURNED, deposit(), ("The deposit is released at the latest by Fri 1 January",)),
    ("taken_back", State.RETURNED, nothing, ("nothing left for you to do",)),
    (
        "invoice", State.CLOSED, invoiced,
        ("Invoice 2026-00042 is attached", "$1,104.50 of the deposit was taken, and $3,895.50 is released"),
    ),
    ("cancelled", State.CANCELLED, cancelled_late, ("$895.00 is charged", "$2,688.45 goes back")),
    ("cancelled", State.CANCELLED, cancelled_after_capture, ("costs you nothing", "$3,583.45 goes back")),
    ("cancelled", State.CANCELLED, nothing, ("Nothing was charged", "https://rent.example/cars/aurelia-gt")),
    ("missed", State.NO_SHOW, missed, ("$3,583.45 is charged", "$5,000.00 goes back")),
    ("missed", State.NO_SHOW, missed_unpaid, ("$3,583.45 is charged", "Nothing is given back")),
    ("expired", State.EXPIRED, ended_unsigned, ("The time to sign is over", "PayPal releases")),
    ("expired", State.EXPIRED, ended_unpaid, ("The time to pay is over",)),
    ("money_released", State.EXPIRED, nothing, ("we released $3,583.45",)),
    ("booking_link", State.CONFIRMED, nothing, ("Keep the link to yourself",)),
]  # fmt: skip

# letter, state, what else there is: overtaken, so that it would be wrong by now
OVERTAKEN: list[tuple[str, State, Prepare]] = [
    ("booking_received", State.AWAITING_SIGNATURE, nothing),
    ("payment_link", State.EXPIRED, nothing),
    ("payment_declined", State.AWAITING_SIGNATURE, nothing),
    ("payment_received", State.CONFIRMED, nothing),
    ("sign_agreement", State.CONFIRMED, signing(ContractState.SIGNED)),
    ("sign_agreement", State.CANCELLED, signing(ContractState.VOIDED)),
    ("agreement_declined_or_expired", State.AWAITING_SIGNATURE, signing(ContractState.SENT)),
    ("agreement_declined_or_expired", State.EXPIRED, signing(ContractState.EXPIRED)),
    ("deposit_request", State.CONFIRMED, deposit()),
    ("deposit_link", State.CONFIRMED, deposit()),
    ("deposit_declined", State.CANCELLED, nothing),
    ("handed_over", State.RETURNED, nothing),
    ("invoice", State.RETURNED, nothing),
]


@pytest.mark.parametrize(("name", "state", "prepare", "says"), WRITTEN)
def test_written(rental: Rental, name: str, state: State, prepare: Prepare, says: tuple[str, ...]) -> None:
    booking = rental.state(state)
    prepare(booking)
    session().flush()
    letter = write(name, rental)
    assert letter is not None
    assert letter.to_email == "mara@renter.example"
    text = " ".join(letter.text.split())
    assert [part for part in says if part not in text] == []
    assert SITE.page(booking) in letter.text


@pytest.mark.parametrize(("name", "state", "prepare"), OVERTAKEN)
def test_overtaken(rental: Rental, name: str, state: State, prepare: Prepare) -> None:
    prepare(rental.state(state))
    session().flush()
    assert write(name, rental) is None


def test_a_hold_that_nobody_ordered_has_nobody_to_write_to(rental: Rental) -> None:
    rental.state(State.EXPIRED, drivers=[], customer=None)
    session().expire(rental.booking)
    assert write("expired", rental) is None


def test_every_letter_has_its_template_and_its_occasion() -> None:
    templates = {path.stem for path in (environment.TEMPLATES / "mail").glob("*.jinja")}
    assert set(letters.LETTERS) == templates - enquiry_letters.LETTERS - quote_letters.LETTERS
    assert {occasion.letter for occasion in messages.OCCASIONS.values()} == set(letters.LETTERS)


def test_the_page_link_is_the_bookings_present_one(rental: Rental) -> None:
    booking = rental.booking
    secret = links.issue(booking, key=SITE.key)
    assert SITE.page(booking) == f"https://rent.example/b/{secret}"
    links.revoke(booking, key=SITE.key)
    assert secret not in SITE.page(booking)


def test_cancelling_is_no_longer_free(rental: Rental) -> None:
    letter = write("confirmed", rental, at=rows.PICKUP - timedelta(hours=24))
    assert letter is not None
    assert "free of charge is over" in letter.text


def test_while_paypal_is_slow_there_is_no_button(rental: Rental) -> None:
    rental.state(State.AWAITING_PAYMENT, payment_delayed=True)
    letter = write("booking_received", rental)
    assert letter is not None
    assert "we’ll e-mail you the payment link" in " ".join(letter.text.split())
    assert "Finish the payment" not in letter.html


def test_names_made_to_hurt(rental: Rental) -> None:
    booking = rental.booking
    booking.car.make = rows.EVIL
    booking.delivery_address = rows.EVIL
    rental.house.name = rows.EVIL
    session().flush()
    letter = write("confirmed", rental)
    assert letter is not None
    assert "<script" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "{{ 7*7 }}" in " ".join(letter.text.split())


def test_what_staff_write_is_shown_as_typed_and_never_as_markup(rental: Rental) -> None:
    text = "Dear Mara,\r\nyour <b>keys</b> & papers\r\n \r\n\r\n{{ 7*7 }} <script>alert(1)</script>"
    typed = Typed("Your keys <i>\nBcc: all@x.example", text)
    letter = letters.write(
        "desk_letter", rental.booking.id, site=SITE, at=rows.ORDERED, about=About(typed=typed)
    )
    assert letter is not None
    assert "\n" not in letter.subject
    assert letter.subject.startswith("Your keys <i> Bcc:")
    assert "<script" not in letter.html
    assert "<b>keys" not in letter.html
    assert "Dear Mara,<br />your &lt;b&gt;keys&lt;/b&gt; &amp; papers" in letter.html
    assert "Dear Mara,\nyour <b>keys</b> & papers\n\n{{ 7*7 }} <script>" in letter.text
    assert SITE.page(rental.booking) in letter.text
    assert letters.write("desk_letter", rental.booking.id, site=SITE, at=rows.ORDERED) is None


def test_written_twice_it_is_the_same_letter(rental: Rental) -> None:
    assert write("confirmed", rental) == write("confirmed", rental)
