"""What a delivery waits for: the outages of its provider have a count of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("outages", sa.Integer(), server_default="0", nullable=False))
    op.add_column("deliveries", sa.Column("away_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("trouble", sa.String(), nullable=True))
    # An outage used to count as an attempt, and the claim now gives up after twelve of them.
    op.execute("UPDATE deliveries SET attempts = 0 WHERE state IN ('pending', 'dispatched', 'running')")


def downgrade() -> None:
    for name in ("trouble", "away_since", "outages"):
        op.drop_column("deliveries", name)
