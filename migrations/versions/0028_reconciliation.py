"""PayPal's side of all that is open is read, and what differs is kept until it is solved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = ("open", "taken_over", "gone", "explained")


def upgrade() -> None:
    _runs()
    _differences()


def _runs() -> None:
    op.create_table(
        "reconciliation_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "reconciliation_runs_open_key",
        "reconciliation_runs",
        [sa.text("coalesce(booking_id, '00000000-0000-0000-0000-000000000000')")],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index("reconciliation_runs_started_at_idx", "reconciliation_runs", ["started_at", "id"])
    op.create_table(
        "reconciliation_waiting",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["reconciliation_runs.id"]),
        sa.PrimaryKeyConstraint("run_id", "subject_id"),
    )


def _differences() -> None:
    op.create_table(
        "reconciliation_differences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("bill_id", sa.Uuid(), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=True),
        sa.Column("theirs", sa.Integer(), nullable=True),
        sa.Column("our_word", sa.String(), nullable=True),
        sa.Column("their_word", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("solved_by", sa.String(), nullable=True),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("solved_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(payment_id, bill_id) = 1", name=op.f("reconciliation_differences_of_one_check")
        ),
        sa.CheckConstraint(
            "state IN (" + ", ".join(f"'{state}'" for state in STATES) + ")",
            name=op.f("reconciliation_differences_state_check"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (solved_at IS NULL)", name=op.f("reconciliation_differences_solved_check")
        ),
        sa.CheckConstraint(
            "state <> 'explained' OR reason IS NOT NULL",
            name=op.f("reconciliation_differences_explained_check"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["reconciliation_runs.id"]),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"]),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"]),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "reconciliation_differences_open_key",
        "reconciliation_differences",
        [sa.text("coalesce(payment_id, bill_id)"), "cause", "subject"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    for name, columns in {
        "state": ["state", "found_at", "id"],
        "run_id": ["run_id"],
        "payment_id": ["payment_id"],
        "bill_id": ["bill_id"],
    }.items():
        op.create_index(f"reconciliation_differences_{name}_idx", "reconciliation_differences", columns)


def downgrade() -> None:
    op.drop_table("reconciliation_differences")
    op.drop_table("reconciliation_waiting")
    op.drop_table("reconciliation_runs")
