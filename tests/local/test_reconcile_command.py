"""`exodrive reconcile`: begins a reading, prints what differs, and ends with what a script can ask for."""

from __future__ import annotations

import pytest

from exodrive.kernel.db import db, session, transaction
from exodrive.reconciliation.models import Run
from tests import paper
from tests.local.conftest import Command
from tests.web.staff import stages
from tests.web.staff.test_reconciliation import differs


@pytest.mark.made_up
def test_it_prints_what_differs_and_ends_with_it(command: Command) -> None:
    booking_id = paper.confirmed()
    reference = stages.reference(booking_id)
    alike = command("reconcile", "--booking", reference)
    assert (alike.exit_code, "Nothing differs." in alike.output) == (0, True), alike.output
    differs(booking_id)
    told = command("reconcile")
    assert told.exit_code == 1
    assert f"{reference}: Money was given back in PayPal’s own pages" in told.output
    assert "- / 50.07 USD" in told.output
    unknown = command("reconcile", "--booking", "EXD-000000")
    assert unknown.exit_code == 2
    db.session.remove()
    with transaction():
        assert [row.booking_id for row in session().query(Run).order_by(Run.id)] == [booking_id, None]


def test_with_nothing_to_read_waiting_ends_at_once(command: Command) -> None:
    answer = command("reconcile", "--wait")
    assert answer.exit_code == 0, answer.output
