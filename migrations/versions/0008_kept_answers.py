"""Answers kept for callers who ask twice, and whose program made a booking."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_answers",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("kept_answers_pkey")),
    )
    op.create_index("kept_answers_kept_at_idx", "kept_answers", ["kept_at"])
    op.add_column("bookings", sa.Column("api_token_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("bookings_api_token_id_fkey"), "bookings", "api_tokens", ["api_token_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_column("bookings", "api_token_id")
    op.drop_table("kept_answers")
