"""Postings to the ledger, as the payment tree and the settlement write them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.ledger.postings import Sides, Unbalanced, account_of
from exodrive.local.bulk.rows import Batch, Ids


def post(
    batch: Batch,
    ids: Ids,
    kind: str,
    *,
    source: str,
    booking_id: UUID,
    sides: Sides,
    at: datetime,
) -> None:
    """Write one posting; sides of nothing are left out. Raises Unbalanced."""
    if sum(amount.amount for amount in sides.values()):
        raise Unbalanced(source)
    posting_id = ids.at(at)
    batch.add("ledger_postings", id=posting_id, source=source, kind=kind, booking_id=booking_id, posted_at=at)
    for side, amount in sides.items():
        if amount:
            account, detail = account_of(side)
            batch.add(
                "ledger_entries",
                posting_id=posting_id,
                account=account,
                detail=detail,
                amount=amount.amount,
                currency=amount.currency,
            )
