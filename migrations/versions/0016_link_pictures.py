"""Pictures that messages show for links to cars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_pictures",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("car_id", sa.Uuid(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["car_id"], ["cars.id"], name=op.f("link_pictures_car_id_fkey")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("link_pictures_file_id_fkey")),
        sa.PrimaryKeyConstraint("name", name=op.f("link_pictures_pkey")),
    )
    op.create_index("link_pictures_newest_idx", "link_pictures", ["car_id", "drawn_at"])


def downgrade() -> None:
    op.drop_table("link_pictures")
