"""The sealed trail, and the guards in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exodrive.auditing import guards
from exodrive.auditing.promises import Severity
from exodrive.kernel import clock
from tests.auditing.breaking import Break, Database, assert_found, found, look

SOMEWHERE = (
    "(SELECT link FROM audit_entries WHERE link > 1000 AND action LIKE 'payment.%' ORDER BY link LIMIT 1)"
)
TRAIL = (
    Break(
        "chain_broken", f"UPDATE audit_entries SET reason = 'Because' WHERE link = {SOMEWHERE} RETURNING id"
    ),
    Break(
        "chain_broken",
        f"UPDATE audit_entries SET data = data || '{{\"amount\": 1}}' WHERE link = {SOMEWHERE} RETURNING id",
    ),
    Break("chain_broken", f"UPDATE audit_entries SET data = '[]' WHERE link = {SOMEWHERE} RETURNING id"),
    Break(
        "chain_broken",
        f"UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE link = {SOMEWHERE} RETURNING id",
    ),
    Break(
        "chain_broken",
        f"""DELETE FROM audit_entries WHERE link = {SOMEWHERE}
            RETURNING (SELECT id FROM audit_entries later WHERE later.link = audit_entries.link + 1)""",
    ),
    Break(
        "chain_broken",
        "DELETE FROM audit_entries WHERE link = 1 RETURNING (SELECT id FROM audit_entries WHERE link = 2)",
        also=("trail_contradicts",),
    ),
    Break(
        "chain_broken",
        "UPDATE audit_entries SET reason = 'Groesse' WHERE reason LIKE 'Größe%' RETURNING id",
    ),
    Break(
        "half_sealed",
        """UPDATE audit_entries SET link = NULL
           WHERE link = (SELECT max(link) FROM audit_entries) RETURNING id""",
    ),
)
GUARDS = (
    Break(
        "guard_missing",
        "SELECT 'occupancies_no_overlap'",
        first="ALTER TABLE occupancies DROP CONSTRAINT occupancies_no_overlap",
    ),
    Break(
        "guard_missing",
        "SELECT 'occupancies_no_overlap'",
        first="""ALTER TABLE occupancies DROP CONSTRAINT occupancies_no_overlap;
                 ALTER TABLE occupancies ADD CONSTRAINT occupancies_no_overlap
                     EXCLUDE USING gist (id WITH =, period WITH &&)""",
    ),
    Break(
        "guard_missing",
        "SELECT 'bookings_state_check'",
        first="""ALTER TABLE bookings DROP CONSTRAINT bookings_state_check;
                 ALTER TABLE bookings ADD CONSTRAINT bookings_state_check CHECK (state <> '') NOT VALID""",
    ),
    Break(
        "guard_missing",
        "SELECT 'payment_operations_open_key'",
        first="DROP INDEX payment_operations_open_key",
    ),
    Break(
        "guard_missing",
        "SELECT 'ledger_entries_append_only'",
        first="ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_append_only",
    ),
    Break(
        "guard_missing",
        "SELECT 'desk_receipts_append_only'",
        first="ALTER TABLE desk_receipts DISABLE TRIGGER desk_receipts_append_only",
    ),
    Break(
        "guard_missing",
        "SELECT 'invoices_append_only'",
        first="DROP TRIGGER invoices_append_only ON invoices",
    ),
    Break(
        "guard_missing",
        "SELECT 'payment_steps_seen_check'",
        first="ALTER TABLE payment_steps DROP CONSTRAINT payment_steps_seen_check",
    ),
    Break(
        "guard_missing",
        "SELECT 'audit_entries_append_only'",
        first="DROP TRIGGER audit_entries_append_only ON audit_entries",
    ),
)


@pytest.mark.parametrize("broken", [*TRAIL, *GUARDS], ids=str)
def test_it_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken)


def test_foreign_keys_that_were_switched_off_are_found(tampered: Database) -> None:
    tampered.execute("ALTER TABLE bookings DISABLE TRIGGER ALL")
    seen = found(look(tampered))
    assert seen.keys() == {"trigger_off"}
    assert all(name.startswith("RI_ConstraintTrigger") for name in seen["trigger_off"])


def test_entries_wait_to_be_sealed(tampered: Database) -> None:
    (entry_id,) = (
        tampered.execute(
            "INSERT INTO audit_entries (at, action, subject_type, subject_id, actor_kind, actor_name, data)"
            " SELECT %s, action, 'house', subject_id, actor_kind, actor_name, data FROM audit_entries LIMIT 1"
            " RETURNING id",
            [clock.now() - timedelta(hours=1)],
        ).fetchone()
        or ()
    )
    report = look(tampered)
    assert report.breaches == 0
    assert found(report, Severity.ATTENTION) == {"unsealed": {str(entry_id)}}


def test_every_guard_of_the_migrations_is_looked_for(tampered: Database) -> None:
    """Nothing that refuses is left out: whoever adds a trigger names it in `guards`."""
    rows = tampered.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal").fetchall()
    assert {row[0] for row in rows} == set(guards.TRIGGERS)
