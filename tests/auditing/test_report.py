"""A house that is in order, and how a report tells what it has found."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

from exodrive.auditing import examining, report
from exodrive.auditing.promises import Severity
from exodrive.auditing.table import PROMISES
from exodrive.tasks.routes import ROUTES
from tests.auditing.breaking import Database, found, look

FIELDS = {"code", "says", "checked", "of", "seconds", "breaches", "attention", "found"}
PERSONAL = re.compile(r"@|\+1\d{6}|/b/|https?:")


def test_nothing_is_found_in_a_house_that_is_in_order(tampered: Database) -> None:
    seen = look(tampered, with_files=True)
    assert found(seen) == {}
    assert found(seen, Severity.ATTENTION) == {}
    assert [each.promise.code for each in seen.promises if each.checked == 0] == []


def test_several_readers_find_the_same(address: str) -> None:
    """Three connections in one snapshot, and a chain in three parts, whose ends fit."""
    with examining.snapshot(address, readers=3) as readers:
        seen = examining.examine(readers, routes=ROUTES, with_files=True)
        for reader in readers:
            assert reader.execute("SHOW transaction_isolation").fetchone() == ("repeatable read",)
            assert reader.execute("SHOW transaction_read_only").fetchone() == ("on",)
    assert (seen.breaches, seen.attentions) == (0, 0)


def test_codes_are_given_once() -> None:
    codes = [promise.code for promise in PROMISES]
    codes += [question.code for promise in PROMISES for question in promise.questions]
    assert len(codes) == len(set(codes))


def test_every_finding_is_explained(checkout: Path) -> None:
    text = (checkout / "docs" / "audit.md").read_text()
    known = {question.code for promise in PROMISES for question in promise.questions}
    assert {code for code in known if f"`{code}`" not in text} == set()
    rows = [line for line in text.splitlines() if line.startswith("| `") and not line.startswith("| `--")]
    explained = {code for line in rows for code in re.findall(r"`(\w+)`", line.split(" | ")[0])}
    assert explained == known, "the document explains what nobody asks"


def test_in_words(tampered: Database) -> None:
    tampered.execute("UPDATE bookings SET deposit_waiver = 'Why not' WHERE state = 'closed'")
    tampered.execute("UPDATE bookings SET attention = 'mail_bounced' WHERE state = 'held'")
    held = tampered.execute("SELECT reference FROM bookings WHERE state = 'held'").fetchall()
    text = "\n".join(report.in_words(look(tampered, most=2)))
    assert re.search(r"^  ok      No car is promised to two at the same time: \d+ occupancies$", text, re.M)
    assert re.search(r"^  BREACH  No keys go out without the deposit", text, re.M)
    assert re.search(r"^          breach waiver_unrecorded: \d+, each of which has a waiver that", text, re.M)
    assert re.search(r"^            EXD-\w{6} \(booking [-0-9a-f]{36}\): state closed$", text, re.M)
    assert re.search(r"^            … and \d+ more$", text, re.M)
    assert re.search(r"^  look    Holds end, money is taken", text, re.M)
    assert any(f"{reference} (booking" in text for (reference,) in held)
    last = text.splitlines()[-1]
    assert re.fullmatch(
        r"1 of \d+ promises are broken: \d+ breaches, \d+ things? for a person to look at\.", last
    )
    assert not PERSONAL.search(text)


def test_as_json(tampered: Database) -> None:
    tampered.execute("UPDATE bookings SET deposit_waiver = 'Why not' WHERE state = 'closed'")
    document = json.loads(report.as_json(look(tampered, most=3)))
    assert document["form"] == 1
    assert datetime.fromisoformat(document["looked_at"]).tzinfo is not None
    assert document["house_closed"] is False
    assert [promise["code"] for promise in document["promises"]] == [each.code for each in PROMISES]
    assert all(promise.keys() == FIELDS for promise in document["promises"])
    (broken,) = [promise for promise in document["promises"] if promise["breaches"]]
    (question,) = broken["found"]
    assert (question["code"], question["severity"]) == ("waiver_unrecorded", "breach")
    assert question["total"] == broken["breaches"] == document["breaches"]
    assert len(question["findings"]) == 3
    assert question["findings"][0].keys() == {"subject", "id", "reference", "facts"}


def test_what_cannot_be_read_is_found_and_the_others_are_asked_all_the_same(tampered: Database) -> None:
    tampered.execute("UPDATE invoices SET lines = '{}' WHERE id = (SELECT id FROM invoices LIMIT 1)")
    seen = look(tampered)
    assert found(seen) == {code: {code} for code in ("invoice_lines", "invoice_tax")}
    answers = [answer for each in seen.promises for answer in each.answers]
    assert [answer.named[0].facts for answer in answers] == [{"unreadable": "22023"}] * 2
