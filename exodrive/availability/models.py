"""The one table of taken time. Its exclusion constraint carries the promise against double booking."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class Occupancy(Base):
    """A car is taken for a period, preparation before and turnaround after included.

    A booking has one place. What a change of it wants beyond that is kept in further rows, which name the
    change, until it is applied or comes to nothing.

    The period is half-open, so that what ends at noon and what starts at noon do not collide; its end may be
    open for a car that is out of service. Needs the extension btree_gist. See `docs/locking.md`.
    """

    __tablename__ = "occupancies"
    __table_args__ = (
        CheckConstraint("kind IN ('hold', 'booking', 'maintenance', 'out_of_service')", name="kind"),
        CheckConstraint("(kind IN ('hold', 'booking')) = (booking_id IS NOT NULL)", name="booking"),
        # An empty period would overlap nothing, and a closed end would collide with its neighbour's start.
        CheckConstraint(
            "NOT isempty(period) AND lower_inc(period) AND NOT upper_inc(period)", name="half_open"
        ),
        CheckConstraint("change_id IS NULL OR (booking_id IS NOT NULL AND kind = 'hold')", name="change"),
        Index(
            "occupancies_booking_id_key",
            "booking_id",
            unique=True,
            postgresql_where=text("change_id IS NULL"),
        ),
        Index("occupancies_change_id_idx", "change_id", postgresql_where=text("change_id IS NOT NULL")),
        ExcludeConstraint(("car_id", "="), ("period", "&&"), using="gist", name="occupancies_no_overlap"),
        # Search asks for a period over all cars: the index above leads with the car and cannot serve it well.
        Index("occupancies_period_car_idx", "period", postgresql_using="gist", postgresql_include=["car_id"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    car_id: Mapped[UUID] = mapped_column(ForeignKey("cars.id"))
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    kind: Mapped[str]
    booking_id: Mapped[UUID | None]
    change_id: Mapped[UUID | None]
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
