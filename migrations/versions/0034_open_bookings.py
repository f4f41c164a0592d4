"""The open bookings by their pick-up: the desk's list and its search walk along them, latest first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

OPEN = "state IN ('held', 'awaiting_payment', 'awaiting_signature', 'confirmed', 'on_rent', 'returned')"


def upgrade() -> None:
    op.create_index("bookings_open_idx", "bookings", ["pickup_at", "id"], postgresql_where=sa.text(OPEN))


def downgrade() -> None:
    op.drop_index("bookings_open_idx", "bookings")
