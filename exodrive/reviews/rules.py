"""What a review may be, and when a renter is asked for one. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from exodrive.kernel import seen

FEWEST_STARS, MOST_STARS = 1, 5
LONGEST_HEADLINE = 80
LONGEST_WORDS = 2000
LONGEST_NAME = 40
LONGEST_ANSWER = 1000
LONGEST_REASON = 500

# Three days after the return the drive is fresh, and the renter is home and has seen the invoice.
ASK_AFTER_RETURN = timedelta(days=3)
# Nobody is asked for a favour within a day of being asked for money.
ASK_AFTER_CLOSING = timedelta(days=1)
# The letter that a review was declined waits for the desk's second thoughts.
TELL_DECLINED_AFTER = timedelta(minutes=10)

_EMPTY_LINES = re.compile(r"\n{3,}")


def ask_at(*, taken_back_at: datetime | None, closed_at: datetime) -> datetime:
    """When the renter of a closed rental is asked how it was."""
    earliest = closed_at + ASK_AFTER_CLOSING
    return max(taken_back_at + ASK_AFTER_RETURN, earliest) if taken_back_at else earliest


def one_line(text: str) -> str:
    """A headline or a name as it is kept: one line, without signs that nobody sees."""
    return " ".join(seen.only(text).split())


def paragraphs(text: str) -> str:
    """Words as they are kept: the writer's lines, at most one of them empty in a row."""
    lines = seen.only(text).replace("\t", " ").splitlines()
    return _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def suggested_name(full_name: str) -> str:
    """First name and initial, such as `Maya R.`: what is offered to be shown of a renter."""
    names = one_line(full_name).split()
    if not names:
        return ""
    shown = names[0] if len(names) == 1 else f"{names[0]} {names[-1][0].upper()}."
    return shown[:LONGEST_NAME]
