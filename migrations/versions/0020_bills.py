"""Bills: what customers are asked to pay by invoices at PayPal, and the policy of when they are due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('draft', 'sent', 'pending', 'partly_paid')")
STATES = "'draft', 'sent', 'pending', 'partly_paid', 'paid', 'cancelled', 'written_off', 'refunded'"
# A house that is open already has its first version from the beginning, as all its other policies.
POLICY = """
    INSERT INTO policies (id, kind, version, terms, in_force_at, changed_by)
    SELECT gen_random_uuid(), 'bills', 1, '{"due_days": 14, "remind_every_days": 7, "reminders": 3}',
           min(in_force_at), 'Set-up'
    FROM policies HAVING count(*) > 0
"""
TAKEN_OVER = """UPDATE bookings SET policies = policies || '{"bills": 1}' WHERE policies <> '{}'"""


def upgrade() -> None:
    _bills()
    _payments()
    _operations()
    op.execute(POLICY)
    op.execute(TAKEN_OVER)


def _bills() -> None:
    op.create_table(
        "bills",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("amount", "paid", "refunded", "written_off")),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recipient_name", sa.String(), nullable=False),
        sa.Column("recipient_email", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("paypal_id", "paypal_status", "view_url", "trouble")),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("sent_at", "reminded_at", "paid_at", "cancelled_at", "written_off_at")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("bills_amount_check")),
        sa.CheckConstraint(
            "paid >= 0 AND refunded >= 0 AND written_off >= 0", name=op.f("bills_figures_check")
        ),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("bills_state_check")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("bills_booking_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("bills_pkey")),
        *(
            sa.UniqueConstraint(name, name=op.f(f"bills_{name}_key"))
            for name in ("cause", "number", "paypal_id")
        ),
    )
    op.create_index("bills_booking_id_idx", "bills", ["booking_id"])
    op.create_index("bills_open_idx", "bills", ["checked_at"], postgresql_where=OPEN)
    op.create_index(
        "bills_remind_at_idx", "bills", ["remind_at"], postgresql_where=sa.text("remind_at IS NOT NULL")
    )


def _payments() -> None:
    op.create_table(
        "bill_payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("paypal_id", sa.String(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("bill_payments_amount_check")),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("bill_payments_bill_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("bill_payments_pkey")),
        sa.UniqueConstraint("paypal_id", name=op.f("bill_payments_paypal_id_key")),
    )
    op.create_index("bill_payments_bill_id_idx", "bill_payments", ["bill_id"])


def _operations() -> None:
    op.create_table(
        "bill_operations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("code", "debug_id", "reason")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("bill_operations_bill_id_fkey")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["bill_payments.id"], name=op.f("bill_operations_payment_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("bill_operations_pkey")),
    )
    op.create_index("bill_operations_bill_id_idx", "bill_operations", ["bill_id"])
    op.create_index(
        "bill_operations_open_key", "bill_operations", ["bill_id", "kind"], unique=True,
        postgresql_where=sa.text("state IN ('wanted', 'called') AND kind <> 'record_payment'"),
    )  # fmt: skip


def downgrade() -> None:
    for table in ("bill_operations", "bill_payments", "bills"):
        op.drop_table(table)
    op.execute("UPDATE bookings SET policies = policies - 'bills'")
    op.execute("ALTER TABLE policies DISABLE TRIGGER policies_append_only")
    op.execute("DELETE FROM policies WHERE kind = 'bills'")
    op.execute("ALTER TABLE policies ENABLE TRIGGER policies_append_only")
