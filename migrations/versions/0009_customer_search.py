"""What customers are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# The same folding as `exodrive/kernel/folding.py`.
FILL = r"""
UPDATE customers SET search = regexp_replace(
    normalize(lower(name || ' ' || email || ' ' || phone || ' ' || regexp_replace(phone, '\D', '', 'g')), NFKD),
    '[\u0300-\u036f]', '', 'g'
)
"""


def upgrade() -> None:
    op.add_column("customers", sa.Column("search", sa.String(), nullable=False, server_default=""))
    op.execute(FILL)
    op.alter_column("customers", "search", server_default=None)
    op.create_index(
        "customers_search_idx", "customers", ["search"], postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("customers_search_idx", "customers")
    op.drop_column("customers", "search")
