"""The people who rent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class Customer(Base):
    """One customer, known by e-mail address (lower case).

    What somebody typed for a booking is kept with the booking, not here: whoever knows an address must not
    be able to change what the house knows of its owner.
    """

    __tablename__ = "customers"
    __table_args__ = (
        Index("customers_email_key", "email", unique=True),
        Index(
            "customers_search_idx",
            "search",
            postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str]
    created_at: Mapped[datetime]
    email_bounced_at: Mapped[datetime | None]
    # What staff search by: name, e-mail and phone, folded; the phone's figures alone as well.
    search: Mapped[str] = mapped_column(default="")


class DoNotRent(Base):
    """Somebody the house does not rent to, by e-mail address or licence number; the reason stays inside."""

    __tablename__ = "do_not_rent"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str | None] = mapped_column(index=True)
    licence_number: Mapped[str | None] = mapped_column(index=True)
    reason: Mapped[str]
    created_at: Mapped[datetime]
