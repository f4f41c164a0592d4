"""What stood on each account is kept by the day, so that a trial balance does not add up all years."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# Postings come with the moment of what they book. One that lies before a midnight that was brought forward,
# say from an import, makes all later midnights wrong.
FORGET = """
CREATE FUNCTION forget_brought_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM ledger_brought_forward WHERE up_to > (SELECT min(posted_at) FROM posted);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "ledger_brought_forward",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("up_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ledger_brought_forward_key",
        "ledger_brought_forward",
        ["up_to", "account", "detail", "currency"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.execute(FORGET)
    op.execute(
        "CREATE TRIGGER ledger_postings_forget AFTER INSERT ON ledger_postings "
        "REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION forget_brought_forward()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER ledger_postings_forget ON ledger_postings")
    op.execute("DROP FUNCTION forget_brought_forward()")
    op.drop_table("ledger_brought_forward")
