"""A bill names the house's own document behind it, and a booking how much of its fee was billed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

OF_SETTLEMENTS = """
    UPDATE bills SET invoice_id = i.id FROM invoices AS i
    WHERE i.booking_id = bills.booking_id AND i.kind = 'invoice'
      AND bills.cause = 'settlement:' || bills.booking_id
"""
OF_LATE_CHARGES = """
    UPDATE bills SET invoice_id = c.invoice_id FROM booking_charges AS c
    WHERE c.bill_id = bills.id AND c.late AND c.invoice_id IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("bills", sa.Column("invoice_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("bills_invoice_id_fkey"), "bills", "invoices", ["invoice_id"], ["id"])
    op.create_index("bills_invoice_id_idx", "bills", ["invoice_id"])
    op.add_column("bookings", sa.Column("fee_billed", sa.Integer(), nullable=False, server_default="0"))
    op.execute(OF_SETTLEMENTS)
    op.execute(OF_LATE_CHARGES)


def downgrade() -> None:
    op.drop_column("bookings", "fee_billed")
    op.drop_index("bills_invoice_id_idx", "bills")
    op.drop_constraint(op.f("bills_invoice_id_fkey"), "bills")
    op.drop_column("bills", "invoice_id")
