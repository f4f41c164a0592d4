"""The books at the desk: a period by months or days, its files, who sees them, and a booking's statement."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask

from tests import paper, rental
from tests.drain import drain
from tests.web.staff import stages
from tests.web.staff.conftest import SignedIn


def _closed() -> str:
    booking_id = paper.returned()
    rental.settle(booking_id)
    paper.answer(booking_id)
    drain()
    return stages.reference(booking_id)


def test_the_manager_reads_a_month_and_takes_its_files(rental_house: Flask, signed_in: SignedIn) -> None:
    reference = _closed()
    manager = signed_in("manager")
    page = manager.get("/desk/books")
    for words in ("Trial balance, USD", "Revenue: rental days", "Tax by place", "At PayPal"):
        assert words in page
    for name in ("trial-balance", "journal", "taxes", "invoices", "invoice-lines"):
        assert f"/desk/books/{name}.csv?" in page
        answer = manager.client.get(f"/desk/books/{name}.csv", buffered=True)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
        assert rows, name
        assert f"filename={name}-" in answer.headers["Content-Disposition"]
        if "booking" in rows[0]:
            assert {row["booking"] for row in rows} == {reference}


def test_a_booking_has_its_statement(rental_house: Flask, signed_in: SignedIn) -> None:
    reference = _closed()
    viewer = signed_in("viewer")
    assert f"/desk/bookings/{reference}/statement" in viewer.get(f"/desk/bookings/{reference}")
    page = viewer.get(f"/desk/bookings/{reference}/statement")
    for words in ("Payment taken", "Rental settled", "Customers’ prepayments", "Customer’s balance"):
        assert words in page


def test_a_hold_has_nothing_to_state(rental_house: Flask, signed_in: SignedIn) -> None:
    reference = stages.reference(stages.confirmed())
    assert "Nothing posted yet" in signed_in("viewer").get(f"/desk/bookings/{reference}/statement")


@pytest.mark.parametrize(
    "asked", ["month=2026-13", "month=x", "from=2026-10-09&to=2026-10-03", "from=x", "to=9999-12-31"]
)
def test_what_is_no_period_is_said(rental_house: Flask, signed_in: SignedIn, asked: str) -> None:
    manager = signed_in("manager")
    answer = manager.client.get(f"/desk/books?{asked}")
    assert answer.status_code == 422
    assert "That is no period" in answer.text
    assert manager.client.get(f"/desk/books/journal.csv?{asked}").status_code == 422


def test_there_are_no_other_files(rental_house: Flask, signed_in: SignedIn) -> None:
    assert signed_in("manager").client.get("/desk/books/customers.csv").status_code == 404


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_the_books_are_not_everybodys(rental_house: Flask, signed_in: SignedIn, role: str) -> None:
    client = signed_in(role).client
    assert client.get("/desk/books").status_code == 403
    assert client.get("/desk/books/journal.csv").status_code == 403


def test_an_invoice_is_corrected_at_the_desk(rental_house: Flask, signed_in: SignedIn) -> None:
    reference = _closed()
    manager = signed_in("manager")
    page = f"/desk/bookings/{reference}"
    shown = manager.do(f"{page}/credit-invoice", amount="100.00", reason="charged twice")
    assert "The credit note has its number" in shown
    assert "corrected by credit note" in shown
    drain()
    statement = manager.get(f"{page}/statement")
    assert "Credit note" in statement
    assert "Of the invoice" in statement
