"""What the desk takes and gives back itself, and when a deposit goes back at the latest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENTS = ("deposit_release_at", "deposit_warned_at", "deposit_released_at")


def upgrade() -> None:
    op.create_table(
        "desk_receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("of_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("desk_receipts_amount_check")),
        sa.CheckConstraint(
            "kind IN ('taken', 'given_back', 'corrected')", name=op.f("desk_receipts_kind_check")
        ),
        sa.CheckConstraint(
            "purpose IN ('rental', 'deposit', 'charge')", name=op.f("desk_receipts_purpose_check")
        ),
        sa.CheckConstraint(
            "method IN ('terminal', 'cash', 'transfer')", name=op.f("desk_receipts_method_check")
        ),
        sa.CheckConstraint("(kind = 'taken') = (of_id IS NULL)", name=op.f("desk_receipts_of_check")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("desk_receipts_booking_id_fkey")),
        sa.ForeignKeyConstraint(["of_id"], ["desk_receipts.id"], name=op.f("desk_receipts_of_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("desk_receipts_pkey")),
        sa.UniqueConstraint("booking_id", "number", name=op.f("desk_receipts_booking_id_number_key")),
    )
    op.create_index("desk_receipts_of_id_idx", "desk_receipts", ["of_id"])
    op.create_index("desk_receipts_at_idx", "desk_receipts", ["at"])
    op.execute(
        "CREATE TRIGGER desk_receipts_append_only BEFORE UPDATE OR DELETE ON desk_receipts "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    for name in MOMENTS:
        op.add_column("bookings", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("bookings", sa.Column("hand_back", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("bookings", "hand_back", server_default=None)
    op.create_check_constraint(op.f("bookings_hand_back_check"), "bookings", "hand_back >= 0")
    op.create_index(
        "bookings_deposit_release_at_idx",
        "bookings",
        ["deposit_release_at"],
        postgresql_where=sa.text("deposit_release_at IS NOT NULL"),
    )
    op.create_index(
        "bookings_hand_back_idx",
        "bookings",
        ["pickup_at", "id"],
        postgresql_where=sa.text("hand_back > 0"),
    )


def downgrade() -> None:
    op.drop_index("bookings_hand_back_idx", "bookings")
    op.drop_index("bookings_deposit_release_at_idx", "bookings")
    op.drop_constraint(op.f("bookings_hand_back_check"), "bookings")
    op.drop_column("bookings", "hand_back")
    for name in MOMENTS:
        op.drop_column("bookings", name)
    op.drop_table("desk_receipts")
