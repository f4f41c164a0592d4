"""The booking, its drivers, and the charges made at its return."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exodrive.bookings.charge_states import ChargeState
from exodrive.bookings.states import State
from exodrive.customers.models import Customer
from exodrive.fleet.models import Car
from exodrive.house.models import Place
from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.pricing.price import Price


class Attention(StrEnum):
    """Why a person of the house must look at a booking."""

    AMOUNT_MISMATCH = "amount_mismatch"
    PAYMENT_REFUSED = "payment_refused"
    MONEY_WITHOUT_PLACE = "money_without_place"
    HOLD_LOST = "hold_lost"
    HOLD_ENDING = "hold_ending"
    DEPOSIT_LOST = "deposit_lost"
    DEPOSIT_DUE = "deposit_due"
    AGREEMENT_DECLINED = "agreement_declined"
    AGREEMENT_EXPIRED = "agreement_expired"
    MAIL_BOUNCED = "mail_bounced"
    CAR_LATE = "car_late"
    CHARGE_OBJECTED = "charge_objected"
    BILL_TROUBLE = "bill_trouble"


class Booking(Base):
    """One rental, from the hold to the invoice.

    `expires_at` ends an unfinished booking; None pins it. `price` is the snapshot that was agreed, never
    worked out again; `policies` the versions it stands under; `link_hash` is of the page link's secret.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("return_at > pickup_at", name="period"),
        CheckConstraint("total >= 0 AND deposit >= 0", name="amounts"),
        CheckConstraint("state IN (" + ", ".join(f"'{state}'" for state in State) + ")", name="state"),
        # One visitor holds one car at a time.
        Index("bookings_visitor_key", "visitor", unique=True, postgresql_where=text("state = 'held'")),
        Index("bookings_link_hash_key", "link_hash", unique=True),
        Index("bookings_expires_at_idx", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
        Index(
            "bookings_deposit_ask_at_idx",
            "deposit_ask_at",
            postgresql_where=text("deposit_ask_at IS NOT NULL"),
        ),
        Index(
            "bookings_deposit_release_at_idx",
            "deposit_release_at",
            postgresql_where=text("deposit_release_at IS NOT NULL"),
        ),
        CheckConstraint("hand_back >= 0", name="hand_back"),
        Index("bookings_hand_back_idx", "pickup_at", "id", postgresql_where=text("hand_back > 0")),
        Index("bookings_settling_idx", "settling_at", postgresql_where=text("state = 'returned'")),
        Index("bookings_pickup_at_idx", "pickup_at", "id"),
        Index(
            "bookings_open_idx",
            "pickup_at",
            "id",
            postgresql_where=text(
                "state IN ('held', 'awaiting_payment', 'awaiting_signature', 'confirmed', 'on_rent',"
                " 'returned')"
            ),
        ),
        Index("bookings_attention_idx", "pickup_at", "id", postgresql_where=text("attention IS NOT NULL")),
        Index("bookings_state_pickup_at_idx", "state", "pickup_at", "id"),
        Index("bookings_car_id_idx", "car_id"),
        Index("bookings_customer_id_idx", "customer_id"),
        Index(
            "bookings_search_idx",
            "search",
            postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    source: Mapped[str] = mapped_column(default="web")
    api_token_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_tokens.id"))  # whose program made it
    visitor: Mapped[str | None]
    link_version: Mapped[int] = mapped_column(default=1)
    link_hash: Mapped[bytes] = mapped_column(LargeBinary)

    car_id: Mapped[UUID] = mapped_column(ForeignKey("cars.id"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"))
    pickup_place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
    return_place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
    delivery_address: Mapped[str | None]
    pickup_at: Mapped[datetime]
    return_at: Mapped[datetime]
    held_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    extended_at: Mapped[datetime | None]  # when the customer asked for more time, which is given once

    request: Mapped[dict[str, Any]]  # what was priced: pricing.request.PriceRequest
    price: Mapped[dict[str, Any]]  # what came of it: pricing.price.Price
    currency: Mapped[str]
    total: Mapped[int]
    deposit: Mapped[int]
    policies: Mapped[dict[str, Any]]
    extras: Mapped[dict[str, Any]]

    ordered_at: Mapped[datetime | None]
    payment_delayed: Mapped[bool] = mapped_column(default=False)
    prepayment_waiver: Mapped[str | None]  # a manager's reason for a booking without payment in advance
    authorized_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    deposit_ask_at: Mapped[datetime | None]  # when to ask for the deposit; None once it was asked for
    deposit_asked_at: Mapped[datetime | None]
    deposit_waiver: Mapped[str | None]  # a manager's reason for keys without a deposit
    addendum_waiver: Mapped[str | None]  # and for keys before the last change is signed
    deposit_release_at: Mapped[datetime | None]  # the day on which it goes back; None once that was done
    deposit_warned_at: Mapped[datetime | None]  # when staff were told that a claim keeps it past its day
    deposit_released_at: Mapped[datetime | None]  # let go before the settlement: by hand, or by date
    hand_back: Mapped[int] = mapped_column(default=0)  # what the desk has of this booking and owes its renter
    handed_over_at: Mapped[datetime | None]
    taken_back_at: Mapped[datetime | None]
    settling_at: Mapped[datetime | None]
    deposit_take: Mapped[int | None]  # what the settlement takes from the deposit
    closed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancellation_fee: Mapped[int | None]
    fee_billed: Mapped[int] = mapped_column(default=0, server_default="0")  # what of it a bill asked for
    # When cancelling ceased to be free, where a later change of the dates must not make it free again.
    free_cancellation_ended_at: Mapped[datetime | None]
    attention: Mapped[str | None]
    # What staff search by: reference, name, e-mail, phone and plate, in small letters.
    search: Mapped[str] = mapped_column(default="")

    car: Mapped[Car] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(lazy="raise")
    pickup_place: Mapped[Place] = relationship(foreign_keys=[pickup_place_id], lazy="raise")
    return_place: Mapped[Place] = relationship(foreign_keys=[return_place_id], lazy="raise")
    drivers: Mapped[list[Driver]] = relationship(
        back_populates="booking", order_by="Driver.position", lazy="raise", cascade="all, delete-orphan"
    )
    # Those that the settlement is about: not what was dropped, nor what came up after it.
    charges: Mapped[list[Charge]] = relationship(
        primaryjoin="and_(Booking.id == Charge.booking_id, Charge.state != 'dropped', ~Charge.late)",
        order_by="Charge.id",
        lazy="raise",
    )

    @property
    def agreed(self) -> Price:
        """The price as it was agreed."""
        return Price.from_json(self.price)

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)

    @property
    def fee_left(self) -> Money:
        """What PayPal's payments have to bring of the fee for not coming: what no bill asked for."""
        return Money(max((self.cancellation_fee or 0) - self.fee_billed, 0), self.currency)

    @property
    def deposit_money(self) -> Money:
        return Money(self.deposit, self.currency)

    @property
    def renter(self) -> Driver | None:
        """The main driver, who is also the one that pays and signs."""
        return next((driver for driver in self.drivers if driver.position == 0), None)


class Driver(Base):
    """Somebody who may drive the car of one booking, as typed for it. Position 0 is the renter."""

    __tablename__ = "booking_drivers"
    __table_args__ = (UniqueConstraint("booking_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    position: Mapped[int]
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    address: Mapped[str]  # in one line
    address_parts: Mapped[dict[str, Any] | None]  # customers.addresses.Address, where it was typed so
    born_on: Mapped[date]
    licence_number: Mapped[str]
    licence_region: Mapped[str]
    licence_since: Mapped[date]
    licence_until: Mapped[date]
    insurer: Mapped[str | None]
    insurance_policy: Mapped[str | None]
    insured_until: Mapped[date | None]

    booking: Mapped[Booking] = relationship(back_populates="drivers", lazy="raise")


class ChargeKind(StrEnum):
    MILEAGE = "mileage"
    FUEL = "fuel"
    LATE = "late"
    CLEANING = "cleaning"
    SMOKING = "smoking"
    DAMAGE = "damage"
    LOSS_OF_USE = "loss_of_use"
    TOLL = "toll"
    FINE = "fine"
    OTHER = "other"


class Charge(Base):
    """Something to be paid beside the price. `params` hold how it was worked out.

    It comes from the deposit first (`from_deposit`), the rest of it is billed. A `late` one came up when the
    rental had been settled: it is billed whole, and stands on an invoice of its own. Afterwards it can come
    to less: `given_back` is what of the deposit went back, `credited` what its bill asks for less.
    `source_key` names the row of a toll file, once and for all.
    """

    __tablename__ = "booking_charges"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("from_deposit BETWEEN 0 AND amount", name="from_deposit"),
        CheckConstraint("given_back BETWEEN 0 AND amount", name="given_back"),
        CheckConstraint("credited >= 0 AND given_back + credited <= amount", name="credited"),
        CheckConstraint("state IN (" + ", ".join(f"'{state}'" for state in ChargeState) + ")", name="state"),
        CheckConstraint("(state = 'settled') = (settled_at IS NOT NULL)", name="settled"),
        Index("booking_charges_booking_id_idx", "booking_id"),
        Index("booking_charges_source_key_key", "source_key", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    kind: Mapped[str]
    amount: Mapped[int]
    note: Mapped[str]
    params: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=ChargeState.PROPOSED)
    late: Mapped[bool] = mapped_column(default=False)
    arose_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    source_key: Mapped[str | None]
    dropped_for: Mapped[str | None]  # why it was let go
    settled_at: Mapped[datetime | None]
    from_deposit: Mapped[int] = mapped_column(default=0)
    given_back: Mapped[int] = mapped_column(default=0)
    credited: Mapped[int] = mapped_column(default=0, server_default="0")
    bill_id: Mapped[UUID | None] = mapped_column(ForeignKey("bills.id"))
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))

    def left(self, currency: str) -> Money:
        """What it still comes to, in the booking's currency."""
        return Money(self.amount - self.given_back - self.credited, currency)
