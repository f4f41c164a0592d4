"""What may be written, how it is read, when the door is open, and what makes a message suspicious."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from exodrive.enquiries import rules
from exodrive.enquiries.rules import Signs, Suspicion
from exodrive.house import opening
from exodrive.rendering import prose
from exodrive.site import slots
from exodrive.site.first_words import FIRST_QUESTIONS, FIRST_WORDS
from exodrive.site.slots import TextUnusable

HOUSE = ZoneInfo("America/New_York")
HOURS = {**{str(day): ["09:00", "19:00"] for day in range(5)}, "5": ["10:00", "17:00"]}


def test_every_slot_has_first_words_that_fit() -> None:
    for name, slot in slots.SLOTS.items():
        assert slots.accept(slot, FIRST_WORDS[name]) == FIRST_WORDS[name]
    for question, answer in FIRST_QUESTIONS:
        slots.accept(slots.QUESTION, {"question": question, "answer": answer})


def test_words_are_tidied_and_nothing_else_is_kept() -> None:
    typed = {"headline": "  Two\x07  words\n", "lead": "A \r\n\r\n\r\nB\u0000 ", "extra": "x"}
    assert slots.accept(slots.SLOTS["hero"], typed) == {"headline": "Two words", "lead": "A\n\n\nB"}


def test_each_fault_is_named() -> None:
    with pytest.raises(TextUnusable) as told:
        slots.accept(slots.SLOTS["hero"], {"headline": "x" * 61, "lead": " \n "})
    assert told.value.faults == {"headline": "too_long", "lead": "missing"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", []),
        ("One\ntwo", [(False, ("One", "two"))]),
        ("One\n\n\nTwo", [(False, ("One",)), (False, ("Two",))]),
        ("Three:\n- a\n- b\nend", [(False, ("Three:",)), (True, ("a", "b")), (False, ("end",))]),
        ("- a\r\n\r\n- b", [(True, ("a",)), (True, ("b",))]),
        ("-no space", [(False, ("-no space",))]),
        ("<b>[x](javascript:1)</b>", [(False, ("<b>[x](javascript:1)</b>",))]),
    ],
)
def test_plain_text_is_paragraphs_and_lists(text: str, read: list[tuple[bool, tuple[str, ...]]]) -> None:
    assert [(block.is_list, block.lines) for block in prose.blocks(text)] == read


@pytest.mark.parametrize(
    ("at", "until", "opens_at"),
    [
        ((2026, 11, 24, 10, 0), (2026, 11, 24, 19, 0), None),  # Tuesday
        ((2026, 11, 24, 8, 59), None, (2026, 11, 24, 9, 0)),
        ((2026, 11, 24, 19, 0), None, (2026, 11, 25, 9, 0)),
        ((2026, 11, 28, 16, 59), (2026, 11, 28, 17, 0), None),  # Saturday
        ((2026, 11, 28, 17, 0), None, (2026, 11, 30, 9, 0)),  # over the Sunday
        ((2026, 11, 1, 0, 30), None, (2026, 11, 2, 9, 0)),  # the night in which the clock goes back
    ],
)
def test_the_door_by_the_clock_of_the_house(
    at: tuple[int, ...], until: tuple[int, ...] | None, opens_at: tuple[int, ...] | None
) -> None:
    door = opening.door(HOURS, HOUSE, at=_here(at).astimezone(UTC))
    assert door.until == (_here(until) if until else None)
    assert door.opens_at == (_here(opens_at) if opens_at else None)


def test_a_house_without_hours_is_never_open() -> None:
    door = opening.door({}, HOUSE, at=datetime(2026, 11, 24, 15, tzinfo=UTC))
    assert (door.is_open, door.opens_at) == (False, None)


@pytest.mark.parametrize(
    ("signs", "found"),
    [
        (Signs("", timedelta(seconds=20), "Is the Linnet free?"), None),
        (Signs("", timedelta(seconds=20), "See www.a.example and https://b.example"), None),
        (Signs("x", timedelta(seconds=20), "Hello"), Suspicion.TRAP),
        (Signs("", None, "Hello"), Suspicion.FORGED),
        (Signs("", timedelta(seconds=2), "Hello"), Suspicion.TOO_FAST),
        (Signs("", timedelta(days=3), "Hello"), Suspicion.TOO_OLD),
        (Signs("", timedelta(seconds=20), "http://a HTTPS://b www.c"), Suspicion.LINKS),
        (Signs("", timedelta(seconds=20), "[url=a] <a href=b> [URL=c]"), Suspicion.LINKS),
    ],
)
def test_signs_of_a_program(signs: Signs, found: Suspicion | None) -> None:
    assert rules.suspicion(signs) == found


def _here(parts: tuple[int, ...]) -> datetime:
    year, month, day, hour, minute = parts
    return datetime(year, month, day, hour, minute, tzinfo=HOUSE)
