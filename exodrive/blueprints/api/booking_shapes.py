"""A booking and its payments, as their customer may see them."""

from __future__ import annotations

from typing import Any, Self

from pydantic import ConfigDict

from exodrive.blueprints.api import answers
from exodrive.blueprints.api.price_shapes import PLACE_EXAMPLE, PRICE_EXAMPLE, Cancellation, Place, Price
from exodrive.blueprints.api.shapes import Id, Moment, Money, Shape
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.blueprints.booking_page.steps import PayStep, of_payment
from exodrive.bookings.models import Driver as DriverRow
from exodrive.bookings.states import State
from exodrive.contracts.models import Contract
from exodrive.contracts.states import ContractState
from exodrive.payments import models, opening, tree
from exodrive.payments.states import PaymentState, Purpose

BOOKING_ID = "019ab3f2-8d11-7a22-8f00-2f1f0c7c1a55"
PAYMENT: dict[str, Any] = {
    "id": "019ab3f2-9a01-7b33-8a11-0b6f5d1f2c66",
    "booking_id": BOOKING_ID,
    "purpose": "rental",
    "state": "ordered",
    "step": "ready",
    "amount": {"amount": 299378, "currency": "USD"},
    "captured": {"amount": 0, "currency": "USD"},
    "refunded": {"amount": 0, "currency": "USD"},
    "order_id": "5O190127TN364715T",
    "approve_url": "https://www.paypal.com/checkoutnow?token=5O190127TN364715T",
}
BOOKING: dict[str, Any] = {
    "id": BOOKING_ID,
    "reference": "EXD-7K4M2Q",
    "version": 2,
    "state": "awaiting_payment",
    "car": {"id": "019ab3f2-7c5e-7d10-9a41-6f2f6f0f8a11", "slug": "aurelia-gt", "name": "Aurelia GT"},
    "pickup_place": PLACE_EXAMPLE,
    "return_place": PLACE_EXAMPLE,
    "delivery_address": None,
    "pickup_at": "2026-12-11T15:00:00Z",
    "return_at": "2026-12-14T15:00:00Z",
    "held_at": "2026-11-24T15:00:00Z",
    "expires_at": "2026-11-24T16:00:00Z",
    "confirmed_at": None,
    "cancelled_at": None,
    "price": PRICE_EXAMPLE,
    "deposit": {"amount": 500000, "currency": "USD"},
    "extras": {},
    "drivers": [
        {
            "position": 0,
            "name": "Maya Okafor",
            "email": "maya@okafor.example",
            "phone": "+13015550123",
            "renter": True,
        }
    ],
    "payments": [PAYMENT],
    "agreement": None,
    "cancellation": {"fee": {"amount": 0, "currency": "USD"}, "free_until": "2026-12-08T15:00:00Z"},
    "cancellation_fee": None,
    "documents": {"agreement": None, "invoice": None},
}


class Payment(Shape):
    """Money for one purpose of a booking."""

    model_config = ConfigDict(json_schema_extra={"examples": [PAYMENT]})

    id: Id
    booking_id: Id
    purpose: Purpose
    state: PaymentState
    """Where the money is."""
    step: PayStep
    """What that means to the payer: `ready` to go to `approve_url`, `checking` while PayPal is asked."""
    amount: Money
    captured: Money
    """What was taken and has arrived."""
    refunded: Money
    order_id: str | None
    """PayPal's id of the last order."""
    approve_url: str | None
    """Where to send the payer, as long as that leads anywhere."""

    @classmethod
    def of(cls, payment: models.Payment, *, found: Standing) -> Self:
        """`found` is the booking that it is for."""
        order = opening.usable_order(payment, at=found.at)
        step = found.pay_step if payment is found.rental else of_payment(payment, at=found.at)
        if payment is found.deposit:
            step = found.deposit_step
        return cls(
            id=payment.id,
            booking_id=payment.booking_id,
            purpose=Purpose(payment.purpose),
            state=PaymentState(payment.state),
            step=step,
            amount=Money.of(payment.money),
            captured=Money.of(tree.captured(payment)),
            refunded=Money.of(tree.refunded(payment)),
            order_id=payment.orders[-1].paypal_id if payment.orders else None,
            approve_url=order.approve_url if order else None,
        )


