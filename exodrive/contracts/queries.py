"""Finding an agreement by what its provider knows of it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from exodrive.contracts.models import PREFIX, Contract
from exodrive.kernel.db import session


def by_provider(submission_id: object, external_ids: Collection[str]) -> Contract | None:
    """The agreement with this submission number, else the one that an external id of ours names."""
    if isinstance(submission_id, int):
        found = session().scalars(select(Contract).where(Contract.submission_id == submission_id)).first()
        if found is not None:
            return found
    for external_id in external_ids:
        contract_id = _read(external_id)
        if contract_id is not None:
            return session().get(Contract, contract_id)
    return None


def ids_of(booking_id: UUID) -> list[UUID]:
    """Every agreement that was issued for a booking, in order."""
    return list(
        session().scalars(select(Contract.id).where(Contract.booking_id == booking_id).order_by(Contract.id))
    )


def _read(external_id: str) -> UUID | None:
    prefix, _, rest = external_id.partition("-")
    try:
        return UUID(rest) if prefix == PREFIX else None
    except ValueError:
        return None
