"""What an entry of the ledger is for within its account, and the order in which periods are read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger_entries", sa.Column("detail", sa.String(), nullable=True))
    op.create_index("ledger_postings_posted_at_idx", "ledger_postings", ["posted_at", "id"])


def downgrade() -> None:
    op.drop_index("ledger_postings_posted_at_idx", table_name="ledger_postings")
    op.drop_column("ledger_entries", "detail")
