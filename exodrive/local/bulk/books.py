"""Postings to the ledger, as the payment tree and the settlement write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from exodrive.kernel.money import Money
from exodrive.ledger.models import Account
from exodrive.ledger.postings import Unbalanced
from exodrive.local.bulk.rows import Batch, Ids


def post(
    batch: Batch,
    ids: Ids,
    kind: str,
    *,
    source: str,
    booking_id: UUID,
    sides: Mapping[Account, Money],
    at: datetime,
) -> None:
    """Write one posting; sides of nothing are left out. Raises Unbalanced."""
    if sum(side.amount for side in sides.values()):
        raise Unbalanced(source)
    posting_id = ids.at(at)
    batch.add("ledger_postings", id=posting_id, source=source, kind=kind, booking_id=booking_id, posted_at=at)
    for account, side in sides.items():
        if side:
            batch.add(
                "ledger_entries",
                posting_id=posting_id,
                account=account,
                amount=side.amount,
                currency=side.currency,
            )
