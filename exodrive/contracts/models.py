"""The rental agreement of a booking and its addenda, one row for each time one was issued."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.contracts.states import ContractKind, ContractState
from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id

PREFIX = "contract"  # of the ids by which the provider knows our agreements


class Contract(Base):
    """An agreement on its way to be signed. `values` fills the template; they never change once sent.

    The signed PDF and its audit log are kept by us, with their hashes: the provider's addresses expire.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        Index("contracts_booking_id_idx", "booking_id"),
        # A booking has one agreement that counts, and one addendum of each number; a new one is issued when
        # the last has ended.
        Index(
            "contracts_current_key",
            "booking_id",
            "kind",
            "number",
            unique=True,
            postgresql_where=text("state NOT IN ('declined', 'expired', 'voided')"),
        ),
        CheckConstraint(
            "(kind = 'agreement' AND number = 0) OR (kind = 'addendum' AND number > 0)", name="kind"
        ),
        Index("contracts_waiting_idx", "checked_at", postgresql_where=text("state IN ('sent', 'viewed')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    kind: Mapped[str] = mapped_column(default=ContractKind.AGREEMENT, server_default=ContractKind.AGREEMENT)
    number: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # of the addendum, from 1
    state: Mapped[str] = mapped_column(default=ContractState.DRAFT)
    values: Mapped[dict[str, Any]]
    signer_name: Mapped[str]
    signer_email: Mapped[str]
    submission_id: Mapped[int | None] = mapped_column(unique=True)
    submitter_id: Mapped[int | None]
    sign_url: Mapped[str | None]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    viewed_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]
    agreement_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_files.id"))
    audit_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_files.id"))

    @property
    def external_id(self) -> str:
        """How the provider knows it: found again by this before it is ever sent twice."""
        return f"{PREFIX}-{self.id}"
