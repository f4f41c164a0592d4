"""What providers reported, at the desk: whatever its type or form, it is shown with what came of it."""

from __future__ import annotations

from uuid import uuid4

from flask import Flask

from exodrive.kernel import audit, deliveries
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import Delivery
from tests.drain import drain
from tests.tasks.reports import keep
from tests.tasks.test_webhook_types import DISPUTE, NO_USE
from tests.web.nasty import SCRIPT
from tests.web.staff.conftest import SignedIn


def test_what_there_is_no_use_for_is_shown_with_a_note(house: Flask, signed_in: SignedIn) -> None:
    keep("SOMETHING.NEW", {}, key="WH-1")
    keep("CUSTOMER.DISPUTE.CREATED", {"resource": ["odd"]}, key="WH-2")
    keep(SCRIPT, {}, key="WH-3")
    keep("", {}, key="WH-4")
    drain()
    shown = signed_in("viewer").get("/desk/queue/received")
    for word in ("SOMETHING.NEW", "CUSTOMER.DISPUTE.CREATED", NO_USE, DISPUTE, "WH-4", "Nothing to do"):
        assert word in shown
    assert SCRIPT not in shown


def test_a_manager_has_one_processed_once_more(house: Flask, signed_in: SignedIn) -> None:
    message_id = keep("SOMETHING.NEW", {}, key="WH-1")
    page = f"/desk/queue/received/{message_id}"
    manager, agent = signed_in("manager"), signed_in("agent")
    assert "Process it once more" not in manager.get(page), "it is on its way"
    drain()
    assert page in manager.get("/desk/queue/received")
    assert "Process it once more" not in agent.get(page)
    shown = manager.get(page)
    assert "stays in the record" in manager.read(manager.send(shown, "/replay", reason=" "), status=422)
    assert manager.send(shown, "/replay", reason="We can read it since today").status_code == 303
    with transaction():
        entry = audit.trail(message_id)[0]
    assert (entry.action, entry.reason) == ("webhook.replayed", "We can read it since today")
    answer = manager.send(shown, "/replay", reason="Twice")
    assert "on its way already" in manager.read(answer, status=409)
    drain()
    assert "Nothing to do" in manager.get(page)


def test_what_was_given_up_goes_on_where_it_stopped(house: Flask, signed_in: SignedIn) -> None:
    message_id = keep("SOMETHING.NEW", {}, key="WH-1")
    with transaction():
        row = session().query(Delivery).filter_by(actor="webhooks.process").one()
        work = deliveries.claim(row.id)
        assert work is not None
        deliveries.fail(work, error="KeyError: it does not fit")
    manager = signed_in("manager")
    shown = manager.get(f"/desk/queue/received/{message_id}")
    assert "was given up" in shown
    assert manager.send(shown, "/replay", reason="Mended").status_code == 303
    drain()
    assert "was given up" not in manager.get(f"/desk/queue/received/{message_id}")


def test_others_messages_are_not_there(house: Flask, signed_in: SignedIn) -> None:
    manager = signed_in("manager")
    assert manager.client.get(f"/desk/queue/received/{uuid4()}").status_code == 404
