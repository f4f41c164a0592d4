"""The table of `docs/failpoints.md`: each place with what its comment says, and who comes by."""

from __future__ import annotations

import re
from pathlib import Path

from exodrive.kernel import failpoints
from exodrive.kernel.failpoints import Place
from tests.chaos import points

LINE = re.compile(r'^    [A-Z_]+ = "(?P<place>[a-z.]+)"  # (?P<meaning>.+)$', re.MULTILINE)


def of(source: Path) -> str:
    """Markdown, from the comments of the places."""
    meanings = dict(LINE.findall(source.read_text()))
    rows = [
        f"| `{place}` | {meanings[place]} | {', '.join(points.SUBJECTS[place]) or 'one point'} |"
        for place in Place
    ]
    return "\n".join(
        [
            f"{len(points.ALL)} points:",
            "",
            "| place | what is done there, and what is not | for each of |",
            "|---|---|---|",
            *rows,
        ]
    )


if __name__ == "__main__":
    print(of(Path(failpoints.__file__)))
