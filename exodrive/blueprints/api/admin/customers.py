"""Customers for the staff's programs."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.blueprints.api import paging
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.booking_shapes import BOOKING_ID, BookedCar
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.paging import Paged
from exodrive.blueprints.api.shapes import Id, Moment, Money, Shape
from exodrive.bookings import models as bookings
from exodrive.bookings import queries
from exodrive.bookings.states import State
from exodrive.customers import models, register
from exodrive.customers.register import CustomerNotFound
from exodrive.kernel.cursors import CursorUnreadable

TAG = "Desk: customers"
CUSTOMER: dict[str, Any] = {
    "id": "019ab3f2-7777-7b33-8a11-0b6f5d1f2c66",
    "name": "Maya Okafor",
    "email": "maya@okafor.example",
    "phone": "+13015550123",
    "created_at": "2026-11-24T15:00:00Z",
    "email_bounced_at": None,
}


class CustomerFilters(Paged):
    """Which customers."""

    q: Annotated[str, Field(max_length=100)] = ""
    """Parts of names, e-mail addresses and phone numbers, in any order, with or without accents."""


class Customer(Shape):
    """Somebody who has rented, or wanted to."""

    model_config = ConfigDict(json_schema_extra={"examples": [CUSTOMER]})

    id: Id
    name: str
    email: str
    phone: str
    created_at: Moment
    email_bounced_at: Moment | None
    """When a mail came back; null where none did."""

    @classmethod
    def of(cls, customer: models.Customer) -> Self:
        return cls(**{name: getattr(customer, name) for name in Customer.model_fields})


class CustomersBooking(Shape):
    """One of a customer's bookings."""

    id: Id
    reference: str
    state: State
    car: BookedCar
    pickup_at: Moment
    return_at: Moment
    total: Money

    @classmethod
    def of(cls, booking: bookings.Booking) -> Self:
        return cls(
            id=booking.id,
            reference=booking.reference,
            state=State(booking.state),
            car=BookedCar(id=booking.car.id, slug=booking.car.slug, name=booking.car.name),
            pickup_at=booking.pickup_at,
            return_at=booking.return_at,
            total=Money.of(booking.total_money),
        )


class CustomerFile(Shape):
    """A customer with their bookings."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer": CUSTOMER,
                    "bookings": [
                        {
                            "id": BOOKING_ID,
                            "reference": "EXD-7K4M2Q",
                            "state": "confirmed",
                            "car": {
                                "id": "019ab3f2-7c5e-7d10-9a41-6f2f6f0f8a11",
                                "slug": "aurelia-gt",
                                "name": "Aurelia GT",
                            },
                            "pickup_at": "2026-12-11T15:00:00Z",
                            "return_at": "2026-12-14T15:00:00Z",
                            "total": {"amount": 299378, "currency": "USD"},
                        }
                    ],
                }
            ]
        }
    )

    customer: Customer
    bookings: tuple[CustomersBooking, ...]
    """The last fifty, newest first."""


class CustomerPage(Shape):
    """A page of customers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [CUSTOMER], "next": None}]})

    items: tuple[Customer, ...]
    next: str | None
    """The cursor of the next page; null on the last one."""


@operation(
    "GET",
    "/admin/customers",
    tag=TAG,
    summary="List customers",
    answers={200: Says(CustomerPage, "A page of customers, newest first.")},
    errors=(CursorUnreadable,),
)
def admin_list_customers(_call: Call, *, query: CustomerFilters) -> Answer:
    """Find customers by anything that they are known by."""
    before = paging.place(query.cursor, UUID)[0] if query.cursor else None
    found = register.listing(text=query.q, before=before, limit=query.limit + 1)
    shown, following = paging.cut(found, limit=query.limit, place_of=lambda row: (row.id,))
    return Answer(
        CustomerPage(
            items=tuple(Customer.of(row) for row in shown),
            next=following,
        )
    )


@operation(
    "GET",
    "/admin/customers/<uuid:customer_id>",
    tag=TAG,
    summary="Read a customer",
    answers={200: Says(CustomerFile, "The customer and their bookings.")},
    errors=(CustomerNotFound,),
)
def admin_read_customer(_call: Call, *, customer_id: UUID) -> Answer:
    """One customer with what they booked."""
    customer = Customer.of(register.one(customer_id))
    rows = queries.of_customer(customer_id)
    return Answer(CustomerFile(customer=customer, bookings=tuple(CustomersBooking.of(row) for row in rows)))
