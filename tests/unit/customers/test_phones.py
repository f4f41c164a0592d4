"""Phone numbers as they are dialled, and as they are read."""

from __future__ import annotations

import pytest

from exodrive.customers import phones


@pytest.mark.parametrize(
    ("typed", "home", "dialled", "shown"),
    [
        ("(301) 555-0123", "US", "+13015550123", "(301) 555-0123"),
        ("301.555.0123", "US", "+13015550123", "(301) 555-0123"),
        ("+49 30 901820", "US", "+4930901820", "+49 30 901820"),
        ("030 901820", "DE", "+4930901820", "030 901820"),
        ("+1 301 555 0123", "DE", "+13015550123", "+1 301-555-0123"),
    ],
)
def test_a_number_there_and_back(typed: str, home: str, dialled: str, shown: str) -> None:
    assert phones.dialled(typed, home=home) == dialled
    assert phones.shown(dialled, home=home) == shown


@pytest.mark.parametrize("typed", ["", "12", "call me", "+1 301", None])
def test_what_cannot_be_called(typed: str | None) -> None:
    assert phones.dialled(typed, home="US") is None


def test_what_was_never_a_number_is_shown_as_it_is() -> None:
    assert phones.shown("ask for Maya", home="US") == "ask for Maya"
