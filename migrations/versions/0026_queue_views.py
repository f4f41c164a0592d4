"""The desk's views of the queue are read in their order, without the many deliveries that are done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "deliveries_waiting_idx",
        "deliveries",
        ["id"],
        postgresql_where=sa.text("state IN ('pending', 'dispatched') AND last_error IS NULL"),
    )
    op.create_index(
        "deliveries_retrying_idx",
        "deliveries",
        ["id"],
        postgresql_where=sa.text("state IN ('pending', 'dispatched', 'running') AND last_error IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("deliveries_retrying_idx", "deliveries")
    op.drop_index("deliveries_waiting_idx", "deliveries")
