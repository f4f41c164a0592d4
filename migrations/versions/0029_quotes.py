"""Quotes that staff send, and bookings that a manager lets stand without payment in advance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATES = "'open', 'accepted', 'declined', 'withdrawn', 'expired'"


def upgrade() -> None:
    op.add_column("bookings", sa.Column("prepayment_waiver", sa.String()))
    op.create_table(
        "quotes",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("car_id", sa.Uuid(), nullable=False),
        sa.Column("pickup_place_id", sa.Uuid(), nullable=False),
        sa.Column("return_place_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_address", sa.String()),
        sa.Column("pickup_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("return_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request", postgresql.JSONB(), nullable=False),
        sa.Column("price", postgresql.JSONB(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("deposit", sa.Integer(), nullable=False),
        sa.Column("gift_reason", sa.String()),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("last_opened_at", sa.DateTime(timezone=True)),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("booking_id", sa.Uuid()),
        sa.UniqueConstraint("number", name=op.f("quotes_number_key")),
        sa.CheckConstraint("return_at > pickup_at", name=op.f("quotes_period_check")),
        sa.CheckConstraint("total > 0 AND deposit >= 0", name=op.f("quotes_amounts_check")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("quotes_state_check")),
        sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name=op.f("quotes_settled_check")),
        sa.CheckConstraint("state <> 'accepted' OR booking_id IS NOT NULL", name=op.f("quotes_booked_check")),
        sa.ForeignKeyConstraint(["car_id"], ["cars.id"], name=op.f("quotes_car_id_fkey")),
        sa.ForeignKeyConstraint(["pickup_place_id"], ["places.id"], name=op.f("quotes_pickup_place_id_fkey")),
        sa.ForeignKeyConstraint(["return_place_id"], ["places.id"], name=op.f("quotes_return_place_id_fkey")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("quotes_booking_id_fkey")),
    )
    op.create_index("quotes_link_hash_key", "quotes", ["link_hash"], unique=True)
    op.create_index("quotes_booking_id_key", "quotes", ["booking_id"], unique=True)
    op.create_index(
        "quotes_valid_until_idx", "quotes", ["valid_until"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("quotes_state_idx", "quotes", ["state", "id"])


def downgrade() -> None:
    op.drop_table("quotes")
    op.drop_column("bookings", "prepayment_waiver")
