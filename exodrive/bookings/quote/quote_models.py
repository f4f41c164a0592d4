"""A quote: a price that staff have sent to somebody, and that stands until a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exodrive.bookings.models import Booking
from exodrive.bookings.quote.quote_states import QuoteState
from exodrive.fleet.models import Car
from exodrive.house.models import Place
from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.pricing.price import Price


class Quote(Base):
    """What was offered to whom, at a price that is never worked out again.

    `booking_id` is the place that it keeps, or the booking that it became. `link_hash` is of its page's
    secret; `opened_at` when that page was looked at first, and `openings` how often.
    """

    __tablename__ = "quotes"
    __table_args__ = (
        CheckConstraint("return_at > pickup_at", name="period"),
        CheckConstraint("total > 0 AND deposit >= 0", name="amounts"),
        CheckConstraint("state IN (" + ", ".join(f"'{state}'" for state in QuoteState) + ")", name="state"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
        CheckConstraint("state <> 'accepted' OR booking_id IS NOT NULL", name="booked"),
        Index("quotes_link_hash_key", "link_hash", unique=True),
        Index("quotes_booking_id_key", "booking_id", unique=True),
        Index("quotes_valid_until_idx", "valid_until", postgresql_where=text("state = 'open'")),
        Index("quotes_state_idx", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    link_hash: Mapped[bytes] = mapped_column(LargeBinary)

    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    car_id: Mapped[UUID] = mapped_column(ForeignKey("cars.id"))
    pickup_place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
    return_place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
    delivery_address: Mapped[str | None]
    pickup_at: Mapped[datetime]
    return_at: Mapped[datetime]

    request: Mapped[dict[str, Any]]  # what was priced: pricing.request.PriceRequest
    price: Mapped[dict[str, Any]]  # what came of it: pricing.price.Price
    currency: Mapped[str]
    total: Mapped[int]
    deposit: Mapped[int]
    gift_reason: Mapped[str | None]  # why the house takes something off, for the staff alone
    note: Mapped[str]  # for the customer

    by: Mapped[str]
    sent_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    last_opened_at: Mapped[datetime | None]
    openings: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("bookings.id"))

    car: Mapped[Car] = relationship(lazy="raise")
    pickup_place: Mapped[Place] = relationship(foreign_keys=[pickup_place_id], lazy="raise")
    return_place: Mapped[Place] = relationship(foreign_keys=[return_place_id], lazy="raise")
    booking: Mapped[Booking | None] = relationship(lazy="raise")

    @property
    def agreed(self) -> Price:
        """The price as it was offered."""
        return Price.from_json(self.price)

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)

    @property
    def deposit_money(self) -> Money:
        return Money(self.deposit, self.currency)
