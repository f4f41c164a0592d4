"""What a review may be, and when a renter is asked for one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exodrive.reviews import rules
from exodrive.reviews.queries import Score
from exodrive.reviews.states import NEXT, Move, ReviewState, possible
from exodrive.reviews.writing import ReviewUnusable, Said

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Maya Okafor", "Maya O."),
        ("  maya   van der okafor ", "maya O."),
        ("Zoë", "Zoë"),
        ("李 小龍", "李 小."),
        ("", ""),
        ("\u202eevil name", "evil N."),
        ("X" * 90, "X" * 40),
    ],
)
def test_the_name_that_is_offered(name: str, shown: str) -> None:
    assert rules.suggested_name(name) == shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("One\r\n\r\n\r\n\r\nTwo  \r\nThree", "One\n\nTwo\nThree"),
        ("  👩‍👩‍👧 loved it 🏎️ ", "👩‍👩‍👧 loved it 🏎️"),
        ("up\u202egpj", "upgpj"),
        ("bell\x07 and tab\there", "bell and tab here"),
        ("\n\n\u200f\n", ""),
    ],
)
def test_words_are_kept_as_written_without_what_nobody_sees(typed: str, kept: str) -> None:
    assert rules.paragraphs(typed) == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stars", 0),
        ("stars", 6),
        ("headline", "x" * 81),
        ("words", " \r\n "),
        ("words", "x" * 2001),
        ("public_name", "\u202e"),
        ("public_name", "x" * 41),
    ],
)
def test_what_cannot_be_kept_is_named(field: str, value: object) -> None:
    typed = {"stars": 5, "headline": "", "words": "Good.", "public_name": "Maya O.", field: value}
    with pytest.raises(ReviewUnusable) as refused:
        Said.of(**typed)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_the_longest_that_fits_is_kept() -> None:
    said = Said.of(stars=1, headline="🏁" * 80, words="x\r\n" * 1000, public_name="ß" * 40)
    assert (len(said.headline), len(said.words), len(said.public_name)) == (80, 1999, 40)


@pytest.mark.parametrize(
    ("returned", "closed", "asked"),
    [
        (MONDAY, MONDAY + DAY, MONDAY + 3 * DAY),
        (MONDAY, MONDAY + 10 * DAY, MONDAY + 11 * DAY),
        (None, MONDAY, MONDAY + DAY),
    ],
)
def test_a_renter_is_asked_after_the_drive_and_not_beside_the_invoice(
    returned: datetime | None, closed: datetime, asked: datetime
) -> None:
    assert rules.ask_at(taken_back_at=returned, closed_at=closed) == asked


def test_every_state_can_be_left_and_reached() -> None:
    assert {state for state, _ in NEXT if state is not None} == set(ReviewState)
    assert set(NEXT.values()) == set(ReviewState)
    assert {move for _, move in NEXT} == set(Move)


def test_what_is_published_is_not_rewritten_below_its_readers() -> None:
    assert possible(ReviewState.PUBLISHED) == {Move.RECONSIDER, Move.WITHDRAW}
    assert possible(None) == {Move.WRITE}


@pytest.mark.parametrize(
    ("stars", "shown"), [([], "0"), ([5, 5, 4], "4.7"), ([4, 5] * 10, "4.5"), ([1], "1.0")]
)
def test_the_mean_is_told_to_a_tenth(stars: list[int], shown: str) -> None:
    assert str(Score.of(len(stars), sum(stars)).mean) == shown
