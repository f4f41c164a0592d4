"""What PayPal would have the payer approve, beside each order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_orders", sa.Column("amount", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("payment_orders", "amount")
