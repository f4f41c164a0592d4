"""Certificates of providers that sign with one, kept by the address they came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import LargeBinary, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base, session


class ProviderCertificate(Base):
    """A PEM file as it was fetched. A provider's new certificate has a new address."""

    __tablename__ = "provider_certificates"

    address: Mapped[str] = mapped_column(primary_key=True)
    pem: Mapped[bytes] = mapped_column(LargeBinary)
    fetched_at: Mapped[datetime]


def by_address() -> dict[str, bytes]:
    """All that are kept: a handful in years."""
    return {row.address: row.pem for row in session().scalars(select(ProviderCertificate))}


def keep(fetched: Mapping[str, bytes], *, at: datetime) -> None:
    """Keep what was fetched; normal twice."""
    for address, pem in fetched.items():
        session().execute(
            insert(ProviderCertificate)
            .values(address=address, pem=pem, fetched_at=at)
            .on_conflict_do_update(index_elements=["address"], set_={"pem": pem, "fetched_at": at})
        )
