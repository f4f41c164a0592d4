"""The bills of all bookings at the desk: overdue first, found by words, summed by currency."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from exodrive.billing.models import Bill
from exodrive.billing.opening import BillLine
from exodrive.bookings.by_hand import bills
from exodrive.bookings.money import bill_list
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.money import Money
from tests import paper, rental
from tests.bill_paper import Sheet
from tests.web.staff.conftest import SignedIn


@pytest.fixture
def numbers(house: Flask) -> list[str]:
    """Three bills of one rental that the customer has: due in this order, the first of them yesterday."""
    booking_id = paper.returned()
    made = [_bill(booking_id, amount) for amount in (100_00, 200_00, 300_00)]
    at = clock.now()
    with transaction():
        for days, bill_id in zip((-1, 5, 9), made, strict=True):
            session().get_one(Bill, bill_id).due_at = at + timedelta(days=days)
        found = [session().get_one(Bill, bill_id).number for bill_id in made]
    db.session.remove()
    return found


def _bill(booking_id: UUID, amount: int) -> UUID:
    with transaction():
        line = BillLine("charge_other", {"note": "A scratched rim"}, Money(amount, "USD"))
        made = bills.open_by_hand(booking_id, lines=[line], note="", by=rental.AGENT, at=clock.now()).id
    Sheet(made).perform()
    return made


def order(shown: str, numbers: list[str]) -> list[str]:
    return sorted((number for number in numbers if number in shown), key=shown.index)


def test_what_is_overdue_comes_first(signed_in: SignedIn, numbers: list[str]) -> None:
    viewer = signed_in("viewer")
    shown = viewer.get("/desk/bills")
    assert order(shown, numbers) == numbers
    assert shown.count("Overdue</small>") == 1
    assert "3 bills, $600.00 to come" in shown
    late = viewer.get("/desk/bills?view=overdue")
    assert order(late, numbers) == numbers[:1]
    assert "1 bill, $100.00 to come" in late
    assert "1, $100.00" in viewer.get("/desk"), "the day says so as well"


def test_found_by_number_customer_and_nothing_else(signed_in: SignedIn, numbers: list[str]) -> None:
    viewer = signed_in("viewer")
    assert order(viewer.get(f"/desk/bills?q={numbers[1].lower()}"), numbers) == [numbers[1]]
    assert order(viewer.get(f"/desk/bills?q={rental.renter().name.split()[-1]}"), numbers) == numbers
    for typed in ("nobody at all", "%25", "B-", "<b>", "x" * 300):
        assert "No bill matches" in viewer.get(f"/desk/bills?q={typed}"), typed
    assert "No bills here" in viewer.get("/desk/bills?view=paid")
    assert order(viewer.get("/desk/bills?view=unheard-of"), numbers) == numbers
    assert viewer.client.get("/desk/bills?after=nonsense").status_code == 422


def test_pages_follow_one_another(numbers: list[str]) -> None:
    for view, expected in (("open", numbers), ("all", numbers[::-1])):
        found, cursor = [], None
        for _ in numbers:
            page = bill_list.listing(view=view, at=clock.now(), cursor=cursor, limit=1)
            found += [row.bill.number for row in page.rows]
            cursor = page.following
        assert (found, cursor) == (expected, None)