class BookedCar(Shape):
    """The car of a booking."""

    id: Id
    slug: str
    name: str


class Driver(Shape):
    """Who drives. What the licence says is not answered."""

    position: int
    """What a change names them by; the renter has 0."""
    name: str
    email: str
    phone: str
    renter: bool

    @classmethod
    def of(cls, driver: DriverRow) -> Self:
        return cls(
            position=driver.position,
            name=driver.name,
            email=driver.email,
            phone=driver.phone,
            renter=driver.position == 0,
        )


class Agreement(Shape):
    """The rental agreement on its way to be signed."""

    state: ContractState
    sign_url: str | None
    """Where the renter signs, while it waits for that."""
    expires_at: Moment
    signed_at: Moment | None

    @classmethod
    def of(cls, contract: Contract, *, signable: bool) -> Self:
        return cls(
            state=ContractState(contract.state),
            sign_url=contract.sign_url if signable else None,
            expires_at=contract.expires_at,
            signed_at=contract.signed_at,
        )


class Documents(Shape):
    """Addresses of papers, to be asked for with the same credentials; null where there is none yet."""

    agreement: str | None
    invoice: str | None


class Booking(Shape):
    """One rental, from the hold to the invoice."""

    model_config = ConfigDict(json_schema_extra={"examples": [BOOKING]})

    id: Id
    reference: str
    """What people say on the phone."""
    version: int
    state: State
    car: BookedCar
    pickup_place: Place
    return_place: Place
    delivery_address: str | None
    pickup_at: Moment
    return_at: Moment
    held_at: Moment
    expires_at: Moment | None
    """When it ends by itself unless it goes on; null where no clock runs."""
    confirmed_at: Moment | None
    cancelled_at: Moment | None
    price: Price
    """As it was agreed; never worked out again."""
    deposit: Money
    extras: dict[str, int]
    drivers: tuple[Driver, ...]
    payments: tuple[Payment, ...]
    agreement: Agreement | None
    cancellation: Cancellation | None
    """What cancelling would cost now; null where it cannot be cancelled."""
    cancellation_fee: Money | None
    """What it has cost."""
    documents: Documents

    @classmethod
    def of(cls, found: Standing) -> Self:
        booking = found.booking
        return cls(
            id=booking.id,
            reference=booking.reference,
            version=booking.version,
            state=found.state,
            car=BookedCar(id=booking.car.id, slug=booking.car.slug, name=booking.car.name),
            pickup_place=Place.of(booking.pickup_place),
            return_place=Place.of(booking.return_place),
            delivery_address=booking.delivery_address,
            pickup_at=booking.pickup_at,
            return_at=booking.return_at,
            held_at=booking.held_at,
            expires_at=booking.expires_at,
            confirmed_at=booking.confirmed_at,
            cancelled_at=booking.cancelled_at,
            price=Price.of(booking.agreed),
            deposit=Money.of(booking.deposit_money),
            extras=dict(booking.request["extras"]),
            drivers=tuple(Driver.of(driver) for driver in booking.drivers),
            payments=tuple(
                Payment.of(payment, found=found)
                for payment in (found.rental, found.deposit)
                if payment is not None
            ),
            agreement=Agreement.of(found.contract, signable=found.signable) if found.contract else None,
            cancellation=Cancellation.of(found.terms) if found.terms and found.cancellable else None,
            cancellation_fee=_fee(found),
            documents=_documents(found),
        )


def _fee(found: Standing) -> Money | None:
    fee = found.booking.cancellation_fee
    return None if fee is None else Money(amount=fee, currency=found.booking.currency)


def _documents(found: Standing) -> Documents:
    def named(operation: str, file_id: Id | None) -> str | None:
        return answers.address(operation, booking_id=found.booking.id) if file_id else None

    return Documents(
        agreement=named("read_agreement", found.contract.agreement_file_id if found.contract else None),
        invoice=named("read_invoice", found.invoice.file_id if found.invoice else None),
    )
