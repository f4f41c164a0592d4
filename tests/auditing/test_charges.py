"""Charges without an outcome, and deposits that were kept for nothing, are found."""

from __future__ import annotations

import pytest

from tests.auditing.breaking import Break, Database, assert_found

ONE = "SELECT id FROM booking_charges WHERE state = 'settled' LIMIT 1"
CHARGES = (
    Break(
        "charge_open",
        f"UPDATE booking_charges SET state = 'proposed', settled_at = NULL WHERE id = ({ONE}) RETURNING id",
        also=("invoice_lines", "deposit_uncharged"),
    ),
    Break(
        "charge_uncovered",
        f"UPDATE booking_charges SET from_deposit = from_deposit - 1 WHERE id = ({ONE}) RETURNING id",
        also=("deposit_uncharged",),
    ),
    Break(
        "charge_uninvoiced",
        f"UPDATE booking_charges SET late = true WHERE id = ({ONE}) RETURNING id",
        also=("invoice_lines",),
    ),
    Break(
        "charge_lowered_alone",
        f"""UPDATE booking_charges
            SET bill_id = (SELECT id FROM bills LIMIT 1), from_deposit = from_deposit - 1, credited = 1
            WHERE id = ({ONE}) RETURNING bill_id""",
        also=("deposit_uncharged",),
    ),
    Break(
        "deposit_uncharged",
        f"UPDATE booking_charges SET given_back = 1 WHERE id = ({ONE}) RETURNING booking_id",
    ),
)


@pytest.mark.parametrize("broken", CHARGES, ids=str)
def test_it_is_found(broken: Break, tampered: Database) -> None:
    assert_found(tampered, broken)
