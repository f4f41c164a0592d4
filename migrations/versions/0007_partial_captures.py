"""Captures that leave the rest of their authorization held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = (("payment_operations", "final"), ("payments", "intended_final"))


def upgrade() -> None:
    for table, column in COLUMNS:
        # What was captured so far took all that was meant to be taken.
        op.add_column(table, sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.true()))
        op.alter_column(table, column, server_default=None)


def downgrade() -> None:
    for table, column in COLUMNS:
        op.drop_column(table, column)
