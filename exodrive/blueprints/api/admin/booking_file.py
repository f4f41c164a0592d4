"""A booking as the staff's programs see it: with its money, its trouble and what the desk knows."""

from __future__ import annotations

from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict

from exodrive.blueprints.api.booking_shapes import BOOKING, Agreement, BookedCar
from exodrive.blueprints.api.driver_shapes import DRIVER, RENTER
from exodrive.blueprints.api.operations import Seen
from exodrive.blueprints.api.price_shapes import Cancellation, Place, Price
from exodrive.blueprints.api.shapes import Day, Id, Moment, Money, Shape
from exodrive.blueprints.booking_page import standing
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.bookings import models as rows
from exodrive.bookings import queries, transitions
from exodrive.bookings.by_hand import capturing, refunding
from exodrive.bookings.states import State
from exodrive.contracts.states import ContractState
from exodrive.kernel import clock, money
from exodrive.payments import models, operations, tree
from exodrive.payments.states import PaymentState, Purpose

Position = Literal[
    "left", "front", "right", "rear", "wheel_front_left", "wheel_front_right", "wheels_rear", "dashboard"
]
NOTHING: dict[str, Any] = {"amount": 0, "currency": "USD"}
PURSE: dict[str, Any] = {
    "id": "019ab3f2-9a01-7b33-8a11-0b6f5d1f2c66",
    "purpose": "rental",
    "number": 1,
    "state": "authorized",
    "amount": {"amount": 299378, "currency": "USD"},
    "held": {"amount": 299378, "currency": "USD"},
    "captured": NOTHING,
    "refunded": NOTHING,
    "capturable": {"amount": 299378, "currency": "USD"},
    "refundable": NOTHING,
    "under_way": False,
    "capture_at": "2026-12-10T15:00:00Z",
}
ADMIN_BOOKING: dict[str, Any] = {
    **{name: value for name, value in BOOKING.items() if name not in ("payments", "documents", "drivers")},
    "state": "confirmed",
    "source": "web",
    "attention": None,
    "drivers": [
        RENTER,
        {**DRIVER, "insurer": None, "insurance_policy": None, "insured_until": None},
    ],
    "customer_id": "019ab3f2-7777-7b33-8a11-0b6f5d1f2c66",
    "payments": [PURSE],
    "owed": NOTHING,
    "prepayment_waiver": None,
    "deposit_waiver": None,
    "addendum_waiver": None,
    "charges": [],
    "invoice_number": None,
    "handed_over_at": None,
    "taken_back_at": None,
    "closed_at": None,
}


BOOKING_ROW: dict[str, Any] = {
    **{name: ADMIN_BOOKING[name] for name in ("id", "reference", "version", "state", "attention", "car")},
    **{name: ADMIN_BOOKING[name] for name in ("pickup_at", "return_at", "owed")},
    "renter": RENTER["name"],
    "email": RENTER["email"],
    "total": PURSE["amount"],
    "payment": "authorized",
    "deposit": None,
    "agreement": "signed",
}


class Purse(Shape):
    """The money for one purpose of a booking, and what can be done with it now."""

    id: Id
    purpose: Purpose
    number: int
    """Of which change, where that is the purpose."""
    state: PaymentState
    amount: Money
    held: Money
    """What PayPal still holds."""
    captured: Money
    refunded: Money
    capturable: Money
    """What could be captured or let go of now; nothing while PayPal is asked, or where it is over."""
    refundable: Money
    """What one refund could give back now."""
    under_way: bool
    """PayPal has not answered yet to what was asked of it."""
    capture_at: Moment | None
    """When the plan captures what is held."""

    @classmethod
    def of(cls, booking: rows.Booking, payment: models.Payment, *, found: Standing) -> Self:
        held = tree.live_authorization(payment)
        nothing = money.Money.zero(payment.currency)
        return cls(
            id=payment.id,
            purpose=Purpose(payment.purpose),
            number=payment.number,
            state=PaymentState(payment.state),
            amount=Money.of(payment.money),
            held=Money.of(tree.left(held) if held else nothing),
            captured=Money.of(tree.captured(payment)),
            refunded=Money.of(tree.refunded(payment)),
            capturable=Money.of(capturing.most(booking, payment, at=found.at)),
            refundable=Money.of(refunding.most(booking, payment, at=found.at)),
            under_way=operations.money_moves(payment),
            capture_at=payment.capture_at,
        )


class LicensedDriver(Shape):
    """Somebody who may drive, as typed for the booking. The renter comes first and brings the insurance."""

    name: str
    email: str
    phone: str
    address: str
    born_on: Day
    licence_number: str
    licence_region: str
    licence_since: Day
    licence_until: Day
    insurer: str | None
    insurance_policy: str | None
    insured_until: Day | None

    @classmethod
    def of(cls, driver: rows.Driver) -> Self:
        return cls(**{name: getattr(driver, name) for name in cls.model_fields})


class Charge(Shape):
    """Something to be paid after the return."""

    id: Id
    kind: str
    amount: Money
    note: str


