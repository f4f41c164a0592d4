"""A manager's reason for keys before the last change is signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("addendum_waiver", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("bookings", "addendum_waiver")
