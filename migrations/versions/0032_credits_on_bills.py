"""Bills ask for less by a credit note, charges say how much, and the desk's list of bills has its indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

OPEN = "state IN ('draft', 'sent', 'pending', 'partly_paid')"


def upgrade() -> None:
    op.add_column("bills", sa.Column("credited", sa.Integer(), nullable=False, server_default="0"))
    op.create_check_constraint("credited", "bills", "credited BETWEEN 0 AND amount")
    op.add_column("bill_payments", sa.Column("credit", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("booking_charges", sa.Column("credited", sa.Integer(), nullable=False, server_default="0"))
    op.create_check_constraint(
        "credited", "booking_charges", "credited >= 0 AND given_back + credited <= amount"
    )
    op.create_index("bills_due_idx", "bills", ["due_at", "id"])
    op.create_index("bills_open_due_idx", "bills", ["due_at", "id"], postgresql_where=sa.text(OPEN))


def downgrade() -> None:
    op.drop_index("bills_open_due_idx", "bills")
    op.drop_index("bills_due_idx", "bills")
    op.drop_constraint(op.f("booking_charges_credited_check"), "booking_charges")
    op.drop_column("booking_charges", "credited")
    op.drop_column("bill_payments", "credit")
    op.drop_constraint(op.f("bills_credited_check"), "bills")
    op.drop_column("bills", "credited")
