"""Changes of a booking: what is asked, the places kept for it, its own payment, its addendum, and clashes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CURRENT = "state NOT IN ('declined', 'expired', 'voided')"


def upgrade() -> None:
    _payments()
    _contracts()
    op.add_column("bookings", sa.Column("free_cancellation_ended_at", sa.DateTime(timezone=True)))
    _changes()
    _conflicts()
    op.add_column("occupancies", sa.Column("change_id", sa.Uuid()))
    op.drop_constraint(op.f("occupancies_booking_id_key"), "occupancies", type_="unique")
    op.create_index(
        "occupancies_booking_id_key",
        "occupancies",
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text("change_id IS NULL"),
    )
    op.create_index(
        "occupancies_change_id_idx",
        "occupancies",
        ["change_id"],
        postgresql_where=sa.text("change_id IS NOT NULL"),
    )
    op.create_check_constraint(
        op.f("occupancies_change_check"),
        "occupancies",
        "change_id IS NULL OR (booking_id IS NOT NULL AND kind = 'hold')",
    )


def _payments() -> None:
    """A booking may have several payments for changes; the others stay single."""
    op.add_column("payments", sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
    op.drop_constraint(op.f("payments_booking_id_purpose_key"), "payments", type_="unique")
    op.create_unique_constraint(
        op.f("payments_booking_id_purpose_number_key"), "payments", ["booking_id", "purpose", "number"]
    )
    # A change may leave nothing to be paid by a payment that was opened.
    op.drop_constraint(op.f("payments_amount_check"), "payments", type_="check")
    op.create_check_constraint(op.f("payments_amount_check"), "payments", "amount >= 0")


def _contracts() -> None:
    op.add_column("contracts", sa.Column("kind", sa.String(), nullable=False, server_default="agreement"))
    op.add_column("contracts", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.create_check_constraint(
        op.f("contracts_kind_check"),
        "contracts",
        "(kind = 'agreement' AND number = 0) OR (kind = 'addendum' AND number > 0)",
    )
    op.drop_index("contracts_current_key", table_name="contracts")
    op.create_index(
        "contracts_current_key",
        "contracts",
        ["booking_id", "kind", "number"],
        unique=True,
        postgresql_where=sa.text(CURRENT),
    )


def _changes() -> None:
    op.create_table(
        "booking_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.Column("impact", postgresql.JSONB(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('awaiting_payment', 'applied', 'withdrawn', 'expired', 'refused')",
            name=op.f("booking_changes_state_check"),
        ),
        sa.CheckConstraint("fault IN ('customer', 'house')", name=op.f("booking_changes_fault_check")),
        sa.CheckConstraint(
            "(state = 'awaiting_payment') = (settled_at IS NULL)", name=op.f("booking_changes_settled_check")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("booking_changes_booking_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("booking_changes_payment_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("booking_changes_pkey")),
        sa.UniqueConstraint("booking_id", "number", name=op.f("booking_changes_booking_id_number_key")),
        sa.UniqueConstraint("payment_id", name=op.f("booking_changes_payment_id_key")),
    )
    op.create_index(
        "booking_changes_open_key",
        "booking_changes",
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text("state = 'awaiting_payment'"),
    )
    op.create_index(
        "booking_changes_expires_at_idx",
        "booking_changes",
        ["expires_at"],
        postgresql_where=sa.text("state = 'awaiting_payment' AND expires_at IS NOT NULL"),
    )


def _conflicts() -> None:
    op.create_table(
        "booking_conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("late_id", sa.Uuid(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved_by", sa.String(), nullable=True),
        sa.Column("solution", sa.String(), nullable=True),
        sa.CheckConstraint("booking_id <> late_id", name=op.f("booking_conflicts_two_check")),
        sa.CheckConstraint(
            "(solved_at IS NULL) = (solution IS NULL) AND (solved_at IS NULL) = (solved_by IS NULL)",
            name=op.f("booking_conflicts_solved_check"),
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("booking_conflicts_booking_id_fkey")
        ),
        sa.ForeignKeyConstraint(["late_id"], ["bookings.id"], name=op.f("booking_conflicts_late_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("booking_conflicts_pkey")),
    )
    op.create_index(
        "booking_conflicts_open_key",
        "booking_conflicts",
        ["booking_id", "late_id"],
        unique=True,
        postgresql_where=sa.text("solved_at IS NULL"),
    )
    op.create_index("booking_conflicts_late_id_idx", "booking_conflicts", ["late_id"])


def downgrade() -> None:
    op.drop_constraint(op.f("occupancies_change_check"), "occupancies", type_="check")
    op.execute("DELETE FROM occupancies WHERE change_id IS NOT NULL")
    op.drop_index("occupancies_change_id_idx", table_name="occupancies")
    op.drop_index("occupancies_booking_id_key", table_name="occupancies")
    op.create_unique_constraint("occupancies_booking_id_key", "occupancies", ["booking_id"])
    op.drop_column("occupancies", "change_id")
    op.drop_table("booking_conflicts")
    op.drop_table("booking_changes")
    op.drop_column("bookings", "free_cancellation_ended_at")
    op.drop_index("contracts_current_key", table_name="contracts")
    op.create_index(
        "contracts_current_key",
        "contracts",
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text(CURRENT),
    )
    op.drop_constraint(op.f("contracts_kind_check"), "contracts", type_="check")
    op.drop_column("contracts", "number")
    op.drop_column("contracts", "kind")
    op.drop_constraint(op.f("payments_amount_check"), "payments", type_="check")
    op.create_check_constraint(op.f("payments_amount_check"), "payments", "amount > 0")
    op.drop_constraint(op.f("payments_booking_id_purpose_number_key"), "payments", type_="unique")
    op.create_unique_constraint(
        op.f("payments_booking_id_purpose_key"), "payments", ["booking_id", "purpose"]
    )
    op.drop_column("payments", "number")
