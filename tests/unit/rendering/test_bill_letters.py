"""Letters about a bill: what is asked for, the way to pay, and those that are overtaken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exodrive.billing.models import Bill
from exodrive.bookings.states import State
from exodrive.kernel.db import session
from exodrive.rendering import letters
from exodrive.rendering.letters import About, Letter, Site
from tests.unit.rendering import rows
from tests.unit.rendering.rows import Rental

SITE = Site("https://rent.example", "k" * 40)


def bill(
    rental: Rental, state: str, *, paid: int = 0, url: str | None = "https://paypal.example/p/7"
) -> Bill:
    made = Bill(
        booking_id=rental.state(State.CLOSED).id, cause="test", number="B-7K4M2Q9XTB", state=state,
        currency="USD", amount=40_000, paid=paid, refunded=0, written_off=0, note="",
        lines=[["charge_other", {"note": rows.EVIL}, 40_000]], recipient_name="Mara",
        recipient_email="mara@example.com", view_url=url, due_at=rows.RETURN + timedelta(days=14),
        checked_at=rows.RETURN, created_at=rows.RETURN,
    )  # fmt: skip
    session().add(made)
    session().flush()
    return made


def write(name: str, rental: Rental, found: Bill) -> Letter | None:
    about = About(bill=found.id)
    return letters.write(name, rental.booking.id, site=SITE, at=rows.RETURN, about=about)


@pytest.mark.parametrize(
    ("name", "state", "paid", "says"),
    [
        ("bill", "sent", 0, ("$400.00, due by Mon 28 December", "https://paypal.example/p/7")),
        ("bill_reminder", "partly_paid", 15_000, ("$250.00 of bill B-7K4M2Q9XTB is still open",)),
        ("bill_payment", "partly_paid", 15_000, ("$150.00 of bill B-7K4M2Q9XTB is paid", "$250.00 is left")),
        ("bill_payment", "paid", 40_000, ("There is nothing left to do",)),
        ("bill_cancelled", "cancelled", 0, ("Please do not pay bill B-7K4M2Q9XTB",)),
    ],
)
def test_written(rental: Rental, name: str, state: str, paid: int, says: tuple[str, ...]) -> None:
    letter = write(name, rental, bill(rental, state, paid=paid))
    assert letter is not None
    text = " ".join(letter.text.split())
    for words in (*says, "https://rent.example/bills/"):
        assert words in text
    assert "<script" not in letter.html


def test_without_paypals_page_the_button_opens_the_bill(rental: Rental) -> None:
    letter = write("bill", rental, bill(rental, "draft", url=None))
    assert letter is not None
    assert "Open the bill" in letter.text


@pytest.mark.parametrize(
    ("name", "state", "paid"),
    [("bill", "paid", 40_000), ("bill_reminder", "cancelled", 0), ("bill_cancelled", "paid", 40_000)],
)
def test_overtaken(rental: Rental, name: str, state: str, paid: int) -> None:
    assert write(name, rental, bill(rental, state, paid=paid)) is None
