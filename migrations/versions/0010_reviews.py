"""Reviews of closed rentals, and the plan to ask for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PUBLISHED = sa.text("state = 'published'")


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("car_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("headline", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("public_name", sa.String(), nullable=False),
        sa.Column("rented_on", sa.Date(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decline_reason", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("reviews_stars_check")),
        sa.CheckConstraint(
            "state IN ('written', 'published', 'declined', 'withdrawn')", name=op.f("reviews_state_check")
        ),
        sa.CheckConstraint(
            "state = 'withdrawn' OR (words <> '' AND public_name <> '')", name=op.f("reviews_said_check")
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR (words = '' AND public_name = '')", name=op.f("reviews_withdrawn_check")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("reviews_booking_id_fkey")),
        sa.ForeignKeyConstraint(["car_id"], ["cars.id"], name=op.f("reviews_car_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reviews_pkey")),
        sa.UniqueConstraint("booking_id", name=op.f("reviews_booking_id_key")),
    )
    op.create_index(
        "reviews_of_car_idx", "reviews", ["car_id", "moved_at", "id"], postgresql_include=["stars"],
        postgresql_where=PUBLISHED,
    )  # fmt: skip
    op.create_index(
        "reviews_best_idx", "reviews", ["stars", "moved_at", "id"], postgresql_where=PUBLISHED
    )
    op.create_index("reviews_state_idx", "reviews", ["state", "moved_at", "id"])
    op.create_table(
        "review_invitations",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("review_invitations_booking_id_fkey")
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("review_invitations_pkey")),
    )
    op.create_index(
        "review_invitations_due_idx", "review_invitations", ["ask_at"],
        postgresql_where=sa.text("asked_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("review_invitations")
    op.drop_table("reviews")
