"""Documents are never changed, and the states of plan steps and bill calls are those of their tables."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

STATES = {
    "payment_steps": "state IN ('planned', 'wanted', 'done', 'skipped', 'failed')",
    "bill_operations": "state IN ('wanted', 'called', 'done', 'rejected', 'dropped')",
}
# An invoice is written once, and gets its PDF once; nothing else about it may change.
PAPER_ONLY = """
CREATE FUNCTION refuse_invoice_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.file_id IS NULL
       AND to_jsonb(OLD) - 'file_id' = to_jsonb(NEW) - 'file_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'invoices is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    for table, states in STATES.items():
        op.create_check_constraint(op.f(f"{table}_state_check"), table, states)
    op.execute(PAPER_ONLY)
    op.execute(
        "CREATE TRIGGER invoices_append_only BEFORE UPDATE OR DELETE ON invoices "
        "FOR EACH ROW EXECUTE FUNCTION refuse_invoice_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER invoices_append_only ON invoices")
    op.execute("DROP FUNCTION refuse_invoice_change()")
    for table in STATES:
        op.drop_constraint(op.f(f"{table}_state_check"), table)
