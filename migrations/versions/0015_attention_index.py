"""What a person has to look at is found without reading every booking."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "bookings_attention_idx",
        "bookings",
        ["pickup_at", "id"],
        postgresql_where=sa.text("attention IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("bookings_attention_idx", "bookings")
