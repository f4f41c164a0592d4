"""The plan of a payment as dated steps, instead of one moment to capture at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

# What was planned is planned still; staff are shown it once it is a quarter of an hour late.
TAKEN_OVER = """
    INSERT INTO payment_steps
           (id, payment_id, kind, due_at, state, cause, dies_at, at_risk_from, created_at)
    SELECT gen_random_uuid(), p.id, 'capture', p.capture_at, 'planned', 'confirmed',
           (SELECT max(a.expires_at) FROM payment_authorizations AS a
              JOIN payment_orders AS o ON o.id = a.order_id WHERE o.payment_id = p.id),
           p.capture_at + interval '15 minutes', p.updated_at
      FROM payments AS p WHERE p.capture_at IS NOT NULL
"""
GIVEN_BACK = """
    UPDATE payments AS p SET capture_at = s.due_at FROM payment_steps AS s
     WHERE s.payment_id = p.id AND s.kind = 'capture' AND s.state = 'planned'
"""


def upgrade() -> None:
    op.create_table(
        "payment_steps",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("payment_id", sa.Uuid(), sa.ForeignKey("payments.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("amount", sa.Integer()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("operation_id", sa.Uuid(), sa.ForeignKey("payment_operations.id")),
        sa.Column("dies_at", MOMENT),
        sa.Column("at_risk_from", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.CheckConstraint("amount > 0", name=op.f("payment_steps_amount_check")),
        sa.CheckConstraint(
            "state NOT IN ('planned', 'wanted') OR at_risk_from IS NOT NULL",
            name=op.f("payment_steps_seen_check"),
        ),
    )
    op.create_index("payment_steps_payment_id_idx", "payment_steps", ["payment_id", "due_at"])
    op.create_index(
        "payment_steps_due_idx", "payment_steps", ["due_at", "id"], postgresql_where="state = 'planned'"
    )
    op.create_index(
        "payment_steps_at_risk_idx",
        "payment_steps",
        ["at_risk_from", "id"],
        postgresql_where="at_risk_from IS NOT NULL",
    )
    op.create_index(
        "payment_steps_open_key",
        "payment_steps",
        ["payment_id", "kind"],
        unique=True,
        postgresql_where="state IN ('planned', 'wanted')",
    )
    op.execute(TAKEN_OVER)
    op.drop_index("payments_capture_at_idx", table_name="payments")
    op.drop_column("payments", "capture_at")


def downgrade() -> None:
    op.add_column("payments", sa.Column("capture_at", MOMENT))
    op.create_index(
        "payments_capture_at_idx", "payments", ["capture_at"], postgresql_where="capture_at IS NOT NULL"
    )
    op.execute(GIVEN_BACK)
    op.drop_table("payment_steps")
