"""Promo codes, and each use of one by a booking."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LIVE = sa.text("given_back_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "promotions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("rate_bp", sa.Integer()),
        sa.Column("amount", sa.Integer()),
        sa.Column("currency", sa.String()),
        sa.Column("booked_from", sa.Date()),
        sa.Column("booked_until", sa.Date()),
        sa.Column("pickup_from", sa.Date()),
        sa.Column("pickup_until", sa.Date()),
        sa.Column("minimum_days", sa.Integer(), nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("cars", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("most_uses", sa.Integer()),
        sa.Column("most_per_customer", sa.Integer()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("(rate_bp IS NULL) <> (amount IS NULL)", name="share_or_amount"),
        sa.CheckConstraint("rate_bp > 0 AND rate_bp <= 9000", name="rate"),
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="currency"),
        sa.CheckConstraint("kinds <@ '{rental,extra}' AND cardinality(kinds) > 0", name="kinds"),
        sa.CheckConstraint("booked_until >= booked_from", name="booked"),
        sa.CheckConstraint("pickup_until >= pickup_from", name="pickup"),
        sa.CheckConstraint("minimum_days > 0", name="minimum_days"),
        sa.CheckConstraint("most_uses > 0 AND most_per_customer > 0", name="most"),
        sa.CheckConstraint("state IN ('active', 'ended')", name="state"),
    )
    op.create_index("promotions_key_key", "promotions", ["key"], unique=True)
    op.create_table(
        "promotion_uses",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("promotion_id", sa.Uuid(), sa.ForeignKey("promotions.id"), nullable=False),
        sa.Column("booking_id", sa.Uuid(), sa.ForeignKey("bookings.id"), nullable=False),
        sa.Column("email", sa.String()),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("given_back_at", MOMENT),
        sa.CheckConstraint("email = lower(email)", name="email"),
    )
    op.create_index(
        "promotion_uses_booking_id_key",
        "promotion_uses",
        ["booking_id"],
        unique=True,
        postgresql_where=LIVE,
    )
    op.create_index("promotion_uses_promotion_id_idx", "promotion_uses", ["promotion_id"])
    op.create_index(
        "promotion_uses_live_idx", "promotion_uses", ["promotion_id", "email"], postgresql_where=LIVE
    )


def downgrade() -> None:
    op.drop_table("promotion_uses")
    op.drop_table("promotions")
