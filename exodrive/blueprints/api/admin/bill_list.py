"""The bills of all bookings by the staff's programs, page by page."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from exodrive.blueprints.api.admin.bills import BILL, TAG, AdminBill
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.paging import Paged
from exodrive.blueprints.api.shapes import Id, Money, Shape
from exodrive.bookings.money import bill_list
from exodrive.bookings.money.bill_list import Row
from exodrive.kernel.cursors import CursorUnreadable

BOOKING: dict[str, Any] = {
    "booking_id": "0198a1f2-7c4e-7b1a-9f00-3d2b6c9a8e10",
    "reference": "EXD-7K4M2Q",
    "overdue": True,
}


class BillFilters(Paged):
    """Which bills: the desk's saved views, and its search."""

    view: Literal["open", "overdue", "trouble", "paid", "all"] = "open"
    """Open ones come by the day on which they are due, the others newest first."""
    q: Annotated[str, Field(max_length=100, pattern=r"^[^\u0000]*$")] = ""
    """A bill's whole number, or what finds its booking."""


class ListedBill(Shape):
    """A bill with its booking."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**BOOKING, "bill": BILL}]})

    booking_id: Id
    reference: str
    overdue: bool
    bill: AdminBill

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(
            booking_id=row.booking.id,
            reference=row.booking.reference,
            overdue=row.overdue,
            bill=AdminBill.of(row.bill),
        )


class OpenSum(Shape):
    """What the bills of the view still ask for in one currency."""

    count: int
    """Where it is 1001, there are more, and the sum is that of the first."""
    outstanding: Money


class ListedBills(Shape):
    """A page of bills, with what all of the view ask for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [{**BOOKING, "bill": BILL}],
                    "totals": [{"count": 1, "outstanding": {"amount": 40000, "currency": "USD"}}],
                    "next": None,
                }
            ]
        }
    )

    items: tuple[ListedBill, ...]
    totals: tuple[OpenSum, ...]
    """Of the open views, by currency; nothing of the others."""
    next: str | None
    """Where to go on: `cursor` of the next page."""


@operation(
    "GET",
    "/admin/bills",
    tag=TAG,
    summary="List the bills of all bookings",
    answers={200: Says(ListedBills, "A page of bills.")},
    errors=(CursorUnreadable,),
)
def admin_list_all_bills(call: Call, *, query: BillFilters) -> Answer:
    """What is overdue comes first."""
    found = bill_list.listing(
        view=query.view, text=query.q, at=call.at, cursor=query.cursor, limit=query.limit
    )
    sums = bill_list.totals(query.view, at=call.at) if query.view in bill_list.SUMMED else []
    return Answer(
        ListedBills(
            items=tuple(ListedBill.of(row) for row in found.rows),
            totals=tuple(OpenSum(count=each.count, outstanding=Money.of(each.amount)) for each in sums),
            next=found.following,
        )
    )
