"""What of a text can be seen."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from exodrive.blueprints import plain_text
from exodrive.blueprints.api.shapes import Line
from exodrive.kernel import seen


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Maya Okafor", "Maya Okafor"),
        ("O'Brien-Łukasz 李", "O'Brien-Łukasz 李"),
        ("דוד בן־גוריון", "דוד בן־גוריון"),
        ("می‌خواهم", "می‌خواهم"),  # Persian needs its joiner
        ("👩‍🚀", "👩‍🚀"),
        ("Maya\u202e rofakO", "Maya rofakO"),
        ("\u2066Maya\u2069", "Maya"),
        ("Ma\x01ya\x7f", "Maya"),
        ("Ma\ud800ya\uffff", "Maya"),
        ("two\n\n lines\t", "two\n\n lines\t"),
    ],
)
def test_only_what_can_be_seen_is_kept(typed: str, kept: str) -> None:
    assert seen.only(typed) == kept


def test_a_line_has_single_spaces_and_paragraphs_keep_theirs() -> None:
    assert plain_text.tidy(" Maya\x01\u202e\v Okafor\n") == "Maya Okafor"
    assert plain_text.ends_tidied(" first \n\n second\x08 ") == "first \n\n second"


@pytest.mark.parametrize("sign", sorted(seen.TURNING))
def test_a_program_that_sends_one_is_refused(sign: str) -> None:
    line = TypeAdapter(Line)
    assert line.validate_python("Maya Okafor") == "Maya Okafor"
    for text in (f"Maya {sign}rofakO", f"{sign}Maya", f"Maya{sign}", sign):
        with pytest.raises(ValidationError):
            line.validate_python(text)
