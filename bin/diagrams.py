"""Draws the state tables into the documents: `make diagrams`. A test fails while they are out of date."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from exodrive.billing import states as bills
from exodrive.bookings import states as bookings
from exodrive.bookings.quote import quote_states as quotes
from exodrive.contracts import states as contracts
from exodrive.reconciliation import states as differences
from exodrive.tasks.routes import ROUTES

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "life-of-a-booking.md"
MARK = re.compile(r"(<!-- generated: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def machine(table: Iterable[tuple[str | None, str, str]]) -> str:
    """A state table as a Mermaid diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {before or '[*]'} --> {after}: {move}" for before, move, after in table]
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def routes() -> str:
    """The routing table as a table."""
    lines = ["| event | what follows |", "|---|---|"]
    for event, followers in ROUTES.items():
        names = ", ".join(f"`{route.actor}`" for route in followers) or "nothing; the audit trail has it"
        lines.append(f"| `{event}` | {names} |")
    return "\n".join(lines) + "\n"


def drawn(text: str) -> str:
    """The document with every generated part made anew."""
    parts = {
        "booking": machine((before, move, after) for (before, move), after in bookings.NEXT.items()),
        "contract": machine((before, step, after) for (before, step), after in contracts.NEXT.items()),
        "quote": machine((before, move, after) for (before, move), after in quotes.NEXT.items()),
        "bill": machine((before, move, after) for (before, move), after in bills.NEXT.items()),
        "difference": machine((before, move, after) for (before, move), after in differences.NEXT.items()),
        "routes": routes(),
    }
    return MARK.sub(lambda found: found[1] + parts[found["name"]] + found[3], text)


def main() -> int:
    before = DOCUMENT.read_text()
    after = drawn(before)
    if "--check" in sys.argv:
        return int(before != after)
    DOCUMENT.write_text(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
