"""Every letter, shown with a full context and with one that somebody made to hurt."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from jinja2 import UndefinedError

from exodrive.rendering import environment, mail
from exodrive.rendering.letter_facts import Fact

LETTERS = sorted(path.stem for path in (environment.TEMPLATES / "mail").glob("*.jinja"))
HOUSE = SimpleNamespace(
    name="ExoDrive Exotics",
    address="1200 Research Boulevard, Rockville, MD 20850",
    phone="(301) 555-0144",
    email="desk@exodrive.example",
)
FULL: dict[str, Any] = {
    "lang": "en",
    "house": HOUSE,
    "reference": "EXD-7K4M2Q",
    "car": "Aurelia GT",
    "page_url": "https://rent.example/b/" + "s" * 43,
    "href": "https://rent.example/go?a=1&b=2",
    "calendar_url": "https://rent.example/b/" + "s" * 43 + "/booking.ics",
    "evidence_url": "https://rent.example/bills/" + "s" * 43,
    "facts": [Fact("Car", "Aurelia GT", "2025, Oxblood"), Fact("Total", "$3,583.45")],
    "points": ["The licence of every driver", "Proof of insurance"],
    "until": "Tue 24 November, 10:00",
    "pickup": "Fri 11 December, 10:00",
    "back": "Mon 14 December, 10:00",
    "free_until": "Tue 8 December, 10:00",
    "release": "Fri 1 January",
    "total": "$3,583.45",
    "deposit": "$5,000.00",
    "charged": "$1,104.50",
    "charges": True,
    "number": "2026-00042",
    "kind": "invoice",
    "taken": "$1,104.50",
    "released": "$3,895.50",
    "amount": "$500.00",
    "waits_at_desk": "$120.00",
    "by_paypal": "$3,775.50",
    "fee": "$895.00",
    "returned": "$2,688.45",
    "delayed": False,
    "declined": True,
    "unsigned": True,
    "figures": "482 913",
    "sender": "Ingrid Vale",
    "paper": "Licence, front",
    "reason": "The corners are cut off.",
    "drove": "December",
    "typed_subject": "Where to park",
    "outstanding": "$400.00",
    "paid": "$150.00",
    "left": "$250.00",
    "due": "Fri 8 January",
    "at_paypal": True,
    "sum": "$79.50",
    "late": False,
    "settled": False,
    "outcome": "The charge is lower now.",
    "answer": "The mark was there in part.",
    "is_deposit": True,
    "more": "$310.00",
    "less": "",
    "way": "another",
    "advice": "Try another way to pay.",
    "to_pay": "",
    "addendum": True,
    "keys_wait": True,
    "paragraphs": [["Dear Mara,"], ["park anywhere,", "for free."]],
}
# The other side of every choice, nothing to list, and names made to hurt.
EVIL = 'Zoë <script>alert("1")</script> & Sons {{ 7*7 }} ]]> <!-- %s %(x)s ' + "Extremely-long-name" * 8
# What is to be typed or only read, and leads nowhere.
WITHOUT_BUTTON = {"details_code", "enquiry_answer"}
POOR: dict[str, Any] = {
    **FULL,
    "house": SimpleNamespace(name=EVIL, address=EVIL, phone=EVIL, email="desk@exodrive.example"),
    "car": EVIL + "\r\nBcc: everybody@example.com",
    "facts": [Fact(EVIL[:40], EVIL, EVIL)],
    "points": [],
    "late": True,
    "settled": True,
    "calendar_url": "",
    "evidence_url": "",
    "free_until": "",
    "release": "",
    "charges": False,
    "taken": "",
    "released": "",
    "waits_at_desk": "",
    "by_paypal": "",
    "fee": "",
    "returned": "$5,000.00",
    "delayed": True,
    "declined": False,
    "unsigned": False,
    "sender": EVIL + "\r\nBcc: everybody@example.com",
    "reason": EVIL,
    "left": "",
    "at_paypal": False,
    "is_deposit": False,
    "more": "",
    "less": "$95.00",
    "way": "approve",
    "advice": "Approve it once more at PayPal.",
    "to_pay": "$1,340.00",
    "addendum": False,
    "keys_wait": False,
    "typed_subject": EVIL,
    "paragraphs": [[EVIL]],
}


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("context", [FULL, POOR], ids=["full", "poor"])
def test_letter(words: Flask, letter: str, context: dict[str, Any]) -> None:
    shown = mail.render(letter, **context)
    headline = html.unescape(re.search(r"<h1[^>]*>(.*?)</h1>", shown.html, re.DOTALL).group(1)).strip()  # type: ignore[union-attr]
    assert 0 < len(headline.split()) <= 8
    assert headline in shown.text
    assert "\n" not in shown.subject
    assert shown.subject == shown.subject.strip() != ""
    assert "<script" not in shown.html
    assert "!" not in headline
    assert "{{" not in " ".join(shown.text.split()).replace("{{ 7*7 }}", "")
    assert context["page_url"] in shown.text
    assert context["page_url"] in shown.html
    for line in shown.text.splitlines():
        assert len(line) <= mail.WIDTH or len(line.split()) <= 1 or "Extremely-long" in line, line


@pytest.mark.parametrize("letter", [name for name in LETTERS if name not in WITHOUT_BUTTON])
def test_the_button_leads_where_it_should(words: Flask, letter: str) -> None:
    shown = mail.render(letter, **FULL)
    assert 'href="https://rent.example/go?a=1&amp;b=2"' in shown.html
    assert "https://rent.example/go?a=1&b=2" in shown.text.splitlines()


def test_two_sentences_and_no_more(words: Flask) -> None:
    for letter in LETTERS:
        for context in (
            FULL,
            {**POOR, **{name: FULL[name] for name in ("house", "car", "sender", "reason")}},
        ):
            paragraph = mail.render(letter, **context).text.split("\n\n")[2]
            assert len(re.findall(r"[.](?= |\n|$)", paragraph)) == 2, paragraph


def test_the_same_context_gives_the_same_bytes(words: Flask) -> None:
    assert [mail.render(name, **FULL) for name in LETTERS] == [mail.render(name, **FULL) for name in LETTERS]


@pytest.mark.parametrize("letter", LETTERS)
def test_nothing_is_fetched_from_anywhere(words: Flask, letter: str) -> None:
    shown = mail.render(letter, **FULL).html
    assert "<img" not in shown
    assert set(re.findall(r"https?://([^/\"<]+)", shown)) <= {"rent.example", "www.w3.org"}


def test_what_is_missing_is_an_error_not_a_gap(words: Flask) -> None:
    with pytest.raises(UndefinedError):
        mail.render("confirmed", **{name: value for name, value in FULL.items() if name != "pickup"})


def test_facts_hang_below_their_values(words: Flask) -> None:
    facts = [Fact("Return", "Mon 14 December, 10:00", "ExoDrive Exotics, 1200 Research Boulevard, Rockville")]
    text = mail.render("booking_link", **{**FULL, "facts": facts, "points": []}).text
    assert "Return:  Mon 14 December, 10:00 (ExoDrive Exotics, 1200 Research" in text
    assert "\n         Boulevard, Rockville)" in text
