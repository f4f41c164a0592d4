"""The words of the site and the messages from its contact page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _texts()
    _enquiries()


def _texts() -> None:
    op.create_table(
        "site_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("drafted_by", sa.String(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(draft IS NULL) = (drafted_at IS NULL)", name=op.f("site_texts_draft_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("site_texts_pkey")),
        sa.UniqueConstraint("name", name=op.f("site_texts_name_key")),
    )
    op.create_table(
        "site_text_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_from", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["text_id"], ["site_texts.id"], name=op.f("site_text_versions_text_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("site_text_versions_pkey")),
        sa.UniqueConstraint("text_id", "version", name=op.f("site_text_versions_text_id_version_key")),
    )
    op.create_table(
        "site_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["text_id"], ["site_texts.id"], name=op.f("site_questions_text_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("site_questions_pkey")),
        sa.UniqueConstraint("text_id", name=op.f("site_questions_text_id_key")),
    )


def _enquiries() -> None:
    op.create_table(
        "enquiries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("suspected", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('new', 'answered', 'spam')", name=op.f("enquiries_state_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("enquiries_pkey")),
        sa.UniqueConstraint("key", name=op.f("enquiries_key_key")),
    )
    op.create_index("enquiries_state_idx", "enquiries", ["state", "id"])
    op.create_table(
        "enquiry_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enquiry_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enquiry_id"], ["enquiries.id"], name=op.f("enquiry_answers_enquiry_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("enquiry_answers_pkey")),
    )
    op.create_index("enquiry_answers_enquiry_id_idx", "enquiry_answers", ["enquiry_id"])


def downgrade() -> None:
    for table in ("enquiry_answers", "enquiries", "site_questions", "site_text_versions", "site_texts"):
        op.drop_table(table)
