"""Each car's published reviews, counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_tallies",
        sa.Column("car_id", sa.Uuid(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "published >= 0 AND stars >= published", name=op.f("review_tallies_counted_check")
        ),
        sa.ForeignKeyConstraint(["car_id"], ["cars.id"], name=op.f("review_tallies_car_id_fkey")),
        sa.PrimaryKeyConstraint("car_id", name=op.f("review_tallies_pkey")),
    )
    op.execute(
        """
        INSERT INTO review_tallies (car_id, published, stars)
        SELECT car_id, count(*), sum(stars) FROM reviews WHERE state = 'published' GROUP BY car_id
        """
    )


def downgrade() -> None:
    op.drop_table("review_tallies")