class AdminBooking(Shape):
    """One rental with all that the desk knows of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [ADMIN_BOOKING]})

    id: Id
    reference: str
    version: int
    state: State
    source: str
    """Where it was made: `web`, `api`, `partner`, `desk`, `quote`."""
    attention: str | None
    """Why a person must look at it; null where nobody must."""
    car: BookedCar
    customer_id: Id | None
    drivers: tuple[LicensedDriver, ...]
    pickup_place: Place
    return_place: Place
    delivery_address: str | None
    pickup_at: Moment
    return_at: Moment
    held_at: Moment
    expires_at: Moment | None
    confirmed_at: Moment | None
    handed_over_at: Moment | None
    taken_back_at: Moment | None
    closed_at: Moment | None
    cancelled_at: Moment | None
    price: Price
    owed: Money
    """What is still to be paid for the rental, at PayPal or at the desk."""
    deposit: Money
    prepayment_waiver: str | None
    """A manager's reason for a booking without payment in advance."""
    deposit_waiver: str | None
    """A manager's reason for keys without a deposit."""
    addendum_waiver: str | None
    """And for keys before the last change is signed."""
    extras: dict[str, int]
    payments: tuple[Purse, ...]
    agreement: Agreement | None
    charges: tuple[Charge, ...]
    cancellation: Cancellation | None
    """What cancelling would cost now; null where it cannot be cancelled."""
    cancellation_fee: Money | None
    invoice_number: str | None

    @classmethod
    def of(cls, found: Standing) -> Self:
        booking = found.booking
        fee = booking.cancellation_fee
        return cls(
            id=booking.id,
            reference=booking.reference,
            version=booking.version,
            state=found.state,
            source=booking.source,
            attention=booking.attention,
            car=BookedCar(id=booking.car.id, slug=booking.car.slug, name=booking.car.name),
            customer_id=booking.customer_id,
            drivers=tuple(LicensedDriver.of(driver) for driver in booking.drivers),
            pickup_place=Place.of(booking.pickup_place),
            return_place=Place.of(booking.return_place),
            delivery_address=booking.delivery_address,
            pickup_at=booking.pickup_at,
            return_at=booking.return_at,
            held_at=booking.held_at,
            expires_at=booking.expires_at,
            confirmed_at=booking.confirmed_at,
            handed_over_at=booking.handed_over_at,
            taken_back_at=booking.taken_back_at,
            closed_at=booking.closed_at,
            cancelled_at=booking.cancelled_at,
            price=Price.of(booking.agreed),
            owed=Money.of(found.owed),
            deposit=Money.of(booking.deposit_money),
            prepayment_waiver=booking.prepayment_waiver,
            deposit_waiver=booking.deposit_waiver,
            addendum_waiver=booking.addendum_waiver,
            extras=dict(booking.request["extras"]),
            payments=tuple(Purse.of(booking, row, found=found) for row in found.payments),
            agreement=Agreement.of(found.contract, signable=found.signable) if found.contract else None,
            charges=tuple(
                Charge(
                    id=row.id,
                    kind=row.kind,
                    amount=Money(amount=row.amount, currency=booking.currency),
                    note=row.note,
                )
                for row in booking.charges
            ),
            cancellation=Cancellation.of(found.terms) if found.terms and found.cancellable else None,
            cancellation_fee=None if fee is None else Money(amount=fee, currency=booking.currency),
            invoice_number=found.invoice.number if found.invoice else None,
        )


def look(booking_id: UUID, **_: Any) -> AdminBooking:
    """A booking as it is now. Raises BookingNotFound."""
    return AdminBooking.of(standing.load(booking_id, "", at=clock.now()))


def _lock(booking_id: UUID, **_: Any) -> None:
    transitions.lock(booking_id)


def _lock_with_car(booking_id: UUID, **_: Any) -> None:
    transitions.lock_with_car(booking_id)


# The booking of the path as the caller saw it; for a move of its place, the turn on its car comes first.
SEEN, SEEN_WITH_CAR = Seen(_lock, look), Seen(_lock_with_car, look)


class BookingRow(Shape):
    """One line of the list."""

    id: Id
    reference: str
    version: int
    state: State
    attention: str | None
    car: BookedCar
    renter: str | None
    email: str | None
    pickup_at: Moment
    return_at: Moment
    total: Money
    payment: PaymentState | None
    owed: Money
    """What is still to be paid for the rental, at PayPal or at the desk."""
    deposit: PaymentState | None
    agreement: ContractState | None

    @classmethod
    def of(cls, row: queries.Row) -> Self:
        booking = row.booking
        renter = booking.renter
        return cls(
            id=booking.id,
            reference=booking.reference,
            version=booking.version,
            state=State(booking.state),
            attention=booking.attention,
            car=BookedCar(id=booking.car.id, slug=booking.car.slug, name=booking.car.name),
            renter=renter.name if renter else None,
            email=renter.email if renter else None,
            pickup_at=booking.pickup_at,
            return_at=booking.return_at,
            total=Money.of(booking.total_money),
            payment=PaymentState(row.payment_state) if row.payment_state else None,
            owed=Money.of(row.owed),
            deposit=PaymentState(row.deposit_state) if row.deposit_state else None,
            agreement=ContractState(row.contract_state) if row.contract_state else None,
        )


class BookingRows(Shape):
    """A page of bookings."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [BOOKING_ROW], "next": None}]})

    items: tuple[BookingRow, ...]
    next: str | None
    """The cursor of the next page; null on the last one."""
