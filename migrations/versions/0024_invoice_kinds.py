"""Several documents for a booking: supplements, and credit notes that name what they correct and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLE = "invoices"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("kind", sa.String(), nullable=False, server_default="invoice"))
    op.add_column(
        TABLE,
        sa.Column(
            "corrects_id",
            sa.Uuid(),
            sa.ForeignKey("invoices.id", name=op.f("invoices_corrects_id_fkey")),
            nullable=True,
        ),
    )
    op.add_column(TABLE, sa.Column("reason", sa.String(), nullable=True))
    op.add_column(TABLE, sa.Column("supplied_on", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("invoices_kind_check"), TABLE, "kind IN ('invoice', 'supplement', 'credit_note')"
    )
    op.create_check_constraint(
        op.f("invoices_corrects_check"),
        TABLE,
        "(kind = 'credit_note') = (corrects_id IS NOT NULL AND reason IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("invoices_sign_check"), TABLE, "CASE kind WHEN 'credit_note' THEN total < 0 ELSE total >= 0 END"
    )
    op.drop_constraint("invoices_booking_id_key", TABLE)
    op.create_index("invoices_booking_id_idx", TABLE, ["booking_id"])
    op.create_index(
        "invoices_own_key",
        TABLE,
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'invoice'"),
    )
    op.create_index("invoices_corrects_id_idx", TABLE, ["corrects_id"])
    op.create_index("invoices_issued_at_idx", TABLE, ["issued_at", "id"])


def downgrade() -> None:
    for name in ("issued_at_idx", "corrects_id_idx", "own_key", "booking_id_idx"):
        op.drop_index(f"invoices_{name}", table_name=TABLE)
    op.create_unique_constraint(op.f("invoices_booking_id_key"), TABLE, ["booking_id"])
    for name in ("sign", "corrects", "kind"):
        op.drop_constraint(f"invoices_{name}_check", TABLE)
    for column in ("supplied_on", "reason", "corrects_id", "kind"):
        op.drop_column(TABLE, column)
