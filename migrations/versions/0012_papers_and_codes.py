"""More time for a hold, structured addresses, photos of drivers' papers, and codes for details of old rentals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("houses", sa.Column("country", sa.String(), nullable=False, server_default="US"))
    op.alter_column("houses", "country", server_default=None)
    op.add_column("bookings", sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "booking_drivers",
        sa.Column("address_parts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.create_table(
        "driver_papers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forget_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('sent', 'accepted', 'rejected')", name=op.f("driver_papers_state_check")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("driver_papers_booking_id_fkey")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("driver_papers_file_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("driver_papers_pkey")),
        sa.UniqueConstraint(
            "booking_id", "position", "kind", name=op.f("driver_papers_booking_id_position_kind_key")
        ),
    )
    op.create_index("driver_papers_forget_at_idx", "driver_papers", ["forget_at"])
    op.create_table(
        "details_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("details_codes_booking_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("details_codes_pkey")),
    )
    op.create_index("details_codes_email_idx", "details_codes", ["email", "created_at"])


def downgrade() -> None:
    op.drop_index("details_codes_email_idx", "details_codes")
    op.drop_table("details_codes")
    op.drop_index("driver_papers_forget_at_idx", "driver_papers")
    op.drop_table("driver_papers")
    op.drop_column("booking_drivers", "address_parts")
    op.drop_column("bookings", "extended_at")
    op.drop_column("houses", "country")
