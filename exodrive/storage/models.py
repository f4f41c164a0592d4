"""Files that the house must keep: agreements, photos, invoices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class StoredFile(Base):
    """A file in the store. Never changed; bytes match `sha256`. Only papers and old crops are discarded."""

    __tablename__ = "stored_files"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
