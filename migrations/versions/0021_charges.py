"""Charges have a state, evidence and the customer's objections; tolls and fines come in files.

Charges of closed rentals were taken from the deposit, whole: more than it held was not charged until now.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CHARGES = "booking_charges"


def upgrade() -> None:
    _charges()
    op.create_table(
        "charge_evidence",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("charge_id", sa.Uuid(), sa.ForeignKey("booking_charges.id"), nullable=False),
        sa.Column("file_id", sa.Uuid(), sa.ForeignKey("stored_files.id")),
        sa.Column("position", sa.String()),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.UniqueConstraint("charge_id", "position"),
        sa.CheckConstraint("(file_id IS NULL) <> (position IS NULL)", name="one"),
    )
    op.create_table(
        "charge_objections",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("charge_id", sa.Uuid(), sa.ForeignKey("booking_charges.id"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String()),
        sa.Column("answer", sa.String()),
        sa.Column("amount_before", sa.Integer(), nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.Column("answered_by", sa.String()),
        sa.UniqueConstraint("charge_id"),
        sa.CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered"),
    )
    op.create_table(
        "toll_files",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("file_id", sa.Uuid(), sa.ForeignKey("stored_files.id"), nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("imported_at", MOMENT),
        sa.Column("imported_by", sa.String()),
        sa.Column("outcomes", postgresql.JSONB(), nullable=False),
    )
    op.create_index("toll_files_uploaded_at_idx", "toll_files", ["uploaded_at"])


def _charges() -> None:
    op.add_column(CHARGES, sa.Column("state", sa.String(), nullable=False, server_default="proposed"))
    op.add_column(CHARGES, sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(CHARGES, sa.Column("arose_at", MOMENT))
    op.add_column(CHARGES, sa.Column("entered_at", MOMENT))
    op.add_column(CHARGES, sa.Column("entered_by", sa.String(), nullable=False, server_default=""))
    op.add_column(CHARGES, sa.Column("source_key", sa.String()))
    op.add_column(CHARGES, sa.Column("dropped_for", sa.String()))
    op.add_column(CHARGES, sa.Column("settled_at", MOMENT))
    op.add_column(CHARGES, sa.Column("from_deposit", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(CHARGES, sa.Column("given_back", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(CHARGES, sa.Column("bill_id", sa.Uuid(), sa.ForeignKey("bills.id")))
    op.add_column(CHARGES, sa.Column("invoice_id", sa.Uuid(), sa.ForeignKey("invoices.id")))
    op.execute(
        """
        UPDATE booking_charges AS c
        SET arose_at = coalesce(b.taken_back_at, b.return_at),
            entered_at = coalesce(b.taken_back_at, b.return_at),
            state = CASE WHEN b.closed_at IS NULL THEN 'proposed' ELSE 'settled' END,
            settled_at = b.closed_at,
            from_deposit = CASE WHEN b.closed_at IS NULL THEN 0 ELSE c.amount END
        FROM bookings AS b WHERE b.id = c.booking_id
        """
    )
    for name in ("arose_at", "entered_at"):
        op.alter_column(CHARGES, name, nullable=False)
    for name in ("state", "late", "entered_by", "from_deposit", "given_back"):
        op.alter_column(CHARGES, name, server_default=None)
    op.create_index("booking_charges_source_key_key", CHARGES, ["source_key"], unique=True)
    op.create_check_constraint("from_deposit", CHARGES, "from_deposit BETWEEN 0 AND amount")
    op.create_check_constraint("given_back", CHARGES, "given_back BETWEEN 0 AND amount")
    op.create_check_constraint("state", CHARGES, "state IN ('claimed', 'proposed', 'dropped', 'settled')")
    op.create_check_constraint("settled", CHARGES, "(state = 'settled') = (settled_at IS NOT NULL)")


def downgrade() -> None:
    for table in ("toll_files", "charge_objections", "charge_evidence"):
        op.drop_table(table)
    # What was dropped or came up later had no place before.
    op.execute("DELETE FROM booking_charges WHERE state = 'dropped' OR late")
    for name in (
        "state", "late", "arose_at", "entered_at", "entered_by", "source_key", "dropped_for", "settled_at",
        "from_deposit", "given_back", "bill_id", "invoice_id",
    ):  # fmt: skip
        op.drop_column(CHARGES, name)
