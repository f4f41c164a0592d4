"""`exodrive webhooks`: looking at what the providers reported, replaying it, and carrying it elsewhere."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import delete, select, update

from exodrive.bookings import queries
from exodrive.cli import main
from exodrive.config import Settings
from exodrive.extensions import limiter
from exodrive.kernel import clock
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.inbox import InboxMessage
from exodrive.kernel.outbox import Delivery, Event
from exodrive.local import demo
from exodrive.notifications import messages
from tests import rental
from tests.drain import drain
from tests.replay.hearing import line
from tests.servers import Servers
from tests.tasks import pens
from tests.tasks.pens import Pens

Run = Callable[..., Result]
NOBODY = "maya@okafor.example"


@pytest.fixture
def house(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        with transaction():
            demo.furnish(at=clock.now())
        yield app
        db.session.remove()


@pytest.fixture
def pen(house: Flask, settings: Settings) -> Pens:
    made = pens.of(settings)
    with transaction():
        made.hand_over_certificate()
    return made


@pytest.fixture
def run(
    house: Flask, servers: Servers, settings: Settings, tmp_path: Path, worker_number: int
) -> Iterator[Run]:
    """The command in the folder of this house, which does not run."""
    before, enabled = dict(os.environ), limiter.enabled
    environment = servers.environment(
        settings.database_url,
        worker=worker_number,
        SIMULATORS_URL=settings.paypal.base_url.removesuffix("/paypal"),
        PUBLIC_URL=settings.public_url,
        EXODRIVE_VAR=str(tmp_path),
    )

    def webhooks(*words: str, answer: str = "") -> Result:
        db.session.remove()
        return CliRunner().invoke(main, ["webhooks", *words], input=answer, env=environment)

    yield webhooks
    os.environ.clear()
    os.environ.update(before)
    limiter.enabled = enabled


def write(file: Path, *messages: str) -> Path:
    file.write_text("\n".join(messages) + "\n")
    return file


def event(number: int, kind: str, about: Any) -> dict[str, Any]:
    return {"id": f"WH-{number}", "event_type": kind, "resource": about}


def rows() -> list[dict[str, Any]]:
    db.session.remove()
    with transaction():
        found = session().scalars(select(InboxMessage).order_by(InboxMessage.id))
        return [{"id": str(each.id), "state": each.state, "type": each.event_type} for each in found]


@pytest.fixture
def filled(run: Run, pen: Pens, tmp_path: Path) -> list[dict[str, Any]]:
    """Four messages: of a type with no use, a dispute, one with personal data, and one of Resend."""
    told = [
        line(pen.write("paypal", event(1, "SOMETHING.NEW", {}))),
        line(pen.write("paypal", event(2, "CUSTOMER.DISPUTE.CREATED", {"dispute_id": "PP-1"}))),
        line(pen.write("paypal", event(3, "RISK.DISPUTE.CREATED", {"payer": NOBODY}))),
        line(pen.write("resend", {"type": "contact.created", "data": {"email": NOBODY}})),
    ]
    answer = run("import", str(write(tmp_path / "log.jsonl", *told)))
    assert answer.exit_code == 0, answer.output
    assert "4 stored, 0 known, 0 refused, 0 unreadable." in answer.output
    assert "The house does not run" in answer.output
    drain()
    return rows()


def test_the_log_is_listed_and_narrowed(filled: list[dict[str, Any]], run: Run) -> None:
    everything = run("list").output
    assert everything.splitlines()[0].split() == ["received", "provider", "type", "state", "id", "note"]
    assert [word in everything for word in ("SOMETHING.NEW", "contact.created", "a dispute")] == [True] * 3

    def types(*options: str) -> list[str]:
        answer = run("list", "--json", *options)
        assert answer.exit_code == 0, answer.output
        return [json.loads(each)["event_type"] for each in answer.output.splitlines()]

    assert types("--provider", "resend") == ["contact.created"]
    assert types("--type", "CUSTOMER.*") == ["CUSTOMER.DISPUTE.CREATED"]
    assert types("--type", "CUSTOMER.DISPUTE.CREATED", "--state", "ignored") == ["CUSTOMER.DISPUTE.CREATED"]
    assert types("--unknown") == ["SOMETHING.NEW"]
    assert types("--state", "failed") == types("--state", "refused") == []
    tomorrow = (clock.real_now() + timedelta(days=1)).isoformat()
    assert types("--since", tomorrow) == []
    assert len(types("--until", tomorrow)) == 4
    assert types("--limit", "2") == ["contact.created", "RISK.DISPUTE.CREATED"]
    third = filled[2]["id"]
    assert f"--before {third}" in run("list", "--limit", "2").output
    assert types("--before", third) == ["CUSTOMER.DISPUTE.CREATED", "SOMETHING.NEW"]
    assert NOBODY not in everything


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("list", "--since", "yesterday"), "no date or time"),
        (("list", "--before", "x"), "no message's id"),
        (("list", "--booking", "EXD-NONE"), "There is no booking EXD-NONE."),
        (("show", "WH-NONE"), "There is no message WH-NONE."),
        (("replay",), "Name messages"),
        (("replay", "WH-1", "--all"), "Either name messages"),
    ],
)
def test_what_cannot_be_found_is_said(words: tuple[str, ...], told: str, run: Run) -> None:
    answer = run(*words)
    assert answer.exit_code != 0
    assert told in answer.output


def test_one_message_is_shown_and_its_content_only_when_asked(filled: list[dict[str, Any]], run: Run) -> None:
    shown = run("show", "WH-3").output
    for word in (
        "RISK.DISPUTE.CREATED",
        "paypal-transmission-sig",
        "it is answered at PayPal",
        '"state": "done"',
    ):
        assert word in shown
    assert NOBODY not in shown
    assert NOBODY in run("show", "WH-3", "--body").output
    as_json = json.loads(run("show", filled[2]["id"], "--json", "--body").output)
    assert as_json["body"]["resource"] == {"payer": NOBODY}
    assert [each["state"] for each in as_json["processing"]] == ["done"]


def test_a_replay_asks_first_and_counts_at_its_end(filled: list[dict[str, Any]], run: Run) -> None:
    assert run("replay", "--provider", "paypal", answer="n\n").exit_code == 1
    assert {each["state"] for each in rows()} == {"ignored"}
    told = run("replay", "--provider", "paypal", answer="y\n")
    assert "Have 3 messages processed once more?" in told.output
    assert "3 on their way again, 0 were on their way already." in told.output
    assert [each["state"] for each in rows()] == ["received"] * 3 + ["ignored"]
    assert "0 on their way again, 1 were on their way already." in run("replay", "WH-1", "--yes").output
    assert drain() == ["webhooks.process"] * 3
    assert {each["state"] for each in rows()} == {"ignored"}
    assert "There are no such messages." in run("replay", "--state", "failed", "--yes").output
    with transaction():
        trail = session().scalars(select(AuditEntry).where(AuditEntry.action == "webhook.replayed")).all()
        assert {each.actor_name for each in trail} == {"Command line"}
        assert len(trail) == 3


def test_what_was_given_up_goes_on_and_what_was_refused_proves_itself_first(
    filled: list[dict[str, Any]], run: Run
) -> None:
    with transaction():
        for number, state in ((0, "received"), (1, "refused")):
            session().execute(
                update(InboxMessage)
                .where(InboxMessage.event_type == filled[number]["type"])
                .values(state=state)
            )
        first = session().scalars(select(Event.id).order_by(Event.id)).first()
        session().execute(update(Delivery).where(Delivery.event_id == first).values(state="failed"))
    assert "1 on their way again" in run("replay", "--state", "failed", "--yes").output
    assert "1 on their way again" in run("replay", "--state", "refused", "--yes").output
    assert [each["state"] for each in rows()][:2] == ["received", "unverified"]


def test_a_booking_is_named_by_what_came_of_its_messages(
    house: Flask, pen: Pens, run: Run, tmp_path: Path
) -> None:
    booking_id = rental.hold()
    with transaction():
        reference = queries.by_id(booking_id).reference
        message_id = messages.queue(
            "link/1",
            template="booking_link",
            to_email=NOBODY,
            subject="Your booking",
            html="",
            text="",
            booking_id=booking_id,
            at=clock.now(),
        )
        assert message_id is not None
        messages.sent(message_id, provider_id="4ef9", at=clock.now())
    told = [pen.write("resend", {"type": "email.delivered", "data": {"email_id": "4ef9"}})]
    told.append(pen.write("resend", {"type": "contact.created", "data": {}}, key="2"))
    run("import", str(write(tmp_path / "log.jsonl", *map(line, told))))
    drain()
    listed = run("list", "--json", "--booking", reference.lower()).output.splitlines()
    assert [json.loads(each)["event_type"] for each in listed] == ["email.delivered"]


def test_a_log_is_carried_to_another_house_and_nothing_forged_with_it(
    filled: list[dict[str, Any]], pen: Pens, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "log.jsonl"
    assert "4 messages written" in run("export", str(file)).output
    assert file.stat().st_mode & 0o077 == 0, "it holds what the messages say"
    lines = file.read_text().splitlines()
    with transaction():
        session().execute(delete(InboxMessage))
    forged = []
    for each in lines:
        changed = json.loads(each)
        body = base64.b64decode(changed["body"]) + b" "
        forged.append(json.dumps({**changed, "body": base64.b64encode(body).decode()}))
        forged.append(json.dumps({**changed, "headers": {}}))
        forged.append(json.dumps({**changed, "state": "processed", "verified": True, "headers": {}}))
    odd = ["", "[]", "{}", "no JSON", json.dumps({"provider": "nobody", "headers": {}, "body": ""})]
    odd += [
        json.dumps({**json.loads(lines[0]), "body": 7}),
        json.dumps({**json.loads(lines[0]), "headers": [1]}),
    ]
    answer = run("import", str(write(tmp_path / "forged.jsonl", *forged, *odd)))
    assert "0 stored, 0 known, 12 refused, 6 unreadable." in answer.output
    assert rows() == []
    assert "4 stored" in run("import", str(file)).output
    assert "0 stored, 4 known" in run("import", str(file)).output
    drain()
    assert [each["type"] for each in rows()] == [each["type"] for each in filled]


def test_a_message_of_another_houses_secret_is_not_taken_in(
    settings: Settings, pen: Pens, run: Run, tmp_path: Path
) -> None:
    stranger = pens.of(settings)  # another key pair's certificate, at the same address
    other = json.loads(line(stranger.write("paypal", event(1, "SOMETHING.NEW", {}))))
    other["headers"]["paypal-transmission-time"] = "2031-01-01T00:00:00Z"
    late = json.loads(line(pen.write("docuseal", {"event_type": "form.viewed", "data": {"id": 1}})))
    late["headers"]["x-docuseal-signature"] = "9" + late["headers"]["x-docuseal-signature"]
    file = write(tmp_path / "other.jsonl", json.dumps(other), json.dumps(late))
    assert "0 stored, 0 known, 2 refused" in run("import", str(file)).output
