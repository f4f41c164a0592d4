"""The booking, its drivers, its condition reports and the charges made at its return."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

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
    AGREEMENT_DECLINED = "agreement_declined"
    AGREEMENT_EXPIRED = "agreement_expired"
    MAIL_BOUNCED = "mail_bounced"


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
        Index("bookings_settling_idx", "settling_at", postgresql_where=text("state = 'returned'")),
        Index("bookings_pickup_at_idx", "pickup_at", "id"),
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

    request: Mapped[dict[str, Any]]  # what was priced: pricing.request.PriceRequest
    price: Mapped[dict[str, Any]]  # what came of it: pricing.price.Price
    currency: Mapped[str]
    total: Mapped[int]
    deposit: Mapped[int]
    policies: Mapped[dict[str, Any]]
    extras: Mapped[dict[str, Any]]

    ordered_at: Mapped[datetime | None]
    payment_delayed: Mapped[bool] = mapped_column(default=False)
    authorized_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    deposit_ask_at: Mapped[datetime | None]  # when to ask for the deposit; None once it was asked for
    deposit_asked_at: Mapped[datetime | None]
    deposit_waiver: Mapped[str | None]  # a manager's reason for keys without a deposit
    handed_over_at: Mapped[datetime | None]
    taken_back_at: Mapped[datetime | None]
    settling_at: Mapped[datetime | None]
    deposit_take: Mapped[int | None]  # what the settlement takes from the deposit
    closed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancellation_fee: Mapped[int | None]
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
    charges: Mapped[list[Charge]] = relationship(order_by="Charge.id", lazy="raise")

    @property
    def agreed(self) -> Price:
        """The price as it was agreed."""
        return Price.from_json(self.price)

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)

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
    address: Mapped[str]
    born_on: Mapped[date]
    licence_number: Mapped[str]
    licence_region: Mapped[str]
    licence_since: Mapped[date]
    licence_until: Mapped[date]
    insurer: Mapped[str | None]
    insurance_policy: Mapped[str | None]
    insured_until: Mapped[date | None]

    booking: Mapped[Booking] = relationship(back_populates="drivers", lazy="raise")


class ReportKind(StrEnum):
    PICKUP = "pickup"
    RETURN = "return"


# The photos that a condition report has, in the order in which one walks around the car.
POSITIONS = (
    "left",
    "front",
    "right",
    "rear",
    "wheel_front_left",
    "wheel_front_right",
    "wheels_rear",
    "dashboard",
)


class ConditionReport(Base):
    """How the car was when it left or came back. A draft until `completed_at`."""

    __tablename__ = "condition_reports"
    __table_args__ = (
        UniqueConstraint("booking_id", "kind"),
        CheckConstraint("fuel_eighths BETWEEN 0 AND 8", name="fuel"),
        CheckConstraint("odometer >= 0", name="odometer"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    kind: Mapped[str]
    odometer: Mapped[int | None]
    fuel_eighths: Mapped[int | None]
    checks: Mapped[list[Any]]
    marks: Mapped[str]
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]

    photos: Mapped[list[ConditionPhoto]] = relationship(order_by="ConditionPhoto.id", lazy="raise")


class ConditionPhoto(Base):
    """One photo of a report. A second one of the same position replaces the first while it is a draft."""

    __tablename__ = "condition_photos"
    __table_args__ = (UniqueConstraint("report_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("condition_reports.id"))
    position: Mapped[str]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_files.id"))
    taken_at: Mapped[datetime]


class ChargeKind(StrEnum):
    MILEAGE = "mileage"
    FUEL = "fuel"
    LATE = "late"
    CLEANING = "cleaning"
    DAMAGE = "damage"
    OTHER = "other"


class Charge(Base):
    """Something to be paid after the return, taken from the deposit. `params` hold how it was worked out."""

    __tablename__ = "booking_charges"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("booking_charges_booking_id_idx", "booking_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    kind: Mapped[str]
    amount: Mapped[int]
    note: Mapped[str]
    params: Mapped[dict[str, Any]]
