"""Photos of the cars, and what is made of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "car_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("car_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("focus_x", sa.Integer(), nullable=False),
        sa.Column("focus_y", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("blurs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'ready', 'failed')", name=op.f("car_photos_state_check")),
        sa.CheckConstraint(
            "(state = 'failed') = (failure IS NOT NULL)", name=op.f("car_photos_failure_check")
        ),
        sa.CheckConstraint(
            "focus_x BETWEEN 0 AND 100 AND focus_y BETWEEN 0 AND 100", name=op.f("car_photos_focus_check")
        ),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("car_photos_sha256_check")),
        sa.ForeignKeyConstraint(["car_id"], ["cars.id"], name=op.f("car_photos_car_id_fkey")),
        sa.ForeignKeyConstraint(["original_id"], ["stored_files.id"], name=op.f("car_photos_original_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("car_photos_pkey")),
    )
    op.create_index(
        "car_photos_once_idx", "car_photos", ["car_id", "sha256"], unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )  # fmt: skip
    op.create_index("car_photos_order_idx", "car_photos", ["car_id", "position"])
    op.create_table(
        "photo_renditions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("crop", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["car_photos.id"], name=op.f("photo_renditions_photo_id_fkey")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("photo_renditions_file_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("photo_renditions_pkey")),
        sa.UniqueConstraint("name", name=op.f("photo_renditions_name_key")),
        sa.UniqueConstraint(
            "photo_id", "crop", "format", "width", name=op.f("photo_renditions_photo_id_crop_format_width_key")
        ),
    )


def downgrade() -> None:
    op.drop_table("photo_renditions")
    op.drop_table("car_photos")
